#include "storage/generation.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

absl::StatusOr<LiveSegment> Live(std::shared_ptr<const SegmentReader> reader,
                                 const ManifestSegment& entry) {
  if (reader->document_count() != entry.documents ||
      reader->passage_count() != entry.passages) {
    return absl::DataLossError(
        absl::StrCat("segment ", entry.name, ": ", reader->document_count(),
                     " documents and ", reader->passage_count(),
                     " passages, want as the manifest says ", entry.documents,
                     " and ", entry.passages));
  }
  LiveSegment segment;
  segment.live_count = reader->passage_count();
  if (!entry.deleted_documents.empty()) {
    const uint32_t passages = reader->passage_count();
    segment.live_passages.assign((passages + 63) / 64, ~uint64_t{0});
    if (passages % 64 != 0) {
      segment.live_passages.back() = (uint64_t{1} << passages % 64) - 1;
    }
    for (const uint32_t d : entry.deleted_documents) {
      const DocumentRow& row = reader->documents()[d];
      for (uint32_t i = 0; i < row.passage_count; ++i) {
        const uint32_t p = row.first_passage + i;
        segment.live_passages[p / 64] &= ~(uint64_t{1} << p % 64);
      }
      segment.live_count -= row.passage_count;
    }
  }
  segment.reader = std::move(reader);
  return segment;
}

}  // namespace

SegmentCache::SegmentCache(std::string folder) : folder_(std::move(folder)) {}

absl::StatusOr<std::shared_ptr<const SegmentReader>> SegmentCache::OpenSegment(
    const std::string& name) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = open_.find(name);
    if (found != open_.end()) {
      if (auto reader = found->second.lock()) return reader;
    }
  }
  // Outside the lock: it may take a while. Two threads may open the same file;
  // the first one in stays.
  ASSIGN_OR_RETURN(std::shared_ptr<const SegmentReader> reader,
                   SegmentReader::Open(absl::StrCat(folder_, "/", name)));
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto it = open_.begin(); it != open_.end();) {
    it = it->second.expired() ? open_.erase(it) : std::next(it);
  }
  std::weak_ptr<const SegmentReader>& entry = open_[name];
  if (auto other = entry.lock()) return other;
  entry = reader;
  return reader;
}

void SegmentCache::Adopt(const std::string& name,
                         const std::shared_ptr<const SegmentReader>& reader) {
  std::lock_guard<std::mutex> lock(mutex_);
  std::weak_ptr<const SegmentReader>& entry = open_[name];
  if (entry.expired()) entry = reader;
}

bool SegmentCache::IsOpen(const std::string& name) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = open_.find(name);
  return found != open_.end() && !found->second.expired();
}

absl::StatusOr<std::shared_ptr<const Generation>> SegmentCache::Open(
    const Manifest& manifest) {
  auto generation = std::make_shared<Generation>();
  generation->manifest = manifest;
  for (const ManifestSegment& entry : manifest.segments) {
    ASSIGN_OR_RETURN(std::shared_ptr<const SegmentReader> reader,
                     OpenSegment(entry.name));
    ASSIGN_OR_RETURN(LiveSegment segment, Live(std::move(reader), entry));
    generation->segments.push_back(std::move(segment));
  }
  return std::shared_ptr<const Generation>(std::move(generation));
}

}  // namespace footnote
