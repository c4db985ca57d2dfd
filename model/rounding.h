// What the rounding of a quantised model's arithmetic costs.
#ifndef FOOTNOTE_MODEL_ROUNDING_H_
#define FOOTNOTE_MODEL_ROUNDING_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace footnote {

// Logits of every position, beside those of the same weights widened to floats
// (CpuWeights::kAsFloats).
struct RoundingReport {
  int positions = 0;
  double error = 0;          // root of the mean square of the differences
  double most = 0;           // the largest
  double spread = 0;         // root of the mean square of the logits around the
                             // mean of their position
  int same_most_likely = 0;  // positions where both say the same token
};

// Takes the memory of the weights as floats besides. InvalidArgument for an id
// that the model does not have; the errors of ModelFiles::Open.
absl::StatusOr<RoundingReport> MeasureRounding(const std::string& path,
                                               absl::Span<const int32_t> ids,
                                               int threads);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ROUNDING_H_
