// kernels/quant_matmul.h for AVX-512 with VNNI: sixteen rows of weights at a
// time.
#include <immintrin.h>
#include <string.h>

#include <type_traits>

#include "kernels/quant_matmul.h"

#define FOOTNOTE_INLINE inline __attribute__((always_inline))

namespace footnote {
namespace {

using Ints = __m512i;
using Floats = __m512;
using Doubles = __m512d;

constexpr size_t kLanes = 16;
constexpr size_t kTile = 12;
constexpr size_t kFloatTile = 12;
// Signed weights are shifted to count from zero.
constexpr bool kKeepsSigns = false;

FOOTNOTE_INLINE Ints LoadInts(const void* p) { return _mm512_load_si512(p); }
FOOTNOTE_INLINE void StoreInts(void* p, Ints v) { _mm512_store_si512(p, v); }
FOOTNOTE_INLINE Ints SetInt(int32_t v) { return _mm512_set1_epi32(v); }
FOOTNOTE_INLINE Ints SetByte(int v) {
  return _mm512_set1_epi8(static_cast<char>(v));
}
FOOTNOTE_INLINE Ints And(Ints a, Ints b) { return _mm512_and_si512(a, b); }
FOOTNOTE_INLINE Ints Or(Ints a, Ints b) { return _mm512_or_si512(a, b); }
FOOTNOTE_INLINE Ints Xor(Ints a, Ints b) { return _mm512_xor_si512(a, b); }
FOOTNOTE_INLINE Ints Plus(Ints a, Ints b) { return _mm512_add_epi32(a, b); }
// Of lanes of 32 bits.
FOOTNOTE_INLINE Ints Left(Ints v, int n) { return _mm512_slli_epi32(v, n); }
FOOTNOTE_INLINE Ints Right(Ints v, int n) { return _mm512_srli_epi32(v, n); }
FOOTNOTE_INLINE Ints RightSigned(Ints v, int n) {
  return _mm512_srai_epi32(v, n);
}

FOOTNOTE_INLINE Floats LoadFloats(const float* p) { return _mm512_load_ps(p); }
FOOTNOTE_INLINE Floats LoadUnaligned(const float* p) {
  return _mm512_loadu_ps(p);
}
FOOTNOTE_INLINE void StoreFloats(float* p, Floats v) { _mm512_store_ps(p, v); }
FOOTNOTE_INLINE Floats SetFloat(float v) { return _mm512_set1_ps(v); }
FOOTNOTE_INLINE Floats ToFloats(Ints v) { return _mm512_cvtepi32_ps(v); }
FOOTNOTE_INLINE Floats AsFloats(Ints v) { return _mm512_castsi512_ps(v); }
FOOTNOTE_INLINE Ints AsInts(Floats v) { return _mm512_castps_si512(v); }
// max(a, |b|)
FOOTNOTE_INLINE Floats MaxOfSizes(Floats a, Floats b) {
  return _mm512_max_ps(a, _mm512_abs_ps(b));
}
FOOTNOTE_INLINE float MaxLane(Floats v) { return _mm512_reduce_max_ps(v); }

FOOTNOTE_INLINE Doubles LoadDoubles(const double* p) {
  return _mm512_load_pd(p);
}
FOOTNOTE_INLINE void StoreDoubles(double* p, Doubles v) {
  _mm512_store_pd(p, v);
}
FOOTNOTE_INLINE Doubles SetDouble(double v) { return _mm512_set1_pd(v); }
FOOTNOTE_INLINE Doubles Fma(Doubles a, Doubles b, Doubles c) {
  return _mm512_fmadd_pd(a, b, c);
}
FOOTNOTE_INLINE void StoreWide(double* p, Floats v) {
  StoreDoubles(p, _mm512_cvtps_pd(_mm512_castps512_ps256(v)));
  StoreDoubles(p + 8, _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1)));
}

// The lowest byte of each lane.
FOOTNOTE_INLINE void StoreBytes(int8_t* p, Ints v) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(v));
}

FOOTNOTE_INLINE int32_t SumOf16(const int8_t* p) {
  __m128i v =
      _mm_dpbusd_epi32(_mm_setzero_si128(), _mm_set1_epi8(1),
                       _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  v = _mm_add_epi32(v, _mm_shuffle_epi32(v, 0x4e));
  v = _mm_add_epi32(v, _mm_shuffle_epi32(v, 0xb1));
  return _mm_cvtsi128_si32(v);
}

// The halves in the lower 16 bits of each lane.
FOOTNOTE_INLINE Floats Halves(Ints v) {
  return _mm512_cvtph_ps(_mm512_cvtepi32_epi16(v));
}

// low | (high & mask)
FOOTNOTE_INLINE Ints Join(Ints low, Ints high, int mask) {
  return _mm512_ternarylogic_epi32(low, high, SetByte(mask), 0xf8);
}

// Bits 4 * group .. + 3 of each lane of `bits` to bit 4 of its four bytes,
// among others.
FOOTNOTE_INLINE Ints FifthBits(Ints bits, int group) {
  // For each byte the first of 8 bits to take from its pair of lanes: four
  // before the wanted one, around the 64.
  const Ints first = _mm512_set1_epi64(0x1f1e1d1cfffefdfcLL);
  return _mm512_multishift_epi64_epi8(
      _mm512_add_epi8(first, SetByte(4 * group)), bits);
}

FOOTNOTE_INLINE int32_t At(const void* p) {
  int32_t v;
  memcpy(&v, p, 4);
  return v;
}

FOOTNOTE_INLINE Ints FourQuarters(const uint8_t* p, size_t step) {
  const auto load = [&](size_t i) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i * step));
  };
  Ints v = _mm512_castsi128_si512(load(0));
  // Broadcasts from memory and blends: insertions would all go to the units
  // that shuffle.
  v = _mm512_mask_broadcast_i32x4(v, 0x00f0, load(1));
  v = _mm512_mask_broadcast_i32x4(v, 0x0f00, load(2));
  return _mm512_mask_broadcast_i32x4(v, 0xf000, load(3));
}

// A block of each of 16 rows, and memory that will be wanted later, fetched
// evenly among the work, or it would get in the way of its loads.
struct Rows {
  const uint8_t* p;
  size_t stride;
  const uint8_t* ahead;
};

// 16 bytes at `offset` of each row: lane r of t[i] is dword i of row r. Fetches
// kLines lines.
template <size_t kLines>
FOOTNOTE_INLINE void Transpose(Rows* rows, size_t offset, Ints* t) {
#pragma GCC unroll 4
  for (size_t i = 0; i < kLines; ++i) {
    // Not the builtin: the compiler would move them all to the front.
    asm volatile("prefetcht1 %0" : : "m"(rows->ahead[64 * i]));
  }
  rows->ahead += 64 * kLines;
  const uint8_t* p = rows->p + offset;
  const size_t stride = rows->stride;
  const Ints r0 = FourQuarters(p, 4 * stride);
  const Ints r1 = FourQuarters(p + stride, 4 * stride);
  const Ints r2 = FourQuarters(p + 2 * stride, 4 * stride);
  const Ints r3 = FourQuarters(p + 3 * stride, 4 * stride);
  const Ints a = _mm512_unpacklo_epi32(r0, r1);
  const Ints b = _mm512_unpackhi_epi32(r0, r1);
  const Ints c = _mm512_unpacklo_epi32(r2, r3);
  const Ints d = _mm512_unpackhi_epi32(r2, r3);
  t[0] = _mm512_unpacklo_epi64(a, c);
  t[1] = _mm512_unpackhi_epi64(a, c);
  t[2] = _mm512_unpacklo_epi64(b, d);
  t[3] = _mm512_unpackhi_epi64(b, d);
}

// Fetches a line of four rows: after 16 turns, four lines of all 16.
FOOTNOTE_INLINE void FetchNext(const uint8_t* p, size_t stride, size_t turn) {
  p += turn / 4 * 64;
#pragma GCC unroll 4
  for (size_t r = 0; r < 4; ++r) {
    asm volatile("prefetcht0 %0" : : "m"(p[(turn % 4 * 4 + r) * stride]));
  }
}

}  // namespace
}  // namespace footnote

#include "kernels/quant_matmul_formats.inc"

namespace footnote {
namespace {

FOOTNOTE_INLINE void StoreScale(Heads* heads, size_t part, Ints v) {
  StoreInts(heads->scale[part], v);
}

FOOTNOTE_INLINE Ints TimesScale(Ints v, const Heads& heads, size_t part) {
  return _mm512_mullo_epi32(v, LoadInts(heads.scale[part]));
}

// sum + the products of the pairs of 16 bits.
FOOTNOTE_INLINE Ints AddPairs(Ints sum, Ints a, Ints b) {
  return _mm512_dpwssd_epi32(sum, a, b);
}

// sum + the products of a group of four columns.
template <typename Format>
FOOTNOTE_INLINE Ints AddProduct(Ints sum, Ints w, const int8_t* q) {
  return _mm512_dpbusd_epi32(sum, w, SetInt(At(q)));
}

template <typename Format, size_t kTileRows, size_t kCount, typename Block>
FOOTNOTE_INLINE void AddGroups(const Panel& w, const Block* x, size_t group,
                               Ints* sum) {
#pragma GCC unroll 8
  for (size_t g = group; g < group + kCount; ++g) {
    const Ints u = LoadInts(w.u[g]);
#pragma GCC unroll 12
    for (size_t r = 0; r < kTileRows; ++r) {
      sum[r] = AddProduct<Format>(sum[r], u, x[r].q + 4 * g);
    }
  }
}

// sum[r] += the products of block b of 32.
template <typename Format, size_t kTileRows>
FOOTNOTE_INLINE void AddBlock(const Panel& w, const Quantized32* x, size_t b,
                              Ints* sum) {
  AddGroups<Format, kTileRows, 8>(w, x, 8 * b, sum);
}

// total[r] += scale * what part j gives.
template <typename Format, size_t kTileRows>
FOOTNOTE_INLINE void AddPart(const Panel& w, const Quantized256* x, size_t j,
                             Ints* total) {
  constexpr size_t kCount = Format::kPart / 4;
  Ints sum[kTileRows];
#pragma GCC unroll 12
  for (size_t r = 0; r < kTileRows; ++r) {
    sum[r] = SetInt(Format::kHasM ? 0 : x[r].minus16[j]);
  }
  AddGroups<Format, kTileRows, kCount>(w, x, kCount * j, sum);
  const Ints scale = LoadInts(w.heads.scale[j]);
#pragma GCC unroll 12
  for (size_t r = 0; r < kTileRows; ++r) {
    total[r] = Plus(total[r], _mm512_mullo_epi32(sum[r], scale));
  }
}

}  // namespace
}  // namespace footnote

#define FOOTNOTE_QUANT_MATMUL QuantMatmulAvx512
#define FOOTNOTE_QUANTIZE32 Quantize32Avx512
#define FOOTNOTE_QUANTIZE256 Quantize256Avx512
#include "kernels/quant_matmul.inc"
