#include "kernels/rows.h"

#include "kernels/dispatch.h"

namespace footnote {

extern const RowKernels kRowKernelsScalar;
#if defined(__x86_64__)
extern const RowKernels kRowKernelsAvx2;
extern const RowKernels kRowKernelsAvx512;
#endif

namespace {

const RowKernels& Active() {
  static const RowKernels& kernels = RowKernelsFor(ActiveIsa());
  return kernels;
}

}  // namespace

const RowKernels& RowKernelsFor(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return kRowKernelsAvx512;
  if (isa == Isa::kAvx2) return kRowKernelsAvx2;
#endif
  (void)isa;
  return kRowKernelsScalar;
}

void LayerNorm(const float* x, const float* add, const float* gamma,
               const float* beta, float epsilon, size_t n, float* out) {
  Active().layer_norm(x, add, gamma, beta, epsilon, n, out);
}

float QuantizeRow(const float* x, size_t n, uint8_t* q) {
  return Active().quantize_row(x, n, q);
}

void DequantizeRow(const uint8_t* q, float scale, float low, size_t n,
                   float* out) {
  Active().dequantize_row(q, scale, low, n, out);
}

void HalfToFloat(const void* halves, size_t n, float* out) {
  Active().half_to_float(halves, n, out);
}

void ReluAdd(const float* x, const float* residual, size_t n, float* out) {
  Active().relu_add(x, residual, n, out);
}

void Gelu(size_t n, float* x) { Active().gelu(n, x); }

void Softmax(float scale, size_t n, float* x) { Active().softmax(scale, n, x); }

float SoftmaxBytes(float scale, const float* x, size_t n, uint8_t* q) {
  return Active().softmax_bytes(scale, x, n, q);
}

void AddScaled(const float* y, float factor, size_t n, float* x) {
  Active().add_scaled(y, factor, n, x);
}

void NormalizeRow(size_t n, float* x) { Active().normalize_row(n, x); }

}  // namespace footnote
