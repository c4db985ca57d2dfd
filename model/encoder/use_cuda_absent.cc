// In place of use_cuda.cc where there is no nvcc.
#include "absl/status/status.h"
#include "model/encoder/use_cuda.h"

namespace footnote {

absl::StatusOr<std::unique_ptr<UseCuda>> UseCuda::Open(
    absl::Span<const absl::string_view>, absl::Span<const UseTokenWeights>) {
  return absl::UnavailableError(
      "no CUDA device: this program was built without nvcc");
}

}  // namespace footnote
