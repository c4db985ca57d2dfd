// kernels/scan_int8.h for AVX2.
//
// vpmaddubsw wants an unsigned side: the codes give up their sign to the
// query. A pair of products is at most 2 * 127 * 127, which 16 bits hold.
#include <immintrin.h>

#include "kernels/scan_int8.h"

namespace footnote {
namespace {

inline __m256i AddProducts(__m256i sum, __m256i query, __m256i code) {
  const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(code),
                                             _mm256_sign_epi8(query, code));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

inline __m256i Load(const int8_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

inline int32_t Sum(__m256i v) {
  __m128i x =
      _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  x = _mm_add_epi32(x, _mm_shuffle_epi32(x, 0x4e));
  x = _mm_add_epi32(x, _mm_shuffle_epi32(x, 0xb1));
  return _mm_cvtsi128_si32(x);
}

}  // namespace

void ScanInt8Avx2(const int8_t* query, const int8_t* codes, size_t stride,
                  size_t rows, int32_t* out) {
  size_t i = 0;
  for (; i + 2 <= rows; i += 2) {
    const int8_t* a = codes + i * stride;
    const int8_t* b = a + stride;
    __m256i sum_a = _mm256_setzero_si256();
    __m256i sum_b = _mm256_setzero_si256();
    for (size_t j = 0; j < stride; j += 32) {
      const __m256i q = Load(query + j);
      sum_a = AddProducts(sum_a, q, Load(a + j));
      sum_b = AddProducts(sum_b, q, Load(b + j));
    }
    out[i] = Sum(sum_a);
    out[i + 1] = Sum(sum_b);
  }
  if (i < rows) {
    const int8_t* a = codes + i * stride;
    __m256i sum = _mm256_setzero_si256();
    for (size_t j = 0; j < stride; j += 32) {
      sum = AddProducts(sum, Load(query + j), Load(a + j));
    }
    out[i] = Sum(sum);
  }
}

}  // namespace footnote
