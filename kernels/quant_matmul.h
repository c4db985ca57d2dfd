// Products of float rows with matrices as GGUF files hold them
// (kernels/quant_types.h), the weights used in place.
//
//   y[i][j] = sum over c of x[i][c] * w[j][c]
//
// For weights of fewer than 16 bits, x is first rounded to 8 bits, each 256
// numbers with a scale of their own; the products of a block are then summed
// exactly, and blocks are added in their order. For F32, F16 and BF16 weights,
// x stays float; four sums (of c % 4) are kept and then added, in that order.
//
// A row of y has the same bits whatever the other rows are, however many there
// are, however the columns are shared out to threads and whatever the
// instruction set: no product is fused with a sum.
//
// Use: PrepareRows once per input, QuantMatmul for every matrix with the same
// QuantUsesBytes. Pure, safe from many threads, nothing is allocated.
#ifndef FOOTNOTE_KERNELS_QUANT_MATMUL_H_
#define FOOTNOTE_KERNELS_QUANT_MATMUL_H_

#include <cstddef>
#include <cstdint>

#include "kernels/quant_types.h"

namespace footnote {

enum class Isa;

// How the products of bytes read x: QuantizedBlock [k / 256 rounded up][rows].
struct QuantizedBlock {
  int8_t q[256];        // round(x / scale); zeros beyond k
  int32_t minus16[16];  // -32 * the sum of each 16 of q
  int32_t minus32[8];   // -8 * the sum of each 32
  int16_t sum32[8];     // the sum of each 32
  float scale;          // max |x| / 127
  float unused[3];
};

// True when x is rounded for this type, false when it stays float.
bool QuantUsesBytes(QuantType type);

// Bytes of `rows` prepared rows of `k` numbers.
size_t PreparedBytes(QuantType type, size_t rows, size_t k);

// Prepares rows begin..end of `rows` rows (row i at x + i * x_stride) for
// products with weights of `type`. Calls for other rows of the same `prepared`
// may run at the same time. REQUIRES: k is a multiple of 32 where
// QuantUsesBytes; x is finite; prepared is aligned to 64.
void PrepareRows(QuantType type, const float* x, size_t x_stride, size_t rows,
                 size_t k, size_t begin, size_t end, void* prepared);

// Columns begin..end of the product: y[i * y_stride + j] for every i < rows
// and begin <= j < end, where row j of the weights is at w + j *
// QuantRowBytes(type, k). Never reads beyond row end - 1. Fastest when begin
// is a multiple of 16.
void QuantMatmul(QuantType type, const void* w, size_t k, size_t begin,
                 size_t end, const void* prepared, size_t rows, float* y,
                 size_t y_stride);

// The same, one set per instruction set, for tests and measurements.
struct QuantMatmulKernels {
  // One row of `k` numbers to its blocks, `step` blocks apart.
  void (*quantize)(const float* x, size_t k, size_t step, QuantizedBlock* out);
  void (*matmul)(QuantType type, const void* w, size_t k, size_t begin,
                 size_t end, const void* prepared, size_t rows, float* y,
                 size_t y_stride);
};

// REQUIRES: this machine can run `isa`.
const QuantMatmulKernels& QuantMatmulKernelsFor(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_QUANT_MATMUL_H_
