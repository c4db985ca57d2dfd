// The words that kernels are written in. A kernel's source compiles twice: by
// nvcc for a device, and by the host's compiler for an emulator that runs the
// threads of a block as fibres (kernels/cuda/emulator). The emulator is for
// index arithmetic, reductions and the order of barriers: every value that a
// thread computes, none of the time that it takes.
//
// Blocks are lines of threads, a multiple of 32; the grid has three sides. All
// threads of a block reach every barrier, all 32 of a warp every exchange: the
// emulator stops the program when one does not. Shared memory is what the
// launch asks for; it holds NaNs at first under the emulator.
//
// A kernel that LaunchEarly starts may run while the one before it still does
// (SetOverlap, kernels/cuda/runtime.h): every thread says WaitForEarlier first.
// Before that it reads what no kernel writes, weights, and writes shared memory
// alone. LetNextStart tells that the next such kernel may be started.
#ifndef FOOTNOTE_KERNELS_CUDA_SIMT_H_
#define FOOTNOTE_KERNELS_CUDA_SIMT_H_

#include <cstddef>
#include <cstdint>

#ifdef __CUDACC__
#include "kernels/cuda/simt_device.h"
#else
#include "kernels/cuda/simt_host.h"
#endif

namespace footnote {
namespace cuda {

inline constexpr int kWarp = 32;

// Of bits: the compiler does not know that an index is not negative.
FOOTNOTE_DEVICE int Lane() { return ThreadIndex() & (kWarp - 1); }
FOOTNOTE_DEVICE int WarpIndex() { return ThreadIndex() >> 5; }

// The sum over a warp, the same in all lanes; one order.
FOOTNOTE_DEVICE float WarpSum(float x) {
  for (int step = kWarp / 2; step > 0; step /= 2) x += ShuffleXor(x, step);
  return x;
}
FOOTNOTE_DEVICE float WarpMax(float x) {
  for (int step = kWarp / 2; step > 0; step /= 2) {
    x = Max(x, ShuffleXor(x, step));
  }
  return x;
}

// The sum over a block of at most 1024 threads, the same in all; one order.
// `shared` holds 32 floats that nothing else uses until the next barrier.
FOOTNOTE_DEVICE float BlockSum(float x, float* shared) {
  x = WarpSum(x);
  if (Lane() == 0) shared[WarpIndex()] = x;
  BlockBarrier();
  const int warps = BlockThreads() / kWarp;
  float sum = 0;
  for (int w = 0; w < warps; ++w) sum += shared[w];
  BlockBarrier();
  return sum;
}

// Two bfloat16 in a word, `low` in the low half; to nearest, ties to even.
FOOTNOTE_DEVICE float LowBf16(uint32_t pair) { return BitsToFloat(pair << 16); }
FOOTNOTE_DEVICE float HighBf16(uint32_t pair) {
  return BitsToFloat(pair & 0xffff0000u);
}

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_SIMT_H_
