// What the emulator's block.cc and runtime.cc share.
#ifndef FOOTNOTE_KERNELS_CUDA_EMULATOR_RECORDED_H_
#define FOOTNOTE_KERNELS_CUDA_EMULATOR_RECORDED_H_

#include <functional>

#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {
namespace emulator {

// Does `work` now, or records it when the stream makes a graph.
void Record(Stream* stream, std::function<void()> work);

}  // namespace emulator
}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_EMULATOR_RECORDED_H_
