// Which segments are merged, and when.
#ifndef FOOTNOTE_STORAGE_MERGE_POLICY_H_
#define FOOTNOTE_STORAGE_MERGE_POLICY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "storage/manifest.h"

namespace footnote {

// Segments are merged with others of their size. Tier t holds segments of
// floor_bytes * fan_in^t to fan_in times as much; when fan_in of them have come
// together, they become one of the next tier. So a passage is written once per
// tier, and a collection has fewer than fan_in segments in each.
struct MergePolicy {
  // Smaller segments count as this large.
  uint64_t floor_bytes = 1 << 20;
  int fan_in = 6;
  // A merge result is not made larger than about this.
  uint64_t max_segment_bytes = uint64_t{2} << 30;
  // A segment with a larger share of deleted passages is rewritten.
  double max_deleted = 0.25;
  // Every segment with deleted documents is rewritten, however few, and
  // nothing else is done.
  bool drop_all_deleted = false;
};

// Indexes of the segments that the next merge takes, rising; empty when there
// is nothing to do.
std::vector<size_t> PickMerge(const std::vector<ManifestSegment>& segments,
                              const MergePolicy& policy);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_MERGE_POLICY_H_
