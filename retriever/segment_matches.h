// What two generations have in common.
#ifndef FOOTNOTE_RETRIEVER_SEGMENT_MATCHES_H_
#define FOOTNOTE_RETRIEVER_SEGMENT_MATCHES_H_

#include <cstddef>

#include "absl/container/flat_hash_map.h"
#include "storage/generation.h"

namespace footnote {

// Finds the segments of a generation in an earlier one. A segment never
// changes, so what was worked out for it then is true now.
class SegmentMatches {
 public:
  // `before` may be null: then nothing is found.
  SegmentMatches(const Generation& now, const Generation* before) : now_(now) {
    if (before == nullptr) return;
    for (size_t s = 0; s < before->segments.size(); ++s) {
      before_.emplace(before->segments[s].reader.get(), static_cast<int>(s));
    }
  }

  // The place that segment `s` had; -1 where it is new.
  int Before(size_t s) const {
    const auto found = before_.find(now_.segments[s].reader.get());
    return found == before_.end() ? -1 : found->second;
  }

 private:
  const Generation& now_;
  absl::flat_hash_map<const SegmentReader*, int> before_;
};

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_SEGMENT_MATCHES_H_
