// The nearest vectors by looking at every one: 8-bit products, a few
// microseconds per hundred vectors.
#ifndef FOOTNOTE_RETRIEVER_ANN_EXACT_SCAN_H_
#define FOOTNOTE_RETRIEVER_ANN_EXACT_SCAN_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "retriever/filter/allowed.h"
#include "storage/generation.h"
#include "storage/segment_reader.h"

namespace footnote {

struct VectorHit {
  uint32_t segment = 0;
  uint32_t passage = 0;
  // Inner product with the question; of a passage's vectors the highest.
  float similarity = 0;
};

// Best first; equals by segment and passage.
bool NearerFirst(const VectorHit& a, const VectorHit& b);

// A question's vector in the form that the kernels take. Immutable.
class QueryCode {
 public:
  // REQUIRES: all values are finite.
  explicit QueryCode(absl::Span<const float> vector);

  uint32_t dimension() const { return dimension_; }

  // out[i] = about the inner product with row first + i, for i in [0, count).
  // REQUIRES: vectors.dimension == dimension()
  void Products(const VectorsView& vectors, uint32_t first, uint32_t count,
                float* out) const;

  // Brings to the caches what Products reads of a row that is asked for soon.
  void Prefetch(const VectorsView& vectors, uint32_t row) const;

 private:
  uint32_t dimension_;
  float scale_ = 0;
  // Zeros up to the stride of the rows.
  std::vector<int8_t> codes_;
};

// Below every inner product.
constexpr float kNoFloor = -2.0f;

// The `k` nearest passages of one segment that `allowed` lets through, in any
// order; those less similar than `floor` are left out. Segments whose vectors
// have another dimension give nothing.
std::vector<VectorHit> NearestByScan(const SegmentReader& reader,
                                     uint32_t segment, const QueryCode& query,
                                     const AllowedPassages& allowed, size_t k,
                                     float floor = kNoFloor);

// The passage's highest product with `query`; 0 when it has no vector.
float SimilarityOf(const SegmentReader& reader, uint32_t passage,
                   const QueryCode& query);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_ANN_EXACT_SCAN_H_
