// Products of float rows with matrices as GGUF files hold them
// (kernels/quant_types.h), the weights used in place.
//
//   y[i][j] = sum over c of x[i][c] * w[j][c]
//
// Weights of fewer than 16 bits: x is rounded to 8 bits first, with a scale for
// as many numbers as share one in the weights, 32 or 256. The products of such
// a block are summed exactly, and blocks are added in floats in their order.
//
// F32, F16 and BF16 weights: products and their sums are doubles, in the order
// of the columns; y is rounded once.
//
// A row of y has the same bits whatever the other rows are, however many there
// are, however the columns are shared out to threads and whatever the
// instruction set: no product of floats is fused with a sum.
//
// Use: PrepareRows once per input, QuantMatmul for every matrix with the same
// QuantInputOf. Pure, safe from many threads, nothing is allocated.
#ifndef FOOTNOTE_KERNELS_QUANT_MATMUL_H_
#define FOOTNOTE_KERNELS_QUANT_MATMUL_H_

#include <cstddef>
#include <cstdint>

#include "kernels/quant_types.h"

namespace footnote {

enum class Isa;

// What the products read of x.
enum class QuantInput : uint8_t {
  kDoubles,   // double [rows][k]
  kBytes32,   // Quantized32 [k / 256 rounded up][rows]
  kBytes256,  // Quantized256, likewise
};
inline constexpr int kQuantInputs = 3;

QuantInput QuantInputOf(QuantType type);

// 256 numbers of a row, each 32 rounded with a scale of their own.
struct Quantized32 {
  int8_t q[256];       // round(x / scale); zeros beyond k
  int32_t minus32[8];  // -8 * the sum of each 32 of q
  float scale[8];      // max |x| / 127 of each 32
  float sum[8];        // scale * the sum of each 32 of q
  float unused[8];
};

// 256 numbers of a row, rounded with one scale.
struct Quantized256 {
  int8_t q[256];        // round(x / scale); zeros beyond k
  int32_t minus16[16];  // -32 * the sum of each 16 of q
  int16_t sum32[8];     // the sum of each 32
  float scale;          // max |x| / 127
  float unused[11];
};

// True when x is rounded for this type.
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
  void (*quantize32)(const float* x, size_t k, size_t step, Quantized32* out);
  void (*quantize256)(const float* x, size_t k, size_t step, Quantized256* out);
  void (*matmul)(QuantType type, const void* w, size_t k, size_t begin,
                 size_t end, const void* prepared, size_t rows, float* y,
                 size_t y_stride);
};

// REQUIRES: this machine can run `isa`.
const QuantMatmulKernels& QuantMatmulKernelsFor(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_QUANT_MATMUL_H_
