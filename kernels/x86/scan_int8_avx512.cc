// kernels/scan_int8.h for AVX-512 with VNNI.
//
// vpdpbusd wants an unsigned side: flipping the top bit of a code adds 128, and
// 128 times the query's sum is taken away at the end.
#include <immintrin.h>

#include "kernels/scan_int8.h"

namespace footnote {
namespace {

inline __m512i Load(const int8_t* p) { return _mm512_loadu_si512(p); }

}  // namespace

void ScanInt8Avx512(const int8_t* query, const int8_t* codes, size_t stride,
                    size_t rows, int32_t* out) {
  const __m512i flip = _mm512_set1_epi8(static_cast<char>(0x80));
  __m512i query_sum = _mm512_setzero_si512();
  for (size_t j = 0; j < stride; j += 64) {
    query_sum =
        _mm512_dpbusd_epi32(query_sum, _mm512_set1_epi8(1), Load(query + j));
  }
  const int32_t shift = 128 * _mm512_reduce_add_epi32(query_sum);
  size_t i = 0;
  for (; i + 4 <= rows; i += 4) {
    const int8_t* row = codes + i * stride;
    __m512i sum[4] = {_mm512_setzero_si512(), _mm512_setzero_si512(),
                      _mm512_setzero_si512(), _mm512_setzero_si512()};
    for (size_t j = 0; j < stride; j += 64) {
      const __m512i q = Load(query + j);
#pragma GCC unroll 4
      for (int r = 0; r < 4; ++r) {
        sum[r] = _mm512_dpbusd_epi32(
            sum[r], _mm512_xor_si512(Load(row + r * stride + j), flip), q);
      }
    }
#pragma GCC unroll 4
    for (int r = 0; r < 4; ++r) {
      out[i + r] = _mm512_reduce_add_epi32(sum[r]) - shift;
    }
  }
  for (; i < rows; ++i) {
    const int8_t* row = codes + i * stride;
    __m512i sum = _mm512_setzero_si512();
    for (size_t j = 0; j < stride; j += 64) {
      sum = _mm512_dpbusd_epi32(sum, _mm512_xor_si512(Load(row + j), flip),
                                Load(query + j));
    }
    out[i] = _mm512_reduce_add_epi32(sum) - shift;
  }
}

}  // namespace footnote
