// Matrix product of floats: c[i][j] = bias[j] + sum over x of a[i][x] *
// b[x][j].
//
// Pure, safe from many threads. Each sum runs over x in order, fused where the
// instruction set fuses, so instruction sets differ by rounding: within
// 1e-5 * sum |a[i][x] * b[x][j]| for up to 2,000 inputs.
#ifndef FOOTNOTE_KERNELS_GEMM_FLOAT_H_
#define FOOTNOTE_KERNELS_GEMM_FLOAT_H_

#include <cstddef>

namespace footnote {

enum class Isa;

// Three row-major matrices; a stride is the distance between rows in floats.
// The rows of `a` may overlap (stride < inputs): that is a convolution over
// neighbouring rows.
struct FloatProduct {
  size_t rows;     // of a and c
  size_t inputs;   // columns of a, rows of b
  size_t columns;  // of b and c
  const float* a;
  size_t a_stride;
  const float* b;
  size_t b_stride;
  const float* bias;  // `columns` floats, or null for 0
  float* c;           // must not overlap the others
  size_t c_stride;
};

void GemmFloat(const FloatProduct& product);

using GemmFloatFn = void (*)(const FloatProduct& product);

// The version for `isa`. REQUIRES: this machine can run it.
GemmFloatFn GemmFloatFor(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_GEMM_FLOAT_H_
