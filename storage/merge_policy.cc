#include "storage/merge_policy.h"

#include <algorithm>
#include <map>

#include "storage/segment_format.h"

namespace footnote {
namespace {

int TierOf(uint64_t bytes, const MergePolicy& policy) {
  int tier = 0;
  const uint64_t fan_in = static_cast<uint64_t>(std::max(policy.fan_in, 2));
  for (uint64_t limit = std::max<uint64_t>(policy.floor_bytes, 1) * fan_in;
       bytes >= limit && tier < 60; limit *= fan_in) {
    ++tier;
  }
  return tier;
}

bool IsMostlyDeleted(const ManifestSegment& segment,
                     const MergePolicy& policy) {
  if (segment.deleted_documents.empty()) return false;
  return policy.drop_all_deleted ||
         segment.deleted_documents.size() == segment.documents ||
         segment.deleted_passages > policy.max_deleted * segment.passages;
}

// The first of the tier's segments that fit into one.
std::vector<size_t> Fitting(const std::vector<ManifestSegment>& segments,
                            const std::vector<size_t>& tier,
                            const MergePolicy& policy) {
  std::vector<size_t> picked;
  uint64_t bytes = 0;
  uint64_t passages = 0;
  for (const size_t i : tier) {
    if (bytes + segments[i].file_bytes > policy.max_segment_bytes ||
        passages + segments[i].passages > kMaxSegmentPassages) {
      continue;
    }
    bytes += segments[i].file_bytes;
    passages += segments[i].passages;
    picked.push_back(i);
  }
  return picked;
}

}  // namespace

std::vector<size_t> PickMerge(const std::vector<ManifestSegment>& segments,
                              const MergePolicy& policy) {
  for (size_t i = 0; i < segments.size(); ++i) {
    if (IsMostlyDeleted(segments[i], policy)) return {i};
  }
  if (policy.drop_all_deleted) return {};
  const size_t fan_in = static_cast<size_t>(std::max(policy.fan_in, 2));
  std::map<int, std::vector<size_t>> tiers;
  for (size_t i = 0; i < segments.size(); ++i) {
    tiers[TierOf(segments[i].file_bytes, policy)].push_back(i);
  }
  for (const auto& tier : tiers) {
    if (tier.second.size() < fan_in) continue;
    std::vector<size_t> picked = Fitting(segments, tier.second, policy);
    // Near the largest size fewer fit: less than half is not worth writing.
    if (picked.size() >= std::max<size_t>(2, fan_in / 2)) return picked;
  }
  return {};
}

}  // namespace footnote
