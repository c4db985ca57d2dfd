#include "retriever/ann/ivf_index.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "kernels/scan_pq4.h"

namespace footnote {
namespace {

constexpr uint32_t kEntries = 16;
// Blocks per call of the kernel.
constexpr uint32_t kBlocksAtOnce = 16;
// Rows that are fetched ahead of the one that is looked at.
constexpr size_t kAhead = 8;
// Candidates whose exact product is computed whatever the approximate one says.
constexpr size_t kAlwaysExact = 200;
// An approximate product that is off by so many times what they are off by is
// not met.
constexpr float kManyErrors = 6;
// Centroids at once: each of their sums waits for its last addition.
constexpr uint32_t kCentroidsAtOnce = 8;

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("vector index: ", what));
}

struct BetterCandidate {
  bool operator()(const IvfCandidate& a, const IvfCandidate& b) const {
    return a.approximate != b.approximate ? a.approximate > b.approximate
                                          : a.row < b.row;
  }
};

// The best candidates so far, and up to as many newer ones that may be better.
class BestCandidates {
 public:
  // REQUIRES: count > 0
  BestCandidates(size_t count, const VectorsView& vectors,
                 const AllowedPassages& allowed)
      : count_(count), vectors_(vectors), allowed_(allowed) {
    all_.reserve(std::min<size_t>(2 * count, vectors.count));
  }

  // What a candidate must have.
  float least() const { return least_; }

  void Add(const IvfCandidate& candidate) {
    all_.push_back(candidate);
    if (all_.size() - checked_ >= count_ && all_.size() > count_) Narrow();
  }

  std::vector<IvfCandidate> Take() {
    Narrow();
    return std::move(all_);
  }

 private:
  void Narrow() {
    DropForbidden();
    if (all_.size() > count_) {
      const auto last = all_.begin() + static_cast<int64_t>(count_ - 1);
      std::nth_element(all_.begin(), last, all_.end(), BetterCandidate());
      least_ = last->approximate;
      all_.resize(count_);
    }
    checked_ = all_.size();
  }

  void DropForbidden() {
    if (allowed_.bits.empty()) return;
    size_t kept = checked_;
    for (size_t i = checked_; i < all_.size(); ++i) {
      if (i + kAhead < all_.size()) {
        __builtin_prefetch(&vectors_.rows[all_[i + kAhead].row]);
      }
      if (allowed_.Has(vectors_.rows[all_[i].row].passage)) {
        all_[kept++] = all_[i];
      }
    }
    all_.resize(kept);
  }

  const size_t count_;
  const VectorsView& vectors_;
  const AllowedPassages& allowed_;
  std::vector<IvfCandidate> all_;
  // The first so many may be found.
  size_t checked_ = 0;
  float least_ = -std::numeric_limits<float>::infinity();
};

// The exact products of candidates, by passage.
class ExactProducts {
 public:
  ExactProducts(const VectorsView& vectors, const QueryCode& query, float floor)
      : vectors_(vectors), query_(query), floor_(floor) {}

  void Add(absl::Span<const IvfCandidate> candidates) {
    for (size_t i = 0; i < std::min(kAhead, candidates.size()); ++i) {
      query_.Prefetch(vectors_, candidates[i].row);
    }
    for (size_t i = 0; i < candidates.size(); ++i) {
      if (i + kAhead < candidates.size()) {
        query_.Prefetch(vectors_, candidates[i + kAhead].row);
      }
      const uint32_t row = candidates[i].row;
      float product;
      query_.Products(vectors_, row, 1, &product);
      const float error = product - candidates[i].approximate;
      squares_ += error * error;
      ++count_;
      if (product < floor_) continue;
      const auto [it, added] =
          by_passage_.try_emplace(vectors_.rows[row].passage, product);
      if (!added) it->second = std::max(it->second, product);
    }
  }

  // What the approximate products were off by, the root of the mean square.
  // REQUIRES: something was added
  float error() const {
    return std::sqrt(squares_ / static_cast<float>(count_));
  }

  // The similarity of the `k`-th passage; the floor, where there are fewer.
  float LeastOf(size_t k) const {
    if (k == 0 || by_passage_.size() < k) return floor_;
    std::vector<float> products;
    products.reserve(by_passage_.size());
    for (const auto& [passage, product] : by_passage_) {
      products.push_back(product);
    }
    const auto last = products.begin() + static_cast<int64_t>(k - 1);
    std::nth_element(products.begin(), last, products.end(),
                     std::greater<float>());
    return *last;
  }

  std::vector<VectorHit> Best(uint32_t segment, size_t k) const {
    std::vector<VectorHit> hits;
    hits.reserve(by_passage_.size());
    for (const auto& [passage, similarity] : by_passage_) {
      hits.push_back({segment, passage, similarity});
    }
    if (hits.size() > k) {
      std::nth_element(hits.begin(), hits.begin() + static_cast<int64_t>(k),
                       hits.end(), NearerFirst);
      hits.resize(k);
    }
    return hits;
  }

 private:
  const VectorsView& vectors_;
  const QueryCode& query_;
  const float floor_;
  absl::flat_hash_map<uint32_t, float> by_passage_;
  float squares_ = 0;
  size_t count_ = 0;
};

float Product(const float* a, const float* b, uint32_t n) {
  float sum = 0;
  for (uint32_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

// out[i] = Product(query, rows + i * n, n) for i < count.
void Products(const float* query, const float* rows, uint32_t n, uint32_t count,
              float* out) {
  uint32_t i = 0;
  for (; i + kCentroidsAtOnce <= count; i += kCentroidsAtOnce) {
    const float* const row = rows + size_t{i} * n;
    float sums[kCentroidsAtOnce] = {};
    for (uint32_t d = 0; d < n; ++d) {
#pragma GCC unroll 8
      for (uint32_t j = 0; j < kCentroidsAtOnce; ++j) {
        sums[j] += query[d] * row[size_t{j} * n + d];
      }
    }
    std::copy(sums, sums + kCentroidsAtOnce, out + i);
  }
  for (; i < count; ++i) out[i] = Product(query, rows + size_t{i} * n, n);
}

}  // namespace

// A question's product with each codebook entry, in eight bits:
// the entry is about low[part] + step * rounded.
struct IvfIndex::Tables {
  std::vector<uint8_t> rounded;
  float low_sum = 0;
  float step = 0;
};

absl::StatusOr<IvfIndex> IvfIndex::Parse(absl::string_view blob,
                                         const VectorsView& vectors) {
  IvfIndex index;
  if (blob.empty()) return index;
  if (blob.size() < sizeof(IvfHeader)) return Damaged("no header");
  const auto* header = reinterpret_cast<const IvfHeader*>(blob.data());
  if (std::memcmp(header->magic, kIvfMagic, sizeof(kIvfMagic)) != 0) {
    return absl::UnimplementedError(
        "vector index: not of a form that this release knows");
  }
  if (header->dimension != vectors.dimension ||
      header->vectors != vectors.count) {
    return Damaged("made for other vectors");
  }
  const uint64_t parts = uint64_t{header->pairs} * 2;
  if (header->pairs == 0 || header->pairs > 128 || header->lists == 0 ||
      header->lists > header->vectors ||
      parts * header->sub_dimension != header->dimension ||
      header->blocks > uint64_t{header->vectors} + header->lists) {
    return Damaged("senseless header");
  }
  uint64_t offset = sizeof(IvfHeader);
  const auto part = [&](uint64_t bytes) {
    const uint64_t begin = offset;
    offset = IvfAligned(offset + bytes);
    return blob.data() + std::min<uint64_t>(begin, blob.size());
  };
  index.centroids_ = reinterpret_cast<const float*>(
      part(uint64_t{header->lists} * header->dimension * sizeof(float)));
  index.codebooks_ = reinterpret_cast<const float*>(
      part(uint64_t{header->dimension} * kEntries * sizeof(float)));
  index.first_block_ = reinterpret_cast<const uint32_t*>(
      part((uint64_t{header->lists} + 1) * sizeof(uint32_t)));
  const uint64_t slots = uint64_t{header->blocks} * kPq4Block;
  index.rows_ =
      reinterpret_cast<const uint32_t*>(part(slots * sizeof(uint32_t)));
  index.codes_ = reinterpret_cast<const uint8_t*>(part(slots * header->pairs));
  if (offset != blob.size()) return Damaged("cut short");

  for (uint32_t i = 0; i < header->lists; ++i) {
    if (index.first_block_[i] > index.first_block_[i + 1]) {
      return Damaged(absl::StrCat("list ", i, " ends before it begins"));
    }
  }
  if (index.first_block_[0] != 0 ||
      index.first_block_[header->lists] != header->blocks) {
    return Damaged("blocks without a list");
  }
  for (uint64_t i = 0; i < slots; ++i) {
    if (index.rows_[i] != kNoRow && index.rows_[i] >= header->vectors) {
      return Damaged(absl::StrCat("slot ", i, " names row ", index.rows_[i]));
    }
  }
  index.header_ = header;
  return index;
}

IvfIndex::Tables IvfIndex::MakeTables(absl::Span<const float> query) const {
  const uint32_t parts = header_->pairs * 2;
  const uint32_t sub = header_->sub_dimension;
  std::vector<float> exact(size_t{parts} * kEntries);
  std::vector<float> low(parts);
  Tables tables;
  float widest = 0;
  for (uint32_t m = 0; m < parts; ++m) {
    float* entries = exact.data() + m * kEntries;
    for (uint32_t e = 0; e < kEntries; ++e) {
      entries[e] = Product(query.data() + m * sub,
                           codebooks_ + (m * kEntries + e) * sub, sub);
    }
    const auto [least, most] = std::minmax_element(entries, entries + kEntries);
    low[m] = *least;
    tables.low_sum += *least;
    widest = std::max(widest, *most - *least);
  }
  tables.step = widest / 255;
  tables.rounded.resize(exact.size());
  if (widest == 0) return tables;
  for (uint32_t m = 0; m < parts; ++m) {
    for (uint32_t e = 0; e < kEntries; ++e) {
      const size_t i = m * kEntries + e;
      tables.rounded[i] =
          static_cast<uint8_t>((exact[i] - low[m]) / tables.step + 0.5f);
    }
  }
  return tables;
}

float IvfIndex::TableError(absl::Span<const float> query) const {
  // Each entry is off by half a step at most; the rest is float's rounding.
  return MakeTables(query).step * header_->pairs + 1e-4f;
}

std::vector<uint32_t> IvfIndex::NearestLists(
    absl::Span<const float> query, uint32_t nprobe,
    std::vector<float>* products) const {
  products->resize(header_->lists);
  Products(query.data(), centroids_, header_->dimension, header_->lists,
           products->data());
  std::vector<uint32_t> order(header_->lists);
  std::iota(order.begin(), order.end(), 0);
  nprobe = std::min(nprobe, header_->lists);
  std::nth_element(order.begin(), order.begin() + nprobe, order.end(),
                   [&](uint32_t a, uint32_t b) {
                     return (*products)[a] != (*products)[b]
                                ? (*products)[a] > (*products)[b]
                                : a < b;
                   });
  order.resize(nprobe);
  return order;
}

std::vector<IvfCandidate> IvfIndex::Candidates(
    absl::Span<const float> query, uint32_t nprobe, size_t count,
    const VectorsView& vectors, const AllowedPassages& allowed) const {
  if (count == 0) return {};
  BestCandidates best(count, vectors, allowed);
  std::vector<float> products;
  const std::vector<uint32_t> lists = NearestLists(query, nprobe, &products);
  const Tables tables = MakeTables(query);
  uint16_t sums[kBlocksAtOnce * kPq4Block];
  for (uint32_t list : lists) {
    const float base = products[list] + tables.low_sum;
    const uint32_t end = first_block_[list + 1];
    for (uint32_t b = first_block_[list]; b < end; b += kBlocksAtOnce) {
      const uint32_t n = std::min(kBlocksAtOnce, end - b);
      ScanPq4(codes_ + size_t{b} * header_->pairs * kPq4Block,
              tables.rounded.data(), header_->pairs, n, sums);
      for (uint32_t i = 0; i < n * kPq4Block; ++i) {
        const float approximate = base + tables.step * sums[i];
        if (approximate < best.least()) continue;
        const uint32_t row = rows_[size_t{b} * kPq4Block + i];
        if (row == kNoRow) break;
        best.Add({row, approximate});
      }
    }
  }
  return best.Take();
}

std::vector<VectorHit> NearestByIvf(
    const IvfIndex& index, const SegmentReader& reader, uint32_t segment,
    absl::Span<const float> vector, const QueryCode& query,
    const AllowedPassages& allowed, size_t k, const IvfSearchOptions& options,
    float floor) {
  const uint32_t nprobe =
      options.nprobe != 0 ? options.nprobe
                          : std::max<uint32_t>(8, index.header().lists / 16);
  const size_t rerank =
      options.rerank != 0 ? options.rerank : std::max<size_t>(200, 20 * k);
  const VectorsView& vectors = reader.vectors();
  std::vector<IvfCandidate> candidates =
      index.Candidates(vector, nprobe, rerank, vectors, allowed);
  ExactProducts exact(vectors, query, floor);
  const size_t first = std::max(kAlwaysExact, 2 * k);
  if (candidates.size() > first) {
    const auto middle = candidates.begin() + static_cast<int64_t>(first);
    std::nth_element(candidates.begin(), middle, candidates.end(),
                     BetterCandidate());
    exact.Add(absl::MakeConstSpan(candidates).first(first));
    const float least = exact.LeastOf(k) - kManyErrors * exact.error();
    candidates.erase(std::remove_if(middle, candidates.end(),
                                    [least](const IvfCandidate& candidate) {
                                      return candidate.approximate < least;
                                    }),
                     candidates.end());
    exact.Add(absl::MakeConstSpan(candidates).subspan(first));
  } else {
    exact.Add(candidates);
  }
  return exact.Best(segment, k);
}

}  // namespace footnote
