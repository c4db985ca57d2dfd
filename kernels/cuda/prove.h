// Whether products by wgmma (kernels/cuda/matmul.h, wide) are those of
// mma.sync on this device, found out by doing both: whole matrices, odd tails,
// bf16 and fp8. Milliseconds, 0.1 GB of device memory for that time.
#ifndef FOOTNOTE_KERNELS_CUDA_PROVE_H_
#define FOOTNOTE_KERNELS_CUDA_PROVE_H_

#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

enum class WideState {
  kAbsent,  // the device has no wgmma
  kSame,    // every bit
  kClose,   // rounds otherwise: within kWideTolerance
  kWrong,   // not even that
  kFailed,  // the device said that it failed, or had no memory
};

// Of a difference to the largest number of its product: what sums of floats in
// another order may be off by.
inline constexpr double kWideTolerance = 1e-5;

struct WideProof {
  WideState state = WideState::kAbsent;
  double largest = 0;           // such difference
  const char* error = nullptr;  // of kFailed; lives as long as the stream
};

// On the first device. An emulator proves small matrices.
WideProof ProveWide(Stream* stream);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_PROVE_H_
