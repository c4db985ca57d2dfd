// What must go, and what must stay: keys destroyed, records removed, holds.
#ifndef FOOTNOTE_AUDIT_ERASE_H_
#define FOOTNOTE_AUDIT_ERASE_H_

#include "absl/status/statusor.h"
#include "audit/ledger.h"
#include "audit/retention.h"
#include "audit/scope.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// See proto/footnote/v1/audit.proto. The event is in the log before the first
// byte goes, so that a process that is killed goes on when it opens the log
// again.
//   InvalidArgument     reason INVALID_REQUEST
//   FailedPrecondition  reason LEGAL_HOLD: a collection that is touched is held
absl::StatusOr<v1::EraseResponse> EraseSubject(
    const v1::EraseSubjectRequest& request, const Scope& scope, Ledger* ledger);
absl::StatusOr<v1::EraseResponse> EraseDocument(
    const v1::EraseDocumentRequest& request, const Scope& scope,
    Ledger* ledger);
absl::StatusOr<v1::EraseResponse> ApplyRetention(
    const v1::ApplyRetentionRequest& request, const RetentionPolicy& policy,
    const Scope& scope, Ledger* ledger);
absl::StatusOr<v1::SetLegalHoldResponse> SetLegalHold(
    const v1::SetLegalHoldRequest& request, const Scope& scope, Ledger* ledger);

// Goes on where a killed process left a removal; nothing to do otherwise.
absl::Status FinishRemovals(Ledger* ledger);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_ERASE_H_
