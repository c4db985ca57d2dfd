// Checkpoints and proofs, for who checks them elsewhere.
#ifndef FOOTNOTE_AUDIT_PROVE_H_
#define FOOTNOTE_AUDIT_PROVE_H_

#include "absl/status/statusor.h"
#include "audit/ledger.h"
#include "audit/note.h"
#include "audit/scope.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// See proto/footnote/v1/audit.proto.
//   InvalidArgument  reason INVALID_REQUEST
//   NotFound         reason ANSWER_NOT_FOUND
//   DataLoss         reason RECORD_DAMAGED
v1::GetCheckpointResponse GetCheckpoint(const Ledger& ledger);
absl::StatusOr<v1::GetInclusionProofResponse> GetInclusionProof(
    const v1::GetInclusionProofRequest& request, const Scope& scope,
    const Ledger& ledger);
absl::StatusOr<v1::GetConsistencyProofResponse> GetConsistencyProof(
    const v1::GetConsistencyProofRequest& request, const Ledger& ledger);

// The proof that record `sequence` is in the tree of `checkpoint`, a signed
// note of this log.
absl::StatusOr<LogProof> ProveRecord(uint64_t sequence,
                                     const std::string& checkpoint,
                                     const Ledger& ledger);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_PROVE_H_
