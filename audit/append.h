// The story of one record: check, number, chain, sync.
#ifndef FOOTNOTE_AUDIT_APPEND_H_
#define FOOTNOTE_AUDIT_APPEND_H_

#include "absl/status/statusor.h"
#include "audit/ledger.h"
#include "proto/footnote/v1/audit.pb.h"
#include "storage/store.h"

namespace footnote {

// Records an answer. When it returns OK the record and the entries that lead
// from each cited version to it are on disk. Every quote is compared with the
// stored bytes first: an answer that can't be proved is not recorded, and so
// not shown.
//   InvalidArgument     reason INVALID_REQUEST
//   FailedPrecondition  a citation is not FOUND in the store: the document was
//                       erased since the search (reason SOURCE_ERASED), or
//                       changed on disk
//   Aborted             its keys were destroyed while it was sealed, again and
//                       again
//   ResourceExhausted   reason DISK_FULL
//   DataLoss            reason RECORD_DAMAGED: the chain's head is damaged
absl::StatusOr<v1::AppendAnswerResponse> AppendAnswer(
    const v1::AppendAnswerRequest& request, Ledger* ledger, Store* store);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_APPEND_H_
