// Exact search among vectors: inner products and the best of them in one pass,
// no scores in memory.
//
// Vectors are the left side of the tensor core's product, 16 at a time, read
// once for up to 64 queries, 16 bytes a lane, 7 KiB of a warp's on their way.
// Each warp keeps the best for every query in shared memory, sorted; what is
// below the last is dropped in registers. A second kernel merges the lists of
// the warps. Of equal scores the lower id is the better: the result has one
// order, whatever the grid is.
//
// Bytes: those of the vectors. Not measured, never run on a device.
#ifndef FOOTNOTE_KERNELS_CUDA_SCAN_H_
#define FOOTNOTE_KERNELS_CUDA_SCAN_H_

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

inline constexpr int kMaxScanBest = 32;
inline constexpr int kMaxScanQueries = 64;

struct ScanBest {
  float score;
  int32_t id;  // -1: there were not as many
};

// Scratch for ScanTop, in entries of ScanBest.
size_t ScanScratch(int blocks, int queries);

// best[q][0 … k - 1] = the vectors with the largest inner products with query
// q, the best first. Both are rows of `size` numbers, int8 or bfloat16, 16-byte
// aligned. An int8 score is the exact sum of products, rounded to a float.
// `allowed` has a bit for each vector (null: all).
// REQUIRES: size is a multiple of 64 (int8) or of 32 (bfloat16); k <=
// kMaxScanBest; queries <= kMaxScanQueries; blocks >= 1; `scratch` of
// ScanScratch(blocks, queries).
void ScanTopInt8(Stream* stream, const int8_t* vectors, int count, int size,
                 const int8_t* query, int queries, const uint32_t* allowed,
                 int k, int blocks, ScanBest* scratch, ScanBest* best);
void ScanTopBf16(Stream* stream, const uint16_t* vectors, int count, int size,
                 const uint16_t* query, int queries, const uint32_t* allowed,
                 int k, int blocks, ScanBest* scratch, ScanBest* best);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_SCAN_H_
