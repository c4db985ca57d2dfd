// A mixture of experts on a CUDA device (kernels/cuda/experts.h): routed,
// multiplied and summed there, nothing goes to the host between.
#ifndef FOOTNOTE_MODEL_DECODER_CUDA_MIXTURE_H_
#define FOOTNOTE_MODEL_DECODER_CUDA_MIXTURE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "kernels/cuda/experts.h"
#include "kernels/cuda/layout.h"
#include "kernels/cuda/runtime.h"

namespace footnote {

// What one layer's experts are multiplied with. One thread at a time.
class CudaMixture {
 public:
  // The matrices, one for each expert, stay where they are; a row takes `used`.
  //   Unimplemented      more than kernels/cuda/experts.h routes among
  //   ResourceExhausted  no device memory
  static absl::StatusOr<std::unique_ptr<CudaMixture>> Create(
      const std::vector<cuda::DeviceMatrix>& gate,
      const std::vector<cuda::DeviceMatrix>& up,
      const std::vector<cuda::DeviceMatrix>& down, int used);
  ~CudaMixture();
  CudaMixture(const CudaMixture&) = delete;
  CudaMixture& operator=(const CudaMixture&) = delete;

  int experts() const { return experts_; }

  struct Step {
    cuda::RouteRule rule;
    bool gelu;
    const float* scores;  // [rows][experts]
    const float* x;       // [rows][the gates' columns]
    int rows;
    int parts;     // of prepared activations
    char* memory;  // Bytes(step)
    float* out;    // [rows][the downs' rows], added to
  };
  size_t Bytes(const Step& step) const;
  // Starts its kernels.
  void Run(cuda::Stream* stream, const Step& step) const;

 private:
  // The matrices of one kind of product, in device memory.
  struct List {
    cuda::DeviceMatrix* matrices = nullptr;
    int rows = 0;
    int columns = 0;
    std::vector<cuda::WeightKind> kinds;  // each once
  };
  // Where things are in Step::memory.
  struct Places;

  CudaMixture() = default;
  static bool Upload(const std::vector<cuda::DeviceMatrix>& matrices,
                     List* list);
  Places PlacesOf(const Step& step) const;

  int experts_ = 0;
  List gate_;
  List up_;
  List down_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_CUDA_MIXTURE_H_
