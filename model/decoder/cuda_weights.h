// Weights in a CUDA device's memory, as its products read them.
#ifndef FOOTNOTE_MODEL_DECODER_CUDA_WEIGHTS_H_
#define FOOTNOTE_MODEL_DECODER_CUDA_WEIGHTS_H_

#include <deque>

#include "absl/status/statusor.h"
#include "kernels/cuda/layout.h"
#include "model/decoder/cuda_memory.h"
#include "model/decoder/device.h"
#include "model/decoder/device_cuda.h"
#include "model/weights/tensor.h"

namespace footnote {

// All matrices of one device. One thread at a time.
class CudaMatrices {
 public:
  // Floats become what `weights` says, as they are bfloat16, and floats where
  // `exact`.
  CudaMatrices(bool exact, CudaWeights weights)
      : exact_(exact), weights_(weights) {}

  // The tensor packed (kernels/cuda/layout.h), as long as this lives.
  //   Unimplemented      no product takes such numbers
  //   ResourceExhausted  no device memory
  //   Internal           what the device said
  absl::StatusOr<Matrix> Upload(const Tensor& tensor);

 private:
  struct Held {
    CudaMemory weights;
    CudaMemory scales;
    cuda::DeviceMatrix matrix;
  };

  bool exact_;
  CudaWeights weights_;
  std::deque<Held> held_;
};

// Of a matrix that Upload gave.
inline const cuda::DeviceMatrix& OnDevice(const Matrix& matrix) {
  return *static_cast<const cuda::DeviceMatrix*>(matrix.data);
}

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_CUDA_WEIGHTS_H_
