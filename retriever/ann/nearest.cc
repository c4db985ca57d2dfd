#include "retriever/ann/nearest.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "base/log.h"
#include "retriever/segment_matches.h"

namespace footnote {
namespace {

// Where fewer than one passage in so many may be found, most of what the lists
// hold would be thrown away.
constexpr uint32_t kSelective = 10;

}  // namespace

VectorArm::VectorArm(std::shared_ptr<const Generation> generation,
                     const VectorArm* before)
    : generation_(std::move(generation)) {
  const SegmentMatches matches(
      *generation_, before == nullptr ? nullptr : before->generation_.get());
  for (size_t s = 0; s < generation_->segments.size(); ++s) {
    const LiveSegment& segment = generation_->segments[s];
    const VectorsView& vectors = segment.reader->vectors();
    count_ += vectors.count;
    const int same = matches.Before(s);
    if (same >= 0) {
      // A view of the segment, which both generations hold.
      indexes_.push_back(before->indexes_[same]);
      continue;
    }
    auto index = IvfIndex::Parse(segment.reader->ann(), vectors);
    if (index.ok()) {
      indexes_.push_back(*std::move(index));
      continue;
    }
    Log(Severity::kWarning, "vector index not used, vectors are scanned",
        {{"segment", segment.reader->name()},
         {"reason", std::string(index.status().message())}});
    indexes_.emplace_back();
  }
}

std::vector<VectorHit> VectorArm::Nearest(
    absl::Span<const float> vector, const QueryCode& query,
    absl::Span<const AllowedPassages> allowed, size_t k,
    const NearestOptions& options) const {
  // The largest first: after it, less of the others can be among the nearest.
  std::vector<uint32_t> order(generation_->segments.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const uint32_t count_a = generation_->segments[a].reader->vectors().count;
    const uint32_t count_b = generation_->segments[b].reader->vectors().count;
    return count_a != count_b ? count_a > count_b : a < b;
  });
  std::vector<VectorHit> all;
  float floor = kNoFloor;
  for (const uint32_t s : order) {
    const SegmentReader& reader = *generation_->segments[s].reader;
    const bool scan = indexes_[s].empty() || count_ <= options.scan_vectors ||
                      allowed[s].count < allowed[s].passages / kSelective ||
                      reader.vectors().dimension != query.dimension();
    const std::vector<VectorHit> hits =
        scan ? NearestByScan(reader, s, query, allowed[s], k, floor)
             : NearestByIvf(indexes_[s], reader, s, vector, query, allowed[s],
                            k, options.ivf, floor);
    all.insert(all.end(), hits.begin(), hits.end());
    if (k == 0 || all.size() < k) continue;
    const auto last = all.begin() + static_cast<int64_t>(k - 1);
    std::nth_element(all.begin(), last, all.end(), NearerFirst);
    floor = last->similarity;
    all.resize(k);
  }
  std::sort(all.begin(), all.end(), NearerFirst);
  return all;
}

}  // namespace footnote
