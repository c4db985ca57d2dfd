// kernels/scan_pq4.h for AVX2: vpshufb looks up 32 codes at once. Bytes of even
// and odd vectors are summed apart, in 16 bits.
#include <immintrin.h>

#include "kernels/scan_pq4.h"

namespace footnote {
namespace {

inline __m256i Table(const uint8_t* table) {
  return _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(table)));
}

}  // namespace

void ScanPq4Avx2(const uint8_t* codes, const uint8_t* tables, size_t pairs,
                 size_t blocks, uint16_t* out) {
  const __m256i nibble = _mm256_set1_epi8(15);
  const __m256i low_byte = _mm256_set1_epi16(255);
  for (size_t b = 0; b < blocks; ++b) {
    const uint8_t* code = codes + b * pairs * 32;
    __m256i even = _mm256_setzero_si256();
    __m256i odd = _mm256_setzero_si256();
    for (size_t p = 0; p < pairs; ++p) {
      const __m256i bytes =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(code + 32 * p));
      const __m256i low = _mm256_shuffle_epi8(Table(tables + 32 * p),
                                              _mm256_and_si256(bytes, nibble));
      const __m256i high = _mm256_shuffle_epi8(
          Table(tables + 32 * p + 16),
          _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
      even = _mm256_add_epi16(even, _mm256_and_si256(low, low_byte));
      even = _mm256_add_epi16(even, _mm256_and_si256(high, low_byte));
      odd = _mm256_add_epi16(odd, _mm256_srli_epi16(low, 8));
      odd = _mm256_add_epi16(odd, _mm256_srli_epi16(high, 8));
    }
    // Interleaving works within 128-bit halves, so the halves are put right
    // afterwards.
    const __m256i first = _mm256_unpacklo_epi16(even, odd);
    const __m256i second = _mm256_unpackhi_epi16(even, odd);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 32 * b),
                        _mm256_permute2x128_si256(first, second, 0x20));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 32 * b + 16),
                        _mm256_permute2x128_si256(first, second, 0x31));
  }
}

}  // namespace footnote
