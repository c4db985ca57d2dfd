// kernels/transformer.h for AVX2.
#include <immintrin.h>

#include "kernels/transformer.h"

namespace footnote {
namespace {

struct Lanes {
  __m256 a;
  __m256 b;
};

alignas(64) constexpr int32_t kMasks[32] = {-1, -1, -1, -1, -1, -1, -1, -1,
                                            -1, -1, -1, -1, -1, -1, -1, -1};

// The first n of 16 lanes.
inline __m256i MaskOf(size_t n, size_t from) {
  return _mm256_loadu_si256(
      reinterpret_cast<const __m256i*>(kMasks + 16 - n + from));
}

inline Lanes Set(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
inline Lanes Load(const float* p) {
  return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}
inline Lanes LoadPart(const float* p, size_t n) {
  return {_mm256_maskload_ps(p, MaskOf(n, 0)),
          _mm256_maskload_ps(p + 8, MaskOf(n, 8))};
}
inline void Store(float* p, Lanes x) {
  _mm256_storeu_ps(p, x.a);
  _mm256_storeu_ps(p + 8, x.b);
}
inline void StorePart(float* p, size_t n, Lanes x) {
  _mm256_maskstore_ps(p, MaskOf(n, 0), x.a);
  _mm256_maskstore_ps(p + 8, MaskOf(n, 8), x.b);
}
inline Lanes Add(Lanes x, Lanes y) {
  return {_mm256_add_ps(x.a, y.a), _mm256_add_ps(x.b, y.b)};
}
inline Lanes Sub(Lanes x, Lanes y) {
  return {_mm256_sub_ps(x.a, y.a), _mm256_sub_ps(x.b, y.b)};
}
inline Lanes Mul(Lanes x, Lanes y) {
  return {_mm256_mul_ps(x.a, y.a), _mm256_mul_ps(x.b, y.b)};
}
inline Lanes Div(Lanes x, Lanes y) {
  return {_mm256_div_ps(x.a, y.a), _mm256_div_ps(x.b, y.b)};
}
inline Lanes Max(Lanes x, Lanes y) {
  return {_mm256_max_ps(x.a, y.a), _mm256_max_ps(x.b, y.b)};
}
inline Lanes Min(Lanes x, Lanes y) {
  return {_mm256_min_ps(x.a, y.a), _mm256_min_ps(x.b, y.b)};
}
inline Lanes Fma(Lanes x, Lanes y, Lanes z) {
  return {_mm256_fmadd_ps(x.a, y.a, z.a), _mm256_fmadd_ps(x.b, y.b, z.b)};
}
inline Lanes Round(Lanes x) {
  return {_mm256_round_ps(x.a, 0x08), _mm256_round_ps(x.b, 0x08)};
}
inline __m256 PowerOf2(__m256 n) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(
      _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23));
}
// x * 2^n for whole n, -126 to 127.
inline Lanes Scale(Lanes x, Lanes n) {
  return {_mm256_mul_ps(x.a, PowerOf2(n.a)), _mm256_mul_ps(x.b, PowerOf2(n.b))};
}
// Lanes begin to end - 1 of x, and `otherwise` elsewhere.
inline Lanes Keep(Lanes x, int begin, int end, float otherwise) {
  const auto half = [&](__m256 part, int from) {
    const __m256i lane = _mm256_add_epi32(
        _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32(from));
    const __m256i keep = _mm256_and_si256(
        _mm256_cmpgt_epi32(_mm256_set1_epi32(end), lane),
        _mm256_cmpgt_epi32(lane, _mm256_set1_epi32(begin - 1)));
    return _mm256_blendv_ps(_mm256_set1_ps(otherwise), part,
                            _mm256_castsi256_ps(keep));
  };
  return {half(x.a, 0), half(x.b, 8)};
}
inline float SumOf(Lanes x) {
  const __m256 eight = _mm256_add_ps(x.a, x.b);
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight),
                                 _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
inline float MaxOf(Lanes x) {
  const __m256 eight = _mm256_max_ps(x.a, x.b);
  const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight),
                                 _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

}  // namespace
}  // namespace footnote

#define FOOTNOTE_TRANSFORMER_KERNELS kTransformerKernelsAvx2
#include "kernels/transformer.inc"
