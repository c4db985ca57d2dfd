// The whole log again: every record, every tile, every index, every signature.
#ifndef FOOTNOTE_AUDIT_FSCK_H_
#define FOOTNOTE_AUDIT_FSCK_H_

#include <functional>

#include "absl/status/status.h"
#include "audit/ledger.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// Recomputes the tree from the records as they are now and compares it with
// the tiles, with the newest checkpoint and with those of the request; and
// every index with what the records say. Calls `show` with a line for each
// damage, then with one that is `done`; ends early, with Cancelled, when
// `show` returns false.
//   and the errors of Kv that are no damage
absl::Status VerifyChain(
    const v1::VerifyChainRequest& request, const Ledger& ledger,
    const std::function<bool(const v1::VerifyChainResponse&)>& show);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_FSCK_H_
