// Trains an inverted file over a segment's vectors; the only user of FAISS.
#ifndef FOOTNOTE_RETRIEVER_ANN_IVF_BUILDER_H_
#define FOOTNOTE_RETRIEVER_ANN_IVF_BUILDER_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "storage/segment_reader.h"

namespace footnote {

struct IvfBuildOptions {
  // Segments with fewer vectors get no index: they are scanned.
  uint32_t min_vectors = 30000;
  // 0: four times the root of the number of vectors.
  uint32_t lists = 0;
  // Vectors per list that training looks at.
  uint32_t training_per_list = 64;
  uint32_t seed = 1234;
};

// The blob of section "ann" (ivf_format.h), or "" where none is wanted: too few
// vectors, or a dimension that is not a multiple of 8. The same vectors and
// options give the same bytes. Takes about a minute per million vectors and
// core.
//   ResourceExhausted  no memory for the training
//   Internal           what FAISS says
absl::StatusOr<std::string> BuildIvf(const VectorsView& vectors,
                                     const IvfBuildOptions& options);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_ANN_IVF_BUILDER_H_
