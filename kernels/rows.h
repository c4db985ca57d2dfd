// Operations on rows of floats: what a network does between its matrix
// products.
//
// Every function is pure, safe from many threads, takes any `n` >= 0 and any
// alignment. AVX2 and AVX-512 give the same bits: sums run in 16 lanes that are
// added up in one order. Scalar differs by rounding, because it does not fuse a
// product and a sum. Rows hold finite numbers.
#ifndef FOOTNOTE_KERNELS_ROWS_H_
#define FOOTNOTE_KERNELS_ROWS_H_

#include <cstddef>
#include <cstdint>

namespace footnote {

enum class Isa;

// out[i] = (v[i] - mean) / sqrt(variance + epsilon) * gamma[i] + beta[i], where
// v[i] = x[i] + add[i]. `add`, `gamma` and `beta` may be null (0, 1 and 0);
// `out` may be `x`.
void LayerNorm(const float* x, const float* add, const float* gamma,
               const float* beta, float epsilon, size_t n, float* out);

// Rounds a row to 8 bits around 128: q[i] = round(x[i] / scale) + 128, with
// scale = max |x[i]| / 127, so q is in [1, 255]. Returns scale; 0 for a row of
// zeros, then q is 128 throughout.
float QuantizeRow(const float* x, size_t n, uint8_t* q);

// out[i] = q[i] * scale + low.
void DequantizeRow(const uint8_t* q, float scale, float low, size_t n,
                   float* out);

// Widens `n` IEEE half-precision numbers, little-endian at `halves`, exactly.
void HalfToFloat(const void* halves, size_t n, float* out);

// out[i] = max(x[i], 0) + residual[i]. `residual` may be null (0); `out` may be
// `x` or `residual`.
void ReluAdd(const float* x, const float* residual, size_t n, float* out);

// x[i] = x[i] * Phi(x[i]), Phi the normal distribution function: the exact GELU
// within 1e-6 * max(1, |x[i]|).
void Gelu(size_t n, float* x);

// x[i] = exp(x[i] * scale - max) / sum, within a relative 1e-6.
void Softmax(float scale, size_t n, float* x);

// The numerators of a softmax in 8 bits: q[i] = round(255 * exp(x[i] * scale -
// max)). Returns 1 / (255 * their sum before rounding), so that q[i] times it
// is the probability within 1/510 of the largest. 0 for n = 0.
float SoftmaxBytes(float scale, const float* x, size_t n, uint8_t* q);

// x[i] += y[i] * factor.
void AddScaled(const float* y, float factor, size_t n, float* x);

// x[i] /= |x|, the Euclidean length; a row shorter than 1e-6 is divided by
// that.
void NormalizeRow(size_t n, float* x);

// The same, one set per instruction set, for tests and measurements.
struct RowKernels {
  void (*layer_norm)(const float* x, const float* add, const float* gamma,
                     const float* beta, float epsilon, size_t n, float* out);
  float (*quantize_row)(const float* x, size_t n, uint8_t* q);
  void (*dequantize_row)(const uint8_t* q, float scale, float low, size_t n,
                         float* out);
  void (*half_to_float)(const void* halves, size_t n, float* out);
  void (*relu_add)(const float* x, const float* residual, size_t n, float* out);
  void (*gelu)(size_t n, float* x);
  void (*softmax)(float scale, size_t n, float* x);
  float (*softmax_bytes)(float scale, const float* x, size_t n, uint8_t* q);
  void (*add_scaled)(const float* y, float factor, size_t n, float* x);
  void (*normalize_row)(size_t n, float* x);
};

// REQUIRES: this machine can run `isa`.
const RowKernels& RowKernelsFor(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_ROWS_H_
