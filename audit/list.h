// Pages of records, and of answers that cite a document.
#ifndef FOOTNOTE_AUDIT_LIST_H_
#define FOOTNOTE_AUDIT_LIST_H_

#include "absl/status/statusor.h"
#include "audit/ledger.h"
#include "audit/scope.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// See proto/footnote/v1/audit.proto. A page may hold fewer records than asked
// for, or none, and still have a next one: many rows were passed over.
//   InvalidArgument  reason INVALID_REQUEST
//   DataLoss         reason RECORD_DAMAGED
absl::StatusOr<v1::ListRecordsResponse> ListRecords(
    const v1::ListRecordsRequest& request, const Scope& scope,
    const Ledger& ledger);
absl::StatusOr<v1::ListRecordsResponse> ListAnswers(
    const v1::ListAnswersRequest& request, const Scope& scope,
    const Ledger& ledger);
absl::StatusOr<v1::ListAnswersCitingResponse> ListAnswersCiting(
    const v1::ListAnswersCitingRequest& request, const Scope& scope,
    const Ledger& ledger);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_LIST_H_
