#include "retriever/ann/exact_scan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/scan_int8.h"
#include "storage/segment_format.h"

namespace footnote {
namespace {

// Rows per call of the kernel: the products stay in the first-level cache.
constexpr uint32_t kChunk = 256;

constexpr uint32_t kCacheLine = 64;

// True when a passage of rows [first, last] may be found.
bool AnyAllowed(const VectorsView& vectors, uint32_t first, uint32_t last,
                const AllowedPassages& allowed) {
  if (allowed.bits.empty()) return true;
  const uint32_t begin = vectors.rows[first].passage;
  const uint32_t end = vectors.rows[last].passage;
  if (begin / 64 == end / 64) {
    for (uint32_t p = begin; p <= end; ++p) {
      if (allowed.Has(p)) return true;
    }
    return false;
  }
  for (uint32_t word = begin / 64; word <= end / 64; ++word) {
    if (allowed.bits[word] != 0) return true;
  }
  return false;
}

}  // namespace

bool NearerFirst(const VectorHit& a, const VectorHit& b) {
  if (a.similarity != b.similarity) return a.similarity > b.similarity;
  if (a.segment != b.segment) return a.segment < b.segment;
  return a.passage < b.passage;
}

QueryCode::QueryCode(absl::Span<const float> vector)
    : dimension_(static_cast<uint32_t>(vector.size())),
      codes_(CodeStride(vector.size()), 0) {
  float largest = 0;
  for (float value : vector) largest = std::max(largest, std::fabs(value));
  if (largest == 0) return;
  scale_ = largest / 127.0f;
  for (size_t i = 0; i < vector.size(); ++i) {
    codes_[i] = static_cast<int8_t>(std::lrint(vector[i] / scale_));
  }
}

void QueryCode::Products(const VectorsView& vectors, uint32_t first,
                         uint32_t count, float* out) const {
  std::array<int32_t, kChunk> sums;
  for (uint32_t i = 0; i < count; i += kChunk) {
    const uint32_t n = std::min(kChunk, count - i);
    ScanInt8(codes_.data(), vectors.Code(first + i), vectors.code_stride, n,
             sums.data());
    for (uint32_t j = 0; j < n; ++j) {
      out[i + j] = static_cast<float>(sums[j]) * scale_ *
                   vectors.rows[first + i + j].scale;
    }
  }
}

void QueryCode::Prefetch(const VectorsView& vectors, uint32_t row) const {
  __builtin_prefetch(&vectors.rows[row]);
  const int8_t* const code = vectors.Code(row);
  for (uint32_t i = 0; i < vectors.code_stride; i += kCacheLine) {
    __builtin_prefetch(code + i);
  }
}

std::vector<VectorHit> NearestByScan(const SegmentReader& reader,
                                     uint32_t segment, const QueryCode& query,
                                     const AllowedPassages& allowed, size_t k,
                                     float floor) {
  const VectorsView& vectors = reader.vectors();
  std::vector<VectorHit> best;
  if (k == 0 || vectors.count == 0 || allowed.count == 0 ||
      vectors.dimension != query.dimension()) {
    return best;
  }
  std::array<float, kChunk> products;
  VectorHit present = {segment, vectors.rows[0].passage, kNoFloor};
  float worst = floor;
  const auto add = [&](const VectorHit& hit) {
    if (hit.similarity < worst || !allowed.Has(hit.passage)) return;
    if (best.size() == k) {
      if (!NearerFirst(hit, best.front())) return;
      std::pop_heap(best.begin(), best.end(), NearerFirst);
      best.pop_back();
    }
    best.push_back(hit);
    std::push_heap(best.begin(), best.end(), NearerFirst);
    if (best.size() == k) worst = best.front().similarity;
  };
  bool any = false;
  for (uint32_t first = 0; first < vectors.count; first += kChunk) {
    const uint32_t n = std::min(kChunk, vectors.count - first);
    if (!AnyAllowed(vectors, first, first + n - 1, allowed)) continue;
    query.Products(vectors, first, n, products.data());
    for (uint32_t i = 0; i < n; ++i) {
      if (products[i] < worst) continue;
      const uint32_t passage = vectors.rows[first + i].passage;
      if (!any || passage != present.passage) {
        if (any) add(present);
        present = {segment, passage, products[i]};
        any = true;
      } else {
        present.similarity = std::max(present.similarity, products[i]);
      }
    }
  }
  if (any) add(present);
  return best;
}

float SimilarityOf(const SegmentReader& reader, uint32_t passage,
                   const QueryCode& query) {
  const VectorsView& vectors = reader.vectors();
  if (vectors.count == 0 || vectors.dimension != query.dimension()) return 0;
  const auto [first, last] = reader.VectorRowsOf(passage);
  if (first == last) return 0;
  float best = kNoFloor;
  for (uint32_t row = first; row < last; ++row) {
    float product;
    query.Products(vectors, row, 1, &product);
    best = std::max(best, product);
  }
  return best;
}

}  // namespace footnote
