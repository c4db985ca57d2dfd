// kernels/transformer.h for AVX-512.
#include <immintrin.h>

#include "kernels/transformer.h"

namespace footnote {
namespace {

using Lanes = __m512;

inline Lanes Set(float x) { return _mm512_set1_ps(x); }
inline Lanes Load(const float* p) { return _mm512_loadu_ps(p); }
inline Lanes LoadPart(const float* p, size_t n) {
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), p);
}
inline void Store(float* p, Lanes x) { _mm512_storeu_ps(p, x); }
inline void StorePart(float* p, size_t n, Lanes x) {
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), x);
}
inline Lanes Add(Lanes a, Lanes b) { return _mm512_add_ps(a, b); }
inline Lanes Sub(Lanes a, Lanes b) { return _mm512_sub_ps(a, b); }
inline Lanes Mul(Lanes a, Lanes b) { return _mm512_mul_ps(a, b); }
inline Lanes Div(Lanes a, Lanes b) { return _mm512_div_ps(a, b); }
inline Lanes Max(Lanes a, Lanes b) { return _mm512_max_ps(a, b); }
inline Lanes Min(Lanes a, Lanes b) { return _mm512_min_ps(a, b); }
inline Lanes Fma(Lanes a, Lanes b, Lanes c) { return _mm512_fmadd_ps(a, b, c); }
inline Lanes Round(Lanes a) { return _mm512_roundscale_ps(a, 0x08); }
// x * 2^n for whole n, -126 to 127.
inline Lanes Scale(Lanes x, Lanes n) { return _mm512_scalef_ps(x, n); }
// Lanes begin to end - 1 of x, and `otherwise` elsewhere.
inline Lanes Keep(Lanes x, int begin, int end, float otherwise) {
  const uint32_t mask = ((1u << end) - 1) & ~((1u << begin) - 1);
  return _mm512_mask_blend_ps(static_cast<__mmask16>(mask),
                              _mm512_set1_ps(otherwise), x);
}
// Lane i and i + 8, then i and i + 4, ...: as AVX2 adds.
inline float SumOf(Lanes x) {
  const __m256 eight =
      _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight),
                                 _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline float MaxOf(Lanes x) { return _mm512_reduce_max_ps(x); }

}  // namespace
}  // namespace footnote

#define FOOTNOTE_TRANSFORMER_KERNELS kTransformerKernelsAvx512
#include "kernels/transformer.inc"
