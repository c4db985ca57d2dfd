// kernels/part_places.h for AVX-512: sixteen places at once; where a passage
// begins, its numbers are compressed to the front of a vector.
#include <immintrin.h>

#include "kernels/part_places.h"

namespace footnote {

extern const PartPlacesKernel kPartPlacesAvx512;

namespace {

constexpr size_t kLanes = 16;
static_assert(kPartedBeyond >= kLanes);

size_t PartPlacesHere(const uint32_t* places, size_t count, PlaceBits form,
                      const PartedPlaces& out, bool* rise) {
  const __m128i shift = _mm_cvtsi32_si128(form.bits);
  const __m512i mask = _mm512_set1_epi32((1u << form.bits) - 1);
  const __m512i highest = _mm512_set1_epi32(1u << (form.bits - 1));
  const __m512i lift = _mm512_set1_epi32(form.lift);
  const __m512i lanes =
      _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  size_t size = 0;
  // Lanes of places that are less than the one before.
  __mmask16 falls = 0;
  __m512i before = _mm512_setzero_si512();
  // A passage has less than 32 bits, so that this is none.
  __m512i passage_before = _mm512_set1_epi32(-1);
  for (size_t i = 0; i < count; i += kLanes) {
    const size_t left = count - i;
    const __mmask16 here =
        left < kLanes ? static_cast<__mmask16>((1u << left) - 1) : 0xffff;
    const __m512i place = _mm512_maskz_loadu_epi32(here, places + i);
    const __m512i passage = _mm512_srl_epi32(place, shift);
    const __m512i previous = _mm512_alignr_epi32(place, before, kLanes - 1);
    const __m512i previous_passage =
        _mm512_alignr_epi32(passage, passage_before, kLanes - 1);
    falls |= _mm512_mask_cmplt_epu32_mask(here, place, previous);
    const __mmask16 begins =
        _mm512_mask_cmpneq_epi32_mask(here, passage, previous_passage);
    __m512i position = _mm512_and_si512(place, mask);
    position = _mm512_mask_add_epi32(
        position, _mm512_test_epi32_mask(position, highest), position, lift);
    _mm512_storeu_si512(out.positions + i, position);
    _mm512_storeu_si512(out.ordinals + size,
                        _mm512_maskz_compress_epi32(begins, passage));
    // Where the posting begins.
    const __m512i at =
        _mm512_add_epi32(lanes, _mm512_set1_epi32(static_cast<int>(i)));
    _mm512_storeu_si512(out.counts + size,
                        _mm512_maskz_compress_epi32(begins, at));
    size += static_cast<size_t>(__builtin_popcount(begins));
    before = place;
    passage_before = passage;
  }
  out.counts[size] = static_cast<uint32_t>(count);
  for (size_t i = 0; i < size; i += kLanes) {
    const __m512i begin = _mm512_loadu_si512(out.counts + i);
    const __m512i end = _mm512_loadu_si512(out.counts + i + 1);
    _mm512_storeu_si512(out.counts + i, _mm512_sub_epi32(end, begin));
  }
  *rise = falls == 0;
  return size;
}

}  // namespace

const PartPlacesKernel kPartPlacesAvx512 = &PartPlacesHere;

}  // namespace footnote
