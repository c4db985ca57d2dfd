// What was written last, and what comes.
#ifndef FOOTNOTE_AUDIT_TAIL_H_
#define FOOTNOTE_AUDIT_TAIL_H_

#include <functional>

#include "absl/status/status.h"
#include "audit/ledger.h"
#include "audit/scope.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// See proto/footnote/v1/audit.proto. Ends when `show` returns false or, where
// it follows, when `stop` returns true.
//   InvalidArgument  reason INVALID_REQUEST
absl::Status Tail(const v1::TailRequest& request, const Scope& scope,
                  const Ledger& ledger, const std::function<bool()>& stop,
                  const std::function<bool(const v1::TailResponse&)>& show);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_TAIL_H_
