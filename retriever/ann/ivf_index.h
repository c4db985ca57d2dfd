// Searches the inverted file of a segment: our own scan of the lists nearest to
// the question, with a filter and the number of lists as arguments.
#ifndef FOOTNOTE_RETRIEVER_ANN_IVF_INDEX_H_
#define FOOTNOTE_RETRIEVER_ANN_IVF_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "retriever/ann/exact_scan.h"
#include "retriever/ann/ivf_format.h"
#include "retriever/filter/allowed.h"
#include "storage/segment_reader.h"

namespace footnote {

struct IvfSearchOptions {
  // Lists that are looked at; 0: a sixteenth of them, at least 8.
  uint32_t nprobe = 0;
  // Vectors whose exact products are computed, but for those whose approximate
  // ones are far too low; 0: 20 times those wanted, at least 200.
  uint32_t rerank = 0;
};

// A row of a segment's vectors with what its code says of its product.
struct IvfCandidate {
  uint32_t row = 0;
  float approximate = 0;
};

// A view of a blob, which must outlive it. Immutable.
class IvfIndex {
 public:
  // An index for nothing.
  IvfIndex() = default;

  // Checks every number in `blob` that is followed later.
  //   DataLoss       the blob is cut short or senseless
  //   Unimplemented  it was made by a newer release
  // REQUIRES: blob.data() is a multiple of 64
  static absl::StatusOr<IvfIndex> Parse(absl::string_view blob,
                                        const VectorsView& vectors);

  bool empty() const { return header_ == nullptr; }
  const IvfHeader& header() const { return *header_; }

  // The `count` allowed rows with the highest approximate products, in any
  // order, of the `nprobe` lists whose centroids have the highest.
  // REQUIRES: !empty(), query.size() == header().dimension
  std::vector<IvfCandidate> Candidates(absl::Span<const float> query,
                                       uint32_t nprobe, size_t count,
                                       const VectorsView& vectors,
                                       const AllowedPassages& allowed) const;

  // The largest error of IvfCandidate::approximate against the sum of the
  // unrounded table entries, for this question.
  float TableError(absl::Span<const float> query) const;

 private:
  struct Tables;
  Tables MakeTables(absl::Span<const float> query) const;
  std::vector<uint32_t> NearestLists(absl::Span<const float> query,
                                     uint32_t nprobe,
                                     std::vector<float>* products) const;

  const IvfHeader* header_ = nullptr;
  const float* centroids_ = nullptr;
  const float* codebooks_ = nullptr;
  const uint32_t* first_block_ = nullptr;
  const uint32_t* rows_ = nullptr;
  const uint8_t* codes_ = nullptr;
};

// About the `k` nearest passages of a segment, in any order, with exactly the
// similarities that NearestByScan gives; those less similar than `floor` are
// left out.
std::vector<VectorHit> NearestByIvf(
    const IvfIndex& index, const SegmentReader& reader, uint32_t segment,
    absl::Span<const float> vector, const QueryCode& query,
    const AllowedPassages& allowed, size_t k, const IvfSearchOptions& options,
    float floor = kNoFloor);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_ANN_IVF_INDEX_H_
