// kernels/quant_matmul.h for AVX2: eight rows of weights at a time.
#include <immintrin.h>
#include <string.h>

#include <type_traits>

#include "kernels/quant_matmul.h"

#define FOOTNOTE_INLINE inline __attribute__((always_inline))

namespace footnote {
namespace {

using Ints = __m256i;
using Floats = __m256;
using Doubles = __m256d;

constexpr size_t kLanes = 8;
constexpr size_t kTile = 6;
constexpr size_t kFloatTile = 4;
// Signed weights give their signs to x.
constexpr bool kKeepsSigns = true;

FOOTNOTE_INLINE Ints LoadInts(const void* p) {
  return _mm256_load_si256(static_cast<const __m256i*>(p));
}
FOOTNOTE_INLINE void StoreInts(void* p, Ints v) {
  _mm256_store_si256(static_cast<__m256i*>(p), v);
}
FOOTNOTE_INLINE Ints SetInt(int32_t v) { return _mm256_set1_epi32(v); }
FOOTNOTE_INLINE Ints SetByte(int v) {
  return _mm256_set1_epi8(static_cast<char>(v));
}
FOOTNOTE_INLINE Ints And(Ints a, Ints b) { return _mm256_and_si256(a, b); }
FOOTNOTE_INLINE Ints Or(Ints a, Ints b) { return _mm256_or_si256(a, b); }
FOOTNOTE_INLINE Ints Xor(Ints a, Ints b) { return _mm256_xor_si256(a, b); }
FOOTNOTE_INLINE Ints Plus(Ints a, Ints b) { return _mm256_add_epi32(a, b); }
// Of lanes of 32 bits.
FOOTNOTE_INLINE Ints Left(Ints v, int n) { return _mm256_slli_epi32(v, n); }
FOOTNOTE_INLINE Ints Right(Ints v, int n) { return _mm256_srli_epi32(v, n); }
FOOTNOTE_INLINE Ints RightSigned(Ints v, int n) {
  return _mm256_srai_epi32(v, n);
}

FOOTNOTE_INLINE Floats LoadFloats(const float* p) { return _mm256_load_ps(p); }
FOOTNOTE_INLINE Floats LoadUnaligned(const float* p) {
  return _mm256_loadu_ps(p);
}
FOOTNOTE_INLINE void StoreFloats(float* p, Floats v) { _mm256_store_ps(p, v); }
FOOTNOTE_INLINE Floats SetFloat(float v) { return _mm256_set1_ps(v); }
FOOTNOTE_INLINE Floats ToFloats(Ints v) { return _mm256_cvtepi32_ps(v); }
FOOTNOTE_INLINE Floats AsFloats(Ints v) { return _mm256_castsi256_ps(v); }
FOOTNOTE_INLINE Ints AsInts(Floats v) { return _mm256_castps_si256(v); }
// max(a, |b|)
FOOTNOTE_INLINE Floats MaxOfSizes(Floats a, Floats b) {
  return _mm256_max_ps(a, _mm256_andnot_ps(_mm256_set1_ps(-0.0f), b));
}
FOOTNOTE_INLINE float MaxLane(Floats v) {
  __m128 m = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  m = _mm_max_ps(m, _mm_movehl_ps(m, m));
  return _mm_cvtss_f32(_mm_max_ss(m, _mm_shuffle_ps(m, m, 1)));
}

FOOTNOTE_INLINE Doubles LoadDoubles(const double* p) {
  return _mm256_load_pd(p);
}
FOOTNOTE_INLINE void StoreDoubles(double* p, Doubles v) {
  _mm256_store_pd(p, v);
}
FOOTNOTE_INLINE Doubles SetDouble(double v) { return _mm256_set1_pd(v); }
FOOTNOTE_INLINE Doubles Fma(Doubles a, Doubles b, Doubles c) {
  return _mm256_fmadd_pd(a, b, c);
}
FOOTNOTE_INLINE void StoreWide(double* p, Floats v) {
  StoreDoubles(p, _mm256_cvtps_pd(_mm256_castps256_ps128(v)));
  StoreDoubles(p + 4, _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1)));
}

// The lowest byte of each lane.
FOOTNOTE_INLINE void StoreBytes(int8_t* p, Ints v) {
  v = And(v, SetInt(255));
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(v),
                                        _mm256_extracti128_si256(v, 1));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(p),
                   _mm_packus_epi16(words, words));
}

FOOTNOTE_INLINE int32_t SumOf16(const int8_t* p) {
  const __m128i q = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  __m128i v =
      _mm_madd_epi16(_mm_maddubs_epi16(_mm_set1_epi8(1), q), _mm_set1_epi16(1));
  v = _mm_add_epi32(v, _mm_shuffle_epi32(v, 0x4e));
  v = _mm_add_epi32(v, _mm_shuffle_epi32(v, 0xb1));
  return _mm_cvtsi128_si32(v);
}

// The halves in the lower 16 bits of each lane, see HalfBitsToFloat.
FOOTNOTE_INLINE Floats Halves(Ints v) {
  const Ints size = Left(And(v, SetInt(0x7fff)), 13);
  const Ints sign = Left(And(v, SetInt(0x8000)), 16);
  const Floats value = AsFloats(size) * SetFloat(0x1p112f);
  const Ints special =
      And(_mm256_cmpgt_epi32(size, SetInt(0x0f7fffff)), SetInt(0x7f800000));
  return AsFloats(Or(AsInts(value), Or(sign, special)));
}

// low | (high & mask)
FOOTNOTE_INLINE Ints Join(Ints low, Ints high, int mask) {
  return Or(low, And(high, SetByte(mask)));
}

// Bits 4 * group .. + 3 of each lane of `bits` to bit 4 of its four bytes,
// among others.
FOOTNOTE_INLINE Ints FifthBits(Ints bits, int group) {
  const Ints byte =
      _mm256_add_epi8(_mm256_set_epi32(0x0c0c0c0c, 0x08080808, 0x04040404, 0,
                                       0x0c0c0c0c, 0x08080808, 0x04040404, 0),
                      SetByte(group / 2));
  const Ints mask =
      SetInt(group % 2 == 0 ? 0x08040201 : static_cast<int32_t>(0x80402010));
  return _mm256_cmpeq_epi8(And(_mm256_shuffle_epi8(bits, byte), mask), mask);
}

FOOTNOTE_INLINE int32_t At(const void* p) {
  int32_t v;
  memcpy(&v, p, 4);
  return v;
}

FOOTNOTE_INLINE Ints TwoHalves(const uint8_t* p, size_t step) {
  return _mm256_inserti128_si256(
      _mm256_castsi128_si256(
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(p))),
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + step)), 1);
}

// A block of each of 8 rows, and memory that will be wanted later, fetched
// evenly among the work, or it would get in the way of its loads.
struct Rows {
  const uint8_t* p;
  size_t stride;
  const uint8_t* ahead;
};

// 16 bytes at `offset` of each row: lane r of t[i] is dword i of row r. Fetches
// half of kLines lines.
template <size_t kLines>
FOOTNOTE_INLINE void Transpose(Rows* rows, size_t offset, Ints* t) {
  constexpr size_t kFetched = (kLines + 1) / 2;
#pragma GCC unroll 2
  for (size_t i = 0; i < kFetched; ++i) {
    // Not the builtin: the compiler would move them all to the front.
    asm volatile("prefetcht1 %0" : : "m"(rows->ahead[64 * i]));
  }
  rows->ahead += 64 * kFetched;
  const uint8_t* p = rows->p + offset;
  const size_t stride = rows->stride;
  const Ints r0 = TwoHalves(p, 4 * stride);
  const Ints r1 = TwoHalves(p + stride, 4 * stride);
  const Ints r2 = TwoHalves(p + 2 * stride, 4 * stride);
  const Ints r3 = TwoHalves(p + 3 * stride, 4 * stride);
  const Ints a = _mm256_unpacklo_epi32(r0, r1);
  const Ints b = _mm256_unpackhi_epi32(r0, r1);
  const Ints c = _mm256_unpacklo_epi32(r2, r3);
  const Ints d = _mm256_unpackhi_epi32(r2, r3);
  t[0] = _mm256_unpacklo_epi64(a, c);
  t[1] = _mm256_unpackhi_epi64(a, c);
  t[2] = _mm256_unpacklo_epi64(b, d);
  t[3] = _mm256_unpackhi_epi64(b, d);
}

// Fetches a line of two rows: after 16 turns, four lines of all 8.
FOOTNOTE_INLINE void FetchNext(const uint8_t* p, size_t stride, size_t turn) {
  p += turn / 4 * 64 + turn % 4 * 2 * stride;
  asm volatile("prefetcht0 %0" : : "m"(p[0]));
  asm volatile("prefetcht0 %0" : : "m"(p[stride]));
}

}  // namespace
}  // namespace footnote

#include "kernels/quant_matmul_formats.inc"

namespace footnote {
namespace {

// The same 16 bits twice; in `twice` the lower ones are doubled, the upper 0.
FOOTNOTE_INLINE void StoreScale(Heads* heads, size_t part, Ints v) {
  StoreInts(heads->scale[part], Or(And(v, SetInt(0xffff)), Left(v, 16)));
  StoreInts(heads->twice[part], Right(Left(v, 17), 16));
}

FOOTNOTE_INLINE Ints TimesScale(Ints v, const Heads& heads, size_t part) {
  return _mm256_mullo_epi32(v, RightSigned(LoadInts(heads.scale[part]), 16));
}

// sum + the products of the pairs of 16 bits.
FOOTNOTE_INLINE Ints AddPairs(Ints sum, Ints a, Ints b) {
  return Plus(sum, _mm256_madd_epi16(a, b));
}

// Products of a group of four columns: sums of two, in 16 bits.
template <typename Format>
FOOTNOTE_INLINE Ints Products(Ints w, Ints size, const int8_t* q) {
  const Ints x = SetInt(At(q));
  return Format::kSigned ? _mm256_maddubs_epi16(size, _mm256_sign_epi8(x, w))
                         : _mm256_maddubs_epi16(w, x);
}

// sum + the products of a group of four columns.
template <typename Format>
FOOTNOTE_INLINE Ints AddProduct(Ints sum, Ints w, const int8_t* q) {
  return AddPairs(sum, Products<Format>(w, _mm256_abs_epi8(w), q),
                  _mm256_set1_epi16(1));
}

// total[r] += scale * sum of the products of `kCount` groups.
template <typename Format, size_t kTileRows, size_t kCount, typename Block>
FOOTNOTE_INLINE void AddGroups(const Panel& w, const Block* x, size_t group,
                               Ints scale, Ints* total) {
  for (size_t g = group; g < group + kCount; g += Format::kGroups) {
    Ints sum[kTileRows];
#pragma GCC unroll 8
    for (size_t i = 0; i < Format::kGroups; ++i) {
      const Ints u = LoadInts(w.u[g + i]);
      const Ints size = _mm256_abs_epi8(u);
#pragma GCC unroll 6
      for (size_t r = 0; r < kTileRows; ++r) {
        const Ints some = Products<Format>(u, size, x[r].q + 4 * (g + i));
        sum[r] = i == 0 ? some : _mm256_add_epi16(sum[r], some);
      }
    }
#pragma GCC unroll 6
    for (size_t r = 0; r < kTileRows; ++r) {
      total[r] = AddPairs(total[r], sum[r], scale);
    }
  }
}

// sum[r] += the products of block b of 32.
template <typename Format, size_t kTileRows>
FOOTNOTE_INLINE void AddBlock(const Panel& w, const Quantized32* x, size_t b,
                              Ints* sum) {
  AddGroups<Format, kTileRows, 8>(w, x, 8 * b, _mm256_set1_epi16(1), sum);
}

// total[r] += scale * what part j gives.
template <typename Format, size_t kTileRows>
FOOTNOTE_INLINE void AddPart(const Panel& w, const Quantized256* x, size_t j,
                             Ints* total) {
  constexpr size_t kCount = Format::kPart / 4;
  AddGroups<Format, kTileRows, kCount>(w, x, kCount * j,
                                       LoadInts(w.heads.scale[j]), total);
  if (Format::kHasM) return;
  // -16 * the sum of x, times 2 * scale.
  const Ints twice = LoadInts(w.heads.twice[j]);
#pragma GCC unroll 6
  for (size_t r = 0; r < kTileRows; ++r) {
    const Ints minus = RightSigned(SetInt(x[r].minus16[j]), 1);
    total[r] = AddPairs(total[r], minus, twice);
  }
}

}  // namespace
}  // namespace footnote

#define FOOTNOTE_QUANT_MATMUL QuantMatmulAvx2
#define FOOTNOTE_QUANTIZE32 Quantize32Avx2
#define FOOTNOTE_QUANTIZE256 Quantize256Avx2
#include "kernels/quant_matmul.inc"
