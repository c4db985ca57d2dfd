#include "audit/verify.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/sources.h"
#include "audit/validate.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// OK when the record is the leaf that the newest signed checkpoint has there.
absl::Status CheckLeaf(const v1::Receipt& receipt, const Ledger& ledger) {
  ASSIGN_OR_RETURN(
      const Checkpoint newest,
      OpenCheckpoint(ledger.NewestCheckpoint(), ledger.verifier()));
  const NodeReader node = [&](int level, uint64_t index) {
    return ledger.Node(level, index);
  };
  const uint64_t index = receipt.sequence() - 1;
  if (index >= newest.size) {
    return absl::DataLossError("the record is in no checkpoint");
  }
  ASSIGN_OR_RETURN(const std::vector<TreeHash> proof,
                   InclusionProof(index, newest.size, node));
  return CheckInclusion(index, newest.size, AsHash(receipt.record_sha256()),
                        proof, newest.root);
}

v1::CitationCheck Erased(const v1::Citation& citation) {
  v1::CitationCheck check;
  *check.mutable_citation() = citation;
  check.set_verdict(v1::SOURCE_ERASED);
  check.set_detail("the quote was erased from the record on purpose");
  return check;
}

// A quote that is there still, of an answer whose text is not: each source
// stands for itself.
absl::StatusOr<v1::CitationCheck> CheckSourcesOnly(
    const v1::Citation& citation, const v1::AnswerRecord& record,
    Store* store) {
  v1::CitationCheck check;
  *check.mutable_citation() = citation;
  check.set_verdict(v1::FOUND);
  for (const v1::SourceSpan& source : citation.sources()) {
    ASSIGN_OR_RETURN(const SourceVerdict verdict,
                     CheckSource(source, record.retrieved(),
                                 CheckDepth::kWholeVersion, store));
    // Greater numbers are worse.
    if (verdict.verdict <= check.verdict()) continue;
    check.set_verdict(verdict.verdict);
    check.set_detail(verdict.detail);
    check.set_newer_version(verdict.newer_version);
  }
  return check;
}

absl::StatusOr<v1::CitationCheck> Check(const v1::Citation& citation,
                                        const v1::AnswerRecord& record,
                                        Store* store) {
  for (const v1::SourceSpan& source : citation.sources()) {
    if (source.quote().empty()) return Erased(citation);
  }
  for (const v1::ToolSpan& tool : citation.tools()) {
    if (tool.quote().empty()) return Erased(citation);
  }
  if (record.answer().text().empty()) {
    return CheckSourcesOnly(citation, record, store);
  }
  return CheckCitation(citation, record, CheckDepth::kWholeVersion, store);
}

}  // namespace

absl::StatusOr<v1::VerifyAnswerResponse> VerifyAnswer(
    const v1::VerifyAnswerRequest& request, const Scope& scope,
    const Ledger& ledger, Store* store) {
  RETURN_IF_ERROR(ValidateAnswerId(request.answer_id()));
  // What another process erased a moment ago must not be found.
  RETURN_IF_ERROR(store->Refresh());
  v1::VerifyAnswerResponse response;
  response.set_answer_id(request.answer_id());
  const absl::StatusOr<v1::AnswerRecord> record =
      ledger.FindAnswer(request.answer_id(), scope.tenant);
  // A record that is not the tree's says nothing that could be checked.
  if (absl::IsDataLoss(record.status())) return response;
  RETURN_IF_ERROR(record.status());

  *response.mutable_receipt() = record->answer().receipt();
  const absl::Status leaf = CheckLeaf(response.receipt(), ledger);
  if (!leaf.ok() && !absl::IsDataLoss(leaf)) return leaf;
  response.set_record_intact(leaf.ok());
  bool found = record->erased().empty();
  for (const v1::Citation& citation : record->answer().citations()) {
    ASSIGN_OR_RETURN(v1::CitationCheck check, Check(citation, *record, store));
    found &= check.verdict() == v1::FOUND;
    *response.add_citations() = std::move(check);
  }
  response.set_verified(response.record_intact() && found);
  return response;
}

}  // namespace footnote
