// The vector arm of a search.
#ifndef FOOTNOTE_RETRIEVER_ANN_NEAREST_H_
#define FOOTNOTE_RETRIEVER_ANN_NEAREST_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "retriever/ann/exact_scan.h"
#include "retriever/ann/ivf_index.h"
#include "retriever/filter/allowed.h"
#include "storage/generation.h"

namespace footnote {

// Up to so many vectors, every one is looked at: it costs less than a
// millisecond and misses nothing.
constexpr uint64_t kScanVectors = 30000;

struct NearestOptions {
  uint64_t scan_vectors = kScanVectors;
  IvfSearchOptions ivf;
};

// The vectors of one generation, ready to be searched. Immutable.
class VectorArm {
 public:
  // A segment whose index is damaged or of a newer form is scanned, and a
  // warning logged. What `before`, of an earlier generation, knows of segments
  // that are still there is taken over; it may be null, and may go afterwards.
  explicit VectorArm(std::shared_ptr<const Generation> generation,
                     const VectorArm* before = nullptr);

  // Vectors in all segments.
  uint64_t count() const { return count_; }

  // The `k` passages with the nearest vectors that `allowed` lets through, best
  // first. Exact when there are few vectors, or when few pass the filter;
  // otherwise segments with an index miss a few in a hundred.
  // REQUIRES: allowed.size() is the number of segments
  std::vector<VectorHit> Nearest(absl::Span<const float> vector,
                                 const QueryCode& query,
                                 absl::Span<const AllowedPassages> allowed,
                                 size_t k,
                                 const NearestOptions& options = {}) const;

 private:
  std::shared_ptr<const Generation> generation_;
  std::vector<IvfIndex> indexes_;
  uint64_t count_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_ANN_NEAREST_H_
