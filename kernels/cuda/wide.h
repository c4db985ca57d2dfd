// Products of four warps together, Hopper's wgmma: 64 rows by 256 tokens, 16
// columns at a time, sums in registers.
//
// A warp has 16 of the rows, fragments as MultiplyTile's (kernels/cuda/simt.h);
// its sums of tile j of 8 tokens are d[4 j … 4 j + 3], as MultiplyTile's too.
// The tokens are in shared memory: eights of tokens, 128 bytes each, a token's
// eight numbers after the other's; the first eight of the 16 columns of all
// tokens, then the second.
//
// All four warps say BeginWide, with all fragments that follow in registers by
// then (HoldWide), MultiplyWide some times, EndWide: only then may sums be
// looked at. Before tokens are read that CopyAsync brought, each thread says
// ShowCopiesToWide, then comes a barrier.
#ifndef FOOTNOTE_KERNELS_CUDA_WIDE_H_
#define FOOTNOTE_KERNELS_CUDA_WIDE_H_

namespace footnote {
namespace cuda {

inline constexpr int kWideTokens = 256;
inline constexpr int kWideSums = 128;
// From eight tokens to the next, and from eight columns to the next.
inline constexpr int kWideEightBytes = 128;
inline constexpr int kWideHalfBytes = kWideTokens / 8 * kWideEightBytes;
// Of 16 columns of all tokens.
inline constexpr int kWideStepBytes = 2 * kWideHalfBytes;

}  // namespace cuda
}  // namespace footnote

#ifdef __CUDACC__
#include "kernels/cuda/wide_device.h"
#else
#include "kernels/cuda/wide_host.h"
#endif

#endif  // FOOTNOTE_KERNELS_CUDA_WIDE_H_
