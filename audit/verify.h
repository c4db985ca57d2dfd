// One answer again: is it in the log, and do its citations still hold.
#ifndef FOOTNOTE_AUDIT_VERIFY_H_
#define FOOTNOTE_AUDIT_VERIFY_H_

#include "absl/status/statusor.h"
#include "audit/ledger.h"
#include "audit/scope.h"
#include "proto/footnote/v1/audit.pb.h"
#include "storage/store.h"

namespace footnote {

// Proves the record's leaf against the newest signed checkpoint, slices every
// cited version again, and compares hashes, bytes and code points.
//   InvalidArgument  reason INVALID_REQUEST
//   NotFound         reason ANSWER_NOT_FOUND
// A damaged record is no error: record_intact is false.
absl::StatusOr<v1::VerifyAnswerResponse> VerifyAnswer(
    const v1::VerifyAnswerRequest& request, const Scope& scope,
    const Ledger& ledger, Store* store);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_VERIFY_H_
