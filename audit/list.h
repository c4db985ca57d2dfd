// Pages of records, and of the answers that cite a document.
#ifndef FOOTNOTE_AUDIT_LIST_H_
#define FOOTNOTE_AUDIT_LIST_H_

#include "absl/status/statusor.h"
#include "audit/ledger.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// Records by rising sequence. A page ends early, with a token, when it has
// become large (about 2 MiB).
//   InvalidArgument  reason INVALID_REQUEST: page size, or a token that this
//                    method did not give
//   DataLoss         reason RECORD_DAMAGED: a record of the page
absl::StatusOr<v1::ListRecordsResponse> ListRecords(
    const v1::ListRecordsRequest& request, const Ledger& ledger);

// Answers that cite the document, by version, then by sequence. An answer that
// cites two versions is listed twice.
//   InvalidArgument  as above
absl::StatusOr<v1::ListAnswersCitingResponse> ListAnswersCiting(
    const v1::ListAnswersCitingRequest& request, const Ledger& ledger);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_LIST_H_
