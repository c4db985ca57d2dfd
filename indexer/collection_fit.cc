#include "indexer/collection_fit.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/status_macros.h"
#include "storage/segment_writer.h"

namespace footnote {
namespace {

absl::Status CheckHeadings(const PreparedDocument& document) {
  if (document.extracted.text.size() <= SegmentWriter::kMaxStringBytes) {
    return absl::OkStatus();
  }
  uint32_t section = 0;
  for (const CutPassage& passage : document.passages) {
    if (passage.section == section) continue;
    section = passage.section;
    size_t bytes = 0;
    for (const absl::string_view heading : document.PathTo(section)) {
      bytes += heading.size() + 1;
    }
    if (bytes <= SegmentWriter::kMaxStringBytes) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("headings of ", bytes, " bytes above one passage, want ",
                     "at most ", SegmentWriter::kMaxStringBytes));
  }
  return absl::OkStatus();
}

}  // namespace

CollectionFit::CollectionFit(Store* store, std::string collection,
                             const Encoder* encoder, std::string encoder_hash)
    : store_(store),
      collection_(std::move(collection)),
      encoder_(encoder),
      encoder_hash_(std::move(encoder_hash)) {}

absl::Status CollectionFit::Check(const PreparedDocument& document) const {
  RETURN_IF_ERROR(CheckHeadings(document));
  if (!document.vector.empty() && encoder_ != nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "vector: supplied by the caller, but ", encoder_->name(),
        " makes the vectors here, want none or a job without vectors"));
  }
  ASSIGN_OR_RETURN(const auto generation, store_->Current(collection_));
  const Manifest& manifest = generation->manifest;
  if (manifest.segments.empty()) return absl::OkStatus();
  if (manifest.encoder_hash != encoder_hash_) {
    return absl::InvalidArgumentError(absl::StrCat(
        "vectors: this job makes ",
        encoder_ == nullptr ? "none"
                            : absl::StrCat("those of ", encoder_->name()),
        ", collection \"", collection_, "\" has ",
        manifest.encoder_hash.empty() ? "none" : "those of an encoder",
        ", want the same in all of it"));
  }
  if (document.vector.empty() || manifest.dimension == 0 ||
      document.vector.size() == manifest.dimension) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "vector: ", document.vector.size(), " numbers, want ", manifest.dimension,
      ", as collection \"", collection_, "\" has"));
}

absl::StatusOr<int> CollectionFit::DimensionOf(
    const PreparedDocument& document) const {
  if (encoder_ != nullptr) return encoder_->dimension();
  if (!document.vector.empty()) {
    return static_cast<int>(document.vector.size());
  }
  ASSIGN_OR_RETURN(const auto generation, store_->Current(collection_));
  return static_cast<int>(generation->manifest.dimension);
}

}  // namespace footnote
