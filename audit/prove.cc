#include "audit/prove.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/merkle.h"
#include "audit/validate.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

NodeReader NodesOf(const Ledger& ledger) {
  return [&ledger](int level, uint64_t index) {
    return ledger.Node(level, index);
  };
}

}  // namespace

v1::GetCheckpointResponse GetCheckpoint(const Ledger& ledger) {
  v1::GetCheckpointResponse response;
  response.set_checkpoint(ledger.NewestCheckpoint());
  response.set_cosigned(ledger.CosignedCheckpoint());
  response.set_public_key(VerifierText(ledger.verifier()));
  return response;
}

absl::StatusOr<LogProof> ProveRecord(uint64_t sequence,
                                     const std::string& checkpoint,
                                     const Ledger& ledger) {
  ASSIGN_OR_RETURN(const Checkpoint tree,
                   OpenCheckpoint(checkpoint, ledger.verifier()));
  LogProof proof;
  proof.index = sequence - 1;
  proof.checkpoint = checkpoint;
  ASSIGN_OR_RETURN(proof.hashes,
                   InclusionProof(proof.index, tree.size, NodesOf(ledger)));
  return proof;
}

absl::StatusOr<v1::GetInclusionProofResponse> GetInclusionProof(
    const v1::GetInclusionProofRequest& request, const Scope& scope,
    const Ledger& ledger) {
  RETURN_IF_ERROR(ValidateAnswerId(request.answer_id()));
  ASSIGN_OR_RETURN(const v1::AnswerRecord record,
                   ledger.FindAnswer(request.answer_id(), scope.tenant));
  const v1::Receipt& receipt = record.answer().receipt();
  const std::string newest = ledger.NewestCheckpoint();
  ASSIGN_OR_RETURN(const Checkpoint tree,
                   OpenCheckpoint(newest, ledger.verifier()));
  const uint64_t size = request.size() == 0 ? tree.size : request.size();
  if (size > tree.size || size < receipt.sequence()) {
    return InvalidRequest(absl::StrCat("size: ", size, ", want ",
                                       receipt.sequence(), " to ", tree.size));
  }
  LogProof proof;
  proof.index = receipt.sequence() - 1;
  ASSIGN_OR_RETURN(proof.hashes,
                   InclusionProof(proof.index, size, NodesOf(ledger)));
  v1::GetInclusionProofResponse response;
  response.set_index(proof.index);
  response.set_size(size);
  response.set_leaf_sha256(receipt.record_sha256());
  for (const TreeHash& hash : proof.hashes) {
    response.add_hashes(std::string(AsBytes(hash)));
  }
  if (request.size() == 0) {
    proof.checkpoint = newest;
    response.set_proof(LogProofText(proof));
  }
  return response;
}

absl::StatusOr<v1::GetConsistencyProofResponse> GetConsistencyProof(
    const v1::GetConsistencyProofRequest& request, const Ledger& ledger) {
  const uint64_t newest = ledger.size();
  const uint64_t size = request.size() == 0 ? newest : request.size();
  if (size > newest || request.old_size() > size) {
    return InvalidRequest(absl::StrCat("old_size, size: ", request.old_size(),
                                       ", ", size, ", want rising and at most ",
                                       newest));
  }
  ASSIGN_OR_RETURN(const std::vector<TreeHash> hashes,
                   ConsistencyProof(request.old_size(), size, NodesOf(ledger)));
  v1::GetConsistencyProofResponse response;
  response.set_old_size(request.old_size());
  response.set_size(size);
  for (const TreeHash& hash : hashes) {
    response.add_hashes(std::string(AsBytes(hash)));
  }
  return response;
}

}  // namespace footnote
