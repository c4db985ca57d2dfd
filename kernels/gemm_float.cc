#include "kernels/gemm_float.h"

#include "kernels/dispatch.h"

namespace footnote {

#if defined(__x86_64__)
void GemmFloatAvx2(const FloatProduct& product);
void GemmFloatAvx512(const FloatProduct& product);
#endif

namespace {

void GemmFloatScalar(const FloatProduct& p) {
  for (size_t i = 0; i < p.rows; ++i) {
    float* c = p.c + i * p.c_stride;
    for (size_t j = 0; j < p.columns; ++j) {
      c[j] = p.bias != nullptr ? p.bias[j] : 0.0f;
    }
    for (size_t x = 0; x < p.inputs; ++x) {
      const float a = p.a[i * p.a_stride + x];
      const float* b = p.b + x * p.b_stride;
      for (size_t j = 0; j < p.columns; ++j) c[j] += a * b[j];
    }
  }
}

}  // namespace

GemmFloatFn GemmFloatFor(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return GemmFloatAvx512;
  if (isa == Isa::kAvx2) return GemmFloatAvx2;
#endif
  (void)isa;
  return GemmFloatScalar;
}

void GemmFloat(const FloatProduct& product) {
  static const GemmFloatFn fn = GemmFloatFor(ActiveIsa());
  fn(product);
}

}  // namespace footnote
