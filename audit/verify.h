// Checks records that were written long ago.
#ifndef FOOTNOTE_AUDIT_VERIFY_H_
#define FOOTNOTE_AUDIT_VERIFY_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/ledger.h"
#include "proto/footnote/v1/audit.pb.h"
#include "storage/store.h"

namespace footnote {

// Checks one answer: its record's hash and its links to the records before
// and behind it, then every citation against the stored versions, which are
// read and hashed as a whole.
//   InvalidArgument  reason INVALID_REQUEST
//   NotFound         reason ANSWER_NOT_FOUND
// A damaged record is a result (record_intact is false), not an error.
absl::StatusOr<v1::VerifyAnswerResponse> VerifyAnswer(
    const v1::VerifyAnswerRequest& request, const Ledger& ledger, Store* store);

// Walks the chain as it is now and calls `show` for every damaged record, then
// once with `done`. Found are: a changed byte, a record in another's place, a
// missing record, a link that does not fit, a head that is not the last
// record's (records cut off at the end), an index entry that leads nowhere.
//   Cancelled  `show` returned false: nobody looks any more
absl::Status VerifyChain(
    const Ledger& ledger,
    const std::function<bool(const v1::VerifyChainResponse&)>& show);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_VERIFY_H_
