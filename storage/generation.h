#ifndef FOOTNOTE_STORAGE_GENERATION_H_
#define FOOTNOTE_STORAGE_GENERATION_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/manifest.h"
#include "storage/segment_reader.h"

namespace footnote {

// One segment as a search sees it.
struct LiveSegment {
  std::shared_ptr<const SegmentReader> reader;
  // Bit p % 64 of word p / 64 is set when passage p may be found; bits beyond
  // the last passage are clear. Empty when all passages may.
  std::vector<uint64_t> live_passages;
  // Number of set bits, or the number of passages.
  uint32_t live_count = 0;

  bool IsLive(uint32_t passage) const {
    return live_passages.empty() ||
           (live_passages[passage / 64] >> (passage % 64) & 1) != 0;
  }
};

// What a search of one collection works on: the manifest and the opened
// segments. Immutable; hold the shared_ptr for the length of a request. Files
// that a later generation dropped stay readable as long as it is held.
struct Generation {
  Manifest manifest;
  std::vector<LiveSegment> segments;

  uint64_t number() const { return manifest.generation; }
};

// Opens segments, each once, and hands them to every generation that lists
// them. Safe from many threads.
class SegmentCache {
 public:
  explicit SegmentCache(std::string folder);

  // The generation that `manifest` describes. Segments that are open already
  // cost nothing.
  //   NotFound, DataLoss…  as SegmentReader::Open
  //   DataLoss             a segment is not what the manifest says
  absl::StatusOr<std::shared_ptr<const Generation>> Open(
      const Manifest& manifest);

  // One segment of them.
  absl::StatusOr<std::shared_ptr<const SegmentReader>> OpenSegment(
      const std::string& name);

  // Takes a reader of the segment's file that was opened already, so that Open
  // does not read it again.
  void Adopt(const std::string& name,
             const std::shared_ptr<const SegmentReader>& reader);

  // Whether somebody holds the segment.
  bool IsOpen(const std::string& name);

 private:
  const std::string folder_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<const SegmentReader>> open_;
};

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_GENERATION_H_
