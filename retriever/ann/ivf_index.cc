#include "retriever/ann/ivf_index.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "kernels/scan_pq4.h"

namespace footnote {
namespace {

constexpr uint32_t kEntries = 16;
// Blocks per call of the kernel.
constexpr uint32_t kBlocksAtOnce = 16;

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("vector index: ", what));
}

bool BetterCandidate(const IvfCandidate& a, const IvfCandidate& b) {
  return a.approximate != b.approximate ? a.approximate > b.approximate
                                        : a.row < b.row;
}

float Product(const float* a, const float* b, uint32_t n) {
  float sum = 0;
  for (uint32_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
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
  for (uint32_t i = 0; i < header_->lists; ++i) {
    (*products)[i] =
        Product(query.data(), centroids_ + size_t{i} * header_->dimension,
                header_->dimension);
  }
  std::vector<uint32_t> order(header_->lists);
  std::iota(order.begin(), order.end(), 0);
  nprobe = std::min(nprobe, header_->lists);
  std::partial_sort(order.begin(), order.begin() + nprobe, order.end(),
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
  std::vector<IvfCandidate> best;
  if (count == 0) return best;
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
        const uint32_t row = rows_[size_t{b} * kPq4Block + i];
        if (row == kNoRow) break;
        const IvfCandidate candidate = {row, base + tables.step * sums[i]};
        if (best.size() == count && !BetterCandidate(candidate, best.front())) {
          continue;
        }
        if (!allowed.Has(vectors.rows[row].passage)) continue;
        if (best.size() == count) {
          std::pop_heap(best.begin(), best.end(), BetterCandidate);
          best.pop_back();
        }
        best.push_back(candidate);
        std::push_heap(best.begin(), best.end(), BetterCandidate);
      }
    }
  }
  return best;
}

std::vector<VectorHit> NearestByIvf(
    const IvfIndex& index, const SegmentReader& reader, uint32_t segment,
    absl::Span<const float> vector, const QueryCode& query,
    const AllowedPassages& allowed, size_t k, const IvfSearchOptions& options) {
  const uint32_t nprobe =
      options.nprobe != 0 ? options.nprobe
                          : std::max<uint32_t>(8, index.header().lists / 16);
  const size_t rerank =
      options.rerank != 0 ? options.rerank : std::max<size_t>(200, 20 * k);
  const VectorsView& vectors = reader.vectors();
  absl::flat_hash_map<uint32_t, float> by_passage;
  for (const IvfCandidate& candidate :
       index.Candidates(vector, nprobe, rerank, vectors, allowed)) {
    float product;
    query.Products(vectors, candidate.row, 1, &product);
    const auto [it, added] =
        by_passage.try_emplace(vectors.rows[candidate.row].passage, product);
    if (!added) it->second = std::max(it->second, product);
  }
  std::vector<VectorHit> hits;
  hits.reserve(by_passage.size());
  for (const auto& [passage, similarity] : by_passage) {
    hits.push_back({segment, passage, similarity});
  }
  if (hits.size() > k) {
    std::nth_element(hits.begin(), hits.begin() + k, hits.end(), NearerFirst);
    hits.resize(k);
  }
  return hits;
}

}  // namespace footnote
