// Weights that are nobody's, and what memory can do: for measurements.
#ifndef FOOTNOTE_KERNELS_CUDA_RANDOM_H_
#define FOOTNOTE_KERNELS_CUDA_RANDOM_H_

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

// Fills memory with words that depend on `seed` and their place, of bits that
// are set in `mask`, with `bits` set everywhere: for bfloat16 of size .008 to
// .03, mask 0x81ff81ff and bits 0x3c003c00.
void FillRandom(Stream* stream, uint32_t seed, uint32_t mask, uint32_t bits,
                size_t words, uint32_t* memory);

// Reads all, 16 bytes a lane, and writes one word a block to `sums`, at most
// kReadBlocks: the bandwidth that others are measured by.
inline constexpr int kReadBlocks = 1056;
void ReadAll(Stream* stream, const void* memory, size_t bytes, uint32_t* sums);

// Copies, 16 bytes a lane.
void CopyAll(Stream* stream, const void* from, size_t bytes, void* to);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_RANDOM_H_
