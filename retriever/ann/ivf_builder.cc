#include "retriever/ann/ivf_builder.h"

#include <cblas.h>
#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>
#include <faiss/impl/FaissException.h>
#include <faiss/impl/ProductQuantizer.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/priority.h"
#include "kernels/scan_pq4.h"
#include "retriever/ann/ivf_format.h"

namespace footnote {
namespace {

// Values that share a code: 4 bits for 4 values, an eighth of int8.
constexpr uint32_t kSubDimension = 4;
// A sum of more than 256 table entries would not fit 16 bits.
constexpr uint32_t kMaxParts = 256;
// Product codebooks of 16 entries are good after this many residuals.
constexpr uint32_t kCodebookTraining = 16384;
// Vectors that are decoded at a time, some milliseconds of work: then searches
// are let by.
constexpr uint32_t kChunk = 512;

uint32_t SubDimension(uint32_t dimension) {
  uint32_t sub = kSubDimension;
  while (dimension / sub > kMaxParts || dimension % (2 * sub) != 0) ++sub;
  return sub;
}

// FAISS's flat index, which lets searches by between one chunk and the next:
// training is nearly all assigning.
template <typename Flat>
class PoliteIndex : public Flat {
 public:
  using Flat::Flat;
  void search(faiss::Index::idx_t n, const float* x, faiss::Index::idx_t k,
              float* distances, faiss::Index::idx_t* labels,
              const faiss::SearchParameters* parameters) const override {
    for (faiss::Index::idx_t first = 0; first < n; first += kChunk) {
      YieldToSearches();
      Flat::search(std::min<faiss::Index::idx_t>(kChunk, n - first),
                   x + first * this->d, k, distances + first * k,
                   labels + first * k, parameters);
    }
  }
};

class Builder {
 public:
  Builder(const VectorsView& vectors, const IvfBuildOptions& options)
      : vectors_(vectors),
        options_(options),
        dimension_(vectors.dimension),
        quantizer_(vectors.dimension),
        codebooks_(dimension_, dimension_ / SubDimension(dimension_), 4),
        part_index_(SubDimension(dimension_)) {
    codebooks_.assign_index = &part_index_;
  }

  std::string Build() {
    TrainLists();
    Assign();
    TrainCodebooks();
    return Write();
  }

 private:
  std::vector<float> Decode(uint32_t first, uint32_t count,
                            uint32_t step) const {
    std::vector<float> rows(size_t{count} * dimension_);
    for (uint32_t i = 0; i < count; ++i) {
      DecodeVector(vectors_, first + i * step, rows.data() + i * dimension_);
    }
    return rows;
  }

  // Every step-th vector, so that all documents have their say.
  std::vector<float> Sample(uint32_t wanted, uint32_t* count) const {
    const uint32_t step = std::max<uint32_t>(1, vectors_.count / wanted);
    *count = std::min(wanted, (vectors_.count + step - 1) / step);
    return Decode(0, *count, step);
  }

  void TrainLists() {
    lists_ = options_.lists != 0
                 ? options_.lists
                 : static_cast<uint32_t>(4 * std::sqrt(vectors_.count));
    lists_ = std::max<uint32_t>(1, std::min(lists_, vectors_.count / 4));
    faiss::ClusteringParameters parameters;
    parameters.spherical = true;
    parameters.seed = static_cast<int>(options_.seed);
    parameters.niter = 10;
    parameters.min_points_per_centroid = 1;
    parameters.max_points_per_centroid =
        static_cast<int>(options_.training_per_list);
    faiss::Clustering clustering(dimension_, lists_, parameters);
    uint32_t count = 0;
    const std::vector<float> sample =
        Sample(lists_ * options_.training_per_list, &count);
    clustering.train(count, sample.data(), quantizer_);
  }

  void Assign() {
    list_of_.resize(vectors_.count);
    std::vector<faiss::Index::idx_t> labels(kChunk);
    for (uint32_t first = 0; first < vectors_.count; first += kChunk) {
      const uint32_t n = std::min(kChunk, vectors_.count - first);
      const std::vector<float> rows = Decode(first, n, 1);
      YieldToSearches();
      quantizer_.assign(n, rows.data(), labels.data());
      for (uint32_t i = 0; i < n; ++i) {
        list_of_[first + i] = static_cast<uint32_t>(labels[i]);
      }
    }
  }

  void SubtractCentroid(uint32_t row, float* vector) const {
    const float* centroid =
        quantizer_.get_xb() + size_t{list_of_[row]} * dimension_;
    for (uint32_t d = 0; d < dimension_; ++d) vector[d] -= centroid[d];
  }

  void TrainCodebooks() {
    uint32_t count = 0;
    std::vector<float> sample = Sample(kCodebookTraining, &count);
    const uint32_t step =
        std::max<uint32_t>(1, vectors_.count / kCodebookTraining);
    for (uint32_t i = 0; i < count; ++i) {
      SubtractCentroid(i * step, sample.data() + size_t{i} * dimension_);
    }
    codebooks_.cp.seed = static_cast<int>(options_.seed);
    codebooks_.cp.min_points_per_centroid = 1;
    codebooks_.train(count, sample.data());
  }

  std::string Write() const {
    std::vector<uint32_t> sizes(lists_, 0);
    for (uint32_t list : list_of_) ++sizes[list];
    std::vector<uint32_t> first_block(lists_ + 1, 0);
    for (uint32_t i = 0; i < lists_; ++i) {
      first_block[i + 1] =
          first_block[i] + (sizes[i] + kPq4Block - 1) / kPq4Block;
    }
    IvfHeader header = {};
    std::memcpy(header.magic, kIvfMagic, sizeof(kIvfMagic));
    header.dimension = dimension_;
    header.vectors = vectors_.count;
    header.lists = lists_;
    header.pairs = static_cast<uint32_t>(codebooks_.M / 2);
    header.sub_dimension = static_cast<uint32_t>(codebooks_.dsub);
    header.blocks = first_block[lists_];

    std::vector<uint32_t> rows(size_t{header.blocks} * kPq4Block, kNoRow);
    std::vector<uint8_t> codes(size_t{header.blocks} * header.pairs * kPq4Block,
                               0);
    FillBlocks(header, first_block, &rows, &codes);

    std::string blob;
    const auto append = [&blob](const void* data, size_t bytes) {
      blob.append(static_cast<const char*>(data), bytes);
      blob.resize(IvfAligned(blob.size()), '\0');
    };
    append(&header, sizeof(header));
    append(quantizer_.get_xb(), size_t{lists_} * dimension_ * sizeof(float));
    append(codebooks_.centroids.data(),
           codebooks_.centroids.size() * sizeof(float));
    append(first_block.data(), first_block.size() * sizeof(uint32_t));
    append(rows.data(), rows.size() * sizeof(uint32_t));
    append(codes.data(), codes.size());
    return blob;
  }

  void FillBlocks(const IvfHeader& header,
                  const std::vector<uint32_t>& first_block,
                  std::vector<uint32_t>* rows,
                  std::vector<uint8_t>* codes) const {
    std::vector<uint32_t> filled(lists_, 0);
    std::vector<uint8_t> packed(size_t{kChunk} * codebooks_.code_size);
    for (uint32_t first = 0; first < vectors_.count; first += kChunk) {
      const uint32_t n = std::min(kChunk, vectors_.count - first);
      std::vector<float> residuals = Decode(first, n, 1);
      for (uint32_t i = 0; i < n; ++i) {
        SubtractCentroid(first + i, residuals.data() + size_t{i} * dimension_);
      }
      YieldToSearches();
      codebooks_.compute_codes(residuals.data(), packed.data(), n);
      for (uint32_t i = 0; i < n; ++i) {
        const uint32_t list = list_of_[first + i];
        const uint32_t at = filled[list]++;
        const size_t block = first_block[list] + at / kPq4Block;
        const size_t lane = at % kPq4Block;
        (*rows)[block * kPq4Block + lane] = first + i;
        // FAISS packs two codes to a byte, the first one low, as we do.
        for (uint32_t p = 0; p < header.pairs; ++p) {
          (*codes)[(block * header.pairs + p) * kPq4Block + lane] =
              packed[size_t{i} * codebooks_.code_size + p];
        }
      }
    }
  }

  const VectorsView& vectors_;
  const IvfBuildOptions& options_;
  const uint32_t dimension_;
  uint32_t lists_ = 0;
  PoliteIndex<faiss::IndexFlatIP> quantizer_;
  faiss::ProductQuantizer codebooks_;
  // Of one part, for training.
  PoliteIndex<faiss::IndexFlatL2> part_index_;
  std::vector<uint32_t> list_of_;
};

}  // namespace

absl::StatusOr<std::string> BuildIvf(const VectorsView& vectors,
                                     const IvfBuildOptions& options) {
  if (vectors.count < std::max<uint32_t>(1, options.min_vectors) ||
      vectors.dimension == 0 || vectors.dimension % 8 != 0) {
    return std::string();
  }
  // Segments are built in parallel: more threads for one would only wait for
  // each other. Holds for this thread alone.
  omp_set_num_threads(1);
  // OpenBLAS's own threads are not in the background as this one is: searches
  // would wait for them. Holds for the process, in which nobody else calls it.
  openblas_set_num_threads(1);
  try {
    return Builder(vectors, options).Build();
  } catch (const faiss::FaissException& e) {
    return absl::InternalError(absl::StrCat("faiss: ", e.what()));
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "no memory to train an index over ", vectors.count, " vectors"));
  }
}

}  // namespace footnote
