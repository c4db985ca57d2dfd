#include "indexer/known_documents.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "indexer/parsers/parse_apart.h"
#include "text/language.h"

namespace footnote {

KnownDocuments::KnownDocuments(Store* store, std::string collection,
                               std::string encoder_hash, const OcrOptions& ocr)
    : store_(store),
      collection_(std::move(collection)),
      encoder_hash_(std::move(encoder_hash)),
      how_(HowIndexed(encoder_hash_)) {
  if (!ocr.on()) return;
  ocr_ = " ocr";
  for (const Language language : ocr.languages) {
    absl::StrAppend(&ocr_, " ", LanguageCode(language));
  }
}

std::string KnownDocuments::HashOf(const SourceFile& file,
                                   const std::string& sha256) const {
  return HashOf(file, sha256, how_);
}

std::string KnownDocuments::HashOf(const PreparedDocument& document) const {
  return ContentHash(document, how_);
}

// What is read in scanned pages depends on what they may be in.
std::string KnownDocuments::HashOf(const SourceFile& file,
                                   const std::string& sha256,
                                   const std::string& how) const {
  if (ocr_.empty() || !CanHoldScans(file.bytes)) {
    return SourceHash(file, sha256, how);
  }
  return SourceHash(file, sha256, how + ocr_);
}

absl::StatusOr<absl::optional<VersionRecord>> KnownDocuments::SameSource(
    const SourceFile& file, const std::string& sha256,
    const std::string& hash) const {
  return FindSame(
      file.document, hash, &Fingerprint::source,
      [&](const std::string& how) { return HashOf(file, sha256, how); });
}

absl::StatusOr<absl::optional<VersionRecord>> KnownDocuments::SameContent(
    const PreparedDocument& document, const std::string& hash) const {
  return FindSame(
      document.record.document, hash, &Fingerprint::content,
      [&](const std::string& how) { return ContentHash(document, how); });
}

absl::StatusOr<absl::optional<VersionRecord>> KnownDocuments::FindSame(
    const std::string& document, const std::string& hash,
    std::string Fingerprint::*part,
    const std::function<std::string(const std::string& how)>& hash_of) const {
  absl::StatusOr<VersionRecord> live =
      store_->documents()->GetLive({collection_, document});
  if (absl::IsNotFound(live.status()) ||
      absl::IsInvalidArgument(live.status())) {
    return absl::nullopt;
  }
  RETURN_IF_ERROR(live.status());
  ASSIGN_OR_RETURN(
      const Fingerprint stored,
      ReadFingerprint(*store_->kv(), collection_, document, live->version));
  const std::string& before = stored.*part;
  if (before != hash && !(HasVectorsSince(*live) &&
                          before == hash_of(HowIndexed(live->encoder_hash)))) {
    return absl::nullopt;
  }
  return *std::move(live);
}

// The document came in with another encoder, and its collection was given the
// vectors of this one since.
bool KnownDocuments::HasVectorsSince(const VersionRecord& live) const {
  if (live.encoder_hash == encoder_hash_) return false;
  const auto generation = store_->Current(live.collection);
  return generation.ok() &&
         (*generation)->manifest.encoder_hash == encoder_hash_;
}

absl::Status KnownDocuments::RenewSource(const VersionRecord& live,
                                         const std::string& source) const {
  if (source.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(Fingerprint stored,
                   ReadFingerprint(*store_->kv(), live.collection,
                                   live.document, live.version));
  if (stored.source == source) return absl::OkStatus();
  stored.source = source;
  KvBatch batch;
  AppendFingerprint(live.collection, live.document, live.version, stored,
                    &batch);
  return store_->kv()->Write(std::move(batch), /*sync=*/false);
}

}  // namespace footnote
