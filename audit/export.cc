#include "audit/export.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/bundle.h"
#include "audit/prove.h"
#include "audit/report.h"
#include "audit/sealing.h"
#include "audit/validate.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "storage/document_store.h"

namespace footnote {
namespace {

constexpr size_t kPieceBytes = 256 << 10;

// One answer with what can be opened of it.
absl::StatusOr<Bundle::Answer> ExportAnswer(const v1::AnswerRecord& record,
                                            const std::string& checkpoint,
                                            const Ledger& ledger) {
  const uint64_t sequence = record.answer().receipt().sequence();
  Bundle::Answer answer;
  answer.answer_id = record.answer().id();
  ASSIGN_OR_RETURN(answer.record,
                   ledger.kv()->Get(kLedgerRecords, SequenceKey(sequence)));
  ASSIGN_OR_RETURN(const LogProof proof,
                   ProveRecord(sequence, checkpoint, ledger));
  answer.proof = LogProofText(proof);
  ASSIGN_OR_RETURN(const RecordParts parts, DecodeRecord(answer.record));
  for (size_t i = 0; i < parts.sections.size(); ++i) {
    absl::StatusOr<OpenedSection> opened =
        OpenSection(parts, i, *ledger.keyring());
    if (absl::IsNotFound(opened.status())) continue;
    RETURN_IF_ERROR(opened.status());
    answer.sections.push_back({static_cast<uint32_t>(i),
                               std::move(opened->salt),
                               std::move(opened->text)});
  }
  return answer;
}

using Sources = std::map<std::string, Bundle::Source>;

absl::Status CheckSize(uint64_t bytes, uint64_t most) {
  if (bytes <= most) return absl::OkStatus();
  return InvalidRequest(
      absl::StrCat("answer_ids: the texts that they cite are more than ", most,
                   " bytes, want fewer answers at once, or without_sources"));
}

// Adds the texts of what an answer cites, each once, of `most` bytes in all at
// most, of which `bytes` are there; those that are gone are left out.
absl::Status AddSources(const v1::AnswerRecord& record, uint64_t most,
                        Store* store, uint64_t* bytes, Sources* sources) {
  for (const v1::Citation& citation : record.answer().citations()) {
    for (const v1::SourceSpan& source : citation.sources()) {
      if (source.quote().empty()) continue;
      const v1::DocumentVersion& version = source.source();
      const std::string key = CitingPrefix(
          version.collection(), version.document(), version.version());
      if (sources->count(key) > 0) continue;
      const VersionRef ref = {version.collection(), version.document(),
                              version.version()};
      const auto stored = store->documents()->GetVersion(ref);
      if (stored.ok()) RETURN_IF_ERROR(CheckSize(*bytes + stored->bytes, most));
      absl::StatusOr<std::string> text = store->documents()->ReadAll(ref);
      if (absl::IsNotFound(text.status()) ||
          absl::IsFailedPrecondition(text.status()) ||
          absl::IsDataLoss(text.status())) {
        continue;
      }
      RETURN_IF_ERROR(text.status());
      *bytes += text->size();
      (*sources)[key] = {version.collection(), version.document(),
                         version.version(), *std::move(text)};
    }
  }
  return absl::OkStatus();
}

// The newest one that witnesses signed, where it covers all that is exported;
// else the newest.
absl::StatusOr<std::string> ChooseCheckpoint(
    const v1::ExportBundleRequest& request, const Ledger& ledger) {
  const std::string cosigned = ledger.CosignedCheckpoint();
  if (cosigned.empty()) return ledger.NewestCheckpoint();
  ASSIGN_OR_RETURN(const Checkpoint tree,
                   OpenCheckpoint(cosigned, ledger.verifier()));
  for (const std::string& id : request.answer_ids()) {
    if (SequenceOfAnswerId(id) > tree.size) return ledger.NewestCheckpoint();
  }
  return cosigned;
}

absl::Status Send(
    const std::string& bytes, bool report,
    const std::function<bool(const v1::ExportBundleResponse&)>& show) {
  for (size_t begin = 0; begin < bytes.size(); begin += kPieceBytes) {
    v1::ExportBundleResponse piece;
    (report ? piece.mutable_report() : piece.mutable_data())
        ->assign(bytes, begin, kPieceBytes);
    if (!show(piece)) return absl::CancelledError("the caller went away");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ExportBundle(
    const v1::ExportBundleRequest& request, const Scope& scope,
    const Ledger& ledger, Store* store,
    const std::function<bool(const v1::ExportBundleResponse&)>& show,
    uint64_t most_source_bytes) {
  RETURN_IF_ERROR(ValidateExport(request));
  RETURN_IF_ERROR(store->Refresh());
  ASSIGN_OR_RETURN(const std::string checkpoint,
                   ChooseCheckpoint(request, ledger));
  Bundle bundle;
  bundle.public_key = VerifierText(ledger.verifier());
  Sources sources;
  uint64_t source_bytes = 0;
  std::set<std::string> seen;
  for (const std::string& id : request.answer_ids()) {
    if (!seen.insert(id).second) continue;
    ASSIGN_OR_RETURN(const v1::AnswerRecord record,
                     ledger.FindAnswer(id, scope.tenant));
    ASSIGN_OR_RETURN(Bundle::Answer answer,
                     ExportAnswer(record, checkpoint, ledger));
    bundle.answers.push_back(std::move(answer));
    if (!request.without_sources()) {
      RETURN_IF_ERROR(AddSources(record, most_source_bytes, store,
                                 &source_bytes, &sources));
    }
  }
  for (auto& source : sources) {
    bundle.sources.push_back(std::move(source.second));
  }
  RETURN_IF_ERROR(Send(WriteBundle(bundle), /*report=*/false, show));
  const CheckedBundle checked = CheckBundle(bundle, ledger.verifier(), {});
  return Send(ReportPage(bundle, checked), /*report=*/true, show);
}

}  // namespace footnote
