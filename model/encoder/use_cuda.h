// The part of USE's network that runs once for every token, on an NVIDIA device
// (kernels/cuda): sums that are UseNetwork::SumTokens' to the bit, as AVX2 and
// AVX-512 compute them. What runs once for every text stays on the processor.
#ifndef FOOTNOTE_MODEL_ENCODER_USE_CUDA_H_
#define FOOTNOTE_MODEL_ENCODER_USE_CUDA_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "model/encoder/batch.h"
#include "model/encoder/use_network.h"

namespace footnote {

// Safe from many threads: one batch at a time, the others wait.
class UseCuda {
 public:
  // Takes weights and the table's bytes (its pieces, one after the other) into
  // the memory of the first device.
  //   Unavailable        "no CUDA device: …": no driver, no device, or built
  //                      without nvcc
  //   ResourceExhausted  no device memory
  static absl::StatusOr<std::unique_ptr<UseCuda>> Open(
      absl::Span<const absl::string_view> table,
      absl::Span<const UseTokenWeights> networks);

  virtual ~UseCuda() = default;

  using RowOf = absl::FunctionRef<UseRows::Row(int32_t token)>;
  // sums[i * UseNetwork::kFeatures …] = what SumTokens adds there, for the
  // texts i of `batch`, by network `network`; `row_of` is what the table says
  // of a token.
  //   ResourceExhausted  no device memory for the batch; nothing was written
  //   Internal           what the driver said; the device is of no use any more
  virtual absl::Status SumTokens(
      size_t network, const Batch& batch,
      const std::vector<std::vector<int32_t>>& tokens, RowOf row_of,
      float* sums) = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_USE_CUDA_H_
