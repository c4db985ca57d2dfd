// kernels/scan_pq4.h for AVX-512: two pairs of tables per step, one in each
// half of a register; the halves are added at the end of a block.
#include <immintrin.h>

#include "kernels/scan_pq4.h"

namespace footnote {
namespace {

// The table of one pair in the lower 256 bits, of the next in the upper.
inline __m512i Tables(const uint8_t* table) {
  const __m256i a = _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(table)));
  const __m256i b = _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(table + 32)));
  return _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
}

// The same for the last pair of an odd number: the upper half adds nothing.
inline __m512i LastTable(const uint8_t* table) {
  return _mm512_zextsi256_si512(_mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(table))));
}

}  // namespace

void ScanPq4Avx512(const uint8_t* codes, const uint8_t* tables, size_t pairs,
                   size_t blocks, uint16_t* out) {
  const __m512i nibble = _mm512_set1_epi8(15);
  const __m512i low_byte = _mm512_set1_epi16(255);
  for (size_t b = 0; b < blocks; ++b) {
    const uint8_t* code = codes + b * pairs * 32;
    __m512i even = _mm512_setzero_si512();
    __m512i odd = _mm512_setzero_si512();
    for (size_t p = 0; p < pairs; p += 2) {
      const bool last = p + 1 == pairs;
      const __m512i bytes =
          last ? _mm512_zextsi256_si512(_mm256_loadu_si256(
                     reinterpret_cast<const __m256i*>(code + 32 * p)))
               : _mm512_loadu_si512(code + 32 * p);
      const __m512i low_table =
          last ? LastTable(tables + 32 * p) : Tables(tables + 32 * p);
      const __m512i high_table =
          last ? LastTable(tables + 32 * p + 16) : Tables(tables + 32 * p + 16);
      const __m512i low =
          _mm512_shuffle_epi8(low_table, _mm512_and_si512(bytes, nibble));
      const __m512i high = _mm512_shuffle_epi8(
          high_table, _mm512_and_si512(_mm512_srli_epi16(bytes, 4), nibble));
      even = _mm512_add_epi16(even, _mm512_and_si512(low, low_byte));
      even = _mm512_add_epi16(even, _mm512_and_si512(high, low_byte));
      odd = _mm512_add_epi16(odd, _mm512_srli_epi16(low, 8));
      odd = _mm512_add_epi16(odd, _mm512_srli_epi16(high, 8));
    }
    const __m256i even_sum = _mm256_add_epi16(
        _mm512_castsi512_si256(even), _mm512_extracti64x4_epi64(even, 1));
    const __m256i odd_sum = _mm256_add_epi16(_mm512_castsi512_si256(odd),
                                             _mm512_extracti64x4_epi64(odd, 1));
    const __m256i first = _mm256_unpacklo_epi16(even_sum, odd_sum);
    const __m256i second = _mm256_unpackhi_epi16(even_sum, odd_sum);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 32 * b),
                        _mm256_permute2x128_si256(first, second, 0x20));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 32 * b + 16),
                        _mm256_permute2x128_si256(first, second, 0x31));
  }
}

}  // namespace footnote
