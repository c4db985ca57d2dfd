// kernels/write_gaps.h for AVX-512: of sixteen positions at once, four bytes
// each that may be written, and of those that are the others are left out.
#include <immintrin.h>

#include "kernels/write_gaps.h"

namespace footnote {

extern const WriteGapsKernel kWriteGapsAvx512;

namespace {

constexpr size_t kLanes = 16;
static_assert(kGapsBeyond >= 4 * kLanes);
constexpr size_t kMostGaps = kMostGapPostings * kMostGapCount;

char* WriteVarint(uint32_t value, char* to) {
  for (; value >= 0x80; value >>= 7) *to++ = static_cast<char>(value | 0x80);
  *to++ = static_cast<char>(value);
  return to;
}

// Of positions that need more than two bytes.
char* WriteOneByOne(const uint32_t* gaps, const uint32_t* firsts, size_t size,
                    char* to) {
  for (size_t i = 0; i < size; ++i) {
    if (firsts[i] != 0) *to++ = static_cast<char>(firsts[i]);
    to = WriteVarint(gaps[i], to);
  }
  return to;
}

// `size` positions; begins(i): bits for those from i on, a multiple of kLanes,
// that begin a posting.
template <typename Begins>
inline char* WriteAll(const uint32_t* counts, const uint32_t* positions,
                      size_t size, const Begins& begins, char* to) {
  __m512i before = _mm512_setzero_si512();
  for (size_t i = 0; i < size; i += kLanes) {
    const size_t left = size - i;
    const __mmask16 here =
        left < kLanes ? static_cast<__mmask16>((1u << left) - 1) : 0xffff;
    const __mmask16 first = begins(i);
    const size_t first_count = static_cast<size_t>(__builtin_popcount(first));
    const __m512i position = _mm512_maskz_loadu_epi32(here, positions + i);
    const __m512i previous = _mm512_alignr_epi32(position, before, kLanes - 1);
    const __m512i gap = _mm512_mask_sub_epi32(
        position, static_cast<__mmask16>(here & ~first), position, previous);
    const __m512i count = _mm512_maskz_expand_epi32(
        first, _mm512_maskz_loadu_epi32(
                   static_cast<__mmask16>((1u << first_count) - 1), counts));
    counts += first_count;
    before = position;
    const __mmask16 two =
        _mm512_cmpge_epu32_mask(gap, _mm512_set1_epi32(1 << 7));
    if (_mm512_cmpge_epu32_mask(gap, _mm512_set1_epi32(1 << 14)) != 0) {
      uint32_t gaps[kLanes], firsts[kLanes];
      _mm512_storeu_si512(gaps, gap);
      _mm512_storeu_si512(firsts, count);
      to = WriteOneByOne(gaps, firsts, left < kLanes ? left : kLanes, to);
      continue;
    }
    // The count, the gap's lower seven bits and its upper ones.
    const __m512i lower =
        _mm512_mask_or_epi32(gap, two, gap, _mm512_set1_epi32(0x80));
    const __m512i upper = _mm512_srli_epi32(gap, 7);
    __m512i bytes = _mm512_or_si512(
        count,
        _mm512_slli_epi32(_mm512_and_si512(lower, _mm512_set1_epi32(0xff)), 8));
    bytes = _mm512_or_si512(bytes, _mm512_slli_epi32(upper, 16));
    __m512i wanted =
        _mm512_maskz_mov_epi32(here, _mm512_set1_epi32(0x0000ff00));
    wanted = _mm512_mask_or_epi32(wanted, first, wanted,
                                  _mm512_set1_epi32(0x000000ff));
    wanted = _mm512_mask_or_epi32(wanted, two, wanted,
                                  _mm512_set1_epi32(0x00ff0000));
    const __mmask64 kept = _mm512_movepi8_mask(wanted);
    _mm512_storeu_si512(to, _mm512_maskz_compress_epi8(kept, bytes));
    to += __builtin_popcountll(kept);
  }
  return to;
}

char* WriteGapsHere(const uint32_t* counts, size_t postings,
                    const uint32_t* positions, char* to) {
  size_t size = 0;
  uint64_t few = 0;
  for (size_t i = 0; i < postings; ++i) {
    few |= uint64_t{1} << (size % 64);
    size += counts[i];
  }
  if (size <= 64) {
    const auto begins = [few](size_t i) {
      return static_cast<__mmask16>(few >> i);
    };
    return WriteAll(counts, positions, size, begins, to);
  }
  uint16_t many[kMostGaps / kLanes + 1] = {};
  size_t at = 0;
  for (size_t i = 0; i < postings; ++i) {
    many[at / kLanes] |= static_cast<uint16_t>(1u << (at % kLanes));
    at += counts[i];
  }
  const auto begins = [&many](size_t i) {
    return static_cast<__mmask16>(many[i / kLanes]);
  };
  return WriteAll(counts, positions, size, begins, to);
}

}  // namespace

const WriteGapsKernel kWriteGapsAvx512 = &WriteGapsHere;

}  // namespace footnote
