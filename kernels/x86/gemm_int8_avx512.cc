// kernels/gemm_int8.h for AVX-512 VNNI.
//
// Tile: 6 rows x 64 columns, 24 of the 32 registers are sums, so each step of
// 4 inputs is 24 vpdpbusd for 10 loads. A block of rows walks a panel segment
// by segment (256 inputs x 64 columns = 16 KiB: first-level cache). Every loop
// over sums is unrolled by pragma: one that is not sends all sums to memory.
#include <immintrin.h>

#include "kernels/gemm_int8.h"

namespace footnote {
namespace {

constexpr size_t kTileRows = 6;
constexpr size_t kBlockRows = 96;
constexpr int kVectors = 4;

// sum[i] += the sum of x[4i + k] * w[4i + k] over k in 0..3. The instruction by
// name: GCC 12 copies every sum to memory and back around its own intrinsic,
// which costs more than half of the speed (300 GOPS a core, not 700).
__attribute__((always_inline)) inline void AddProducts(__m512i x, __m512i w,
                                                       __m512i* sum) {
  asm("vpdpbusd %2, %1, %0" : "+v"(*sum) : "v"(x), "v"(w));
}

// The columns of [begin, begin + 16) that there are.
__mmask16 MaskOf(size_t columns, size_t begin) {
  if (columns >= begin + 16) return (__mmask16)0xffff;
  if (columns <= begin) return (__mmask16)0;
  return (__mmask16)((1u << (columns - begin)) - 1);
}

// One tile of one segment: c (+)= scaled sums. `columns` <= 64.
template <int kRows>
void Tile(const uint8_t* a, size_t stride, const float* a_scale,
          const int8_t* w, size_t groups, const int32_t* start,
          const float* w_scale, const float* bias, bool first, float* c,
          size_t c_stride, size_t columns) {
  __m512i sum[kRows][kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    const __m512i init = _mm512_loadu_si512(start + 16 * v);
#pragma GCC unroll 6
    for (int r = 0; r < kRows; ++r) sum[r][v] = init;
  }
  for (size_t g = 0; g < groups; ++g) {
    const int8_t* group = w + g * 256;
    const __m512i w0 = _mm512_loadu_si512(group);
    const __m512i w1 = _mm512_loadu_si512(group + 64);
    const __m512i w2 = _mm512_loadu_si512(group + 128);
    const __m512i w3 = _mm512_loadu_si512(group + 192);
#pragma GCC unroll 6
    for (int r = 0; r < kRows; ++r) {
      int32_t four;
      __builtin_memcpy(&four, a + r * stride + 4 * g, sizeof(four));
      const __m512i x = _mm512_set1_epi32(four);
      AddProducts(x, w0, &sum[r][0]);
      AddProducts(x, w1, &sum[r][1]);
      AddProducts(x, w2, &sum[r][2]);
      AddProducts(x, w3, &sum[r][3]);
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    const size_t begin = 16 * v;
    const __mmask16 mask = MaskOf(columns, begin);
    const __m512 column_scale = _mm512_loadu_ps(w_scale + begin);
    const __m512 initial = bias != nullptr
                               ? _mm512_maskz_loadu_ps(mask, bias + begin)
                               : _mm512_setzero_ps();
#pragma GCC unroll 6
    for (int r = 0; r < kRows; ++r) {
      float* out = c + r * c_stride + begin;
      const __m512 before = first ? initial : _mm512_maskz_loadu_ps(mask, out);
      const __m512 scaled =
          _mm512_mul_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sum[r][v]),
                                      _mm512_set1_ps(a_scale[r])),
                        column_scale);
      _mm512_mask_storeu_ps(out, mask, _mm512_add_ps(before, scaled));
    }
  }
}

using TileFn = void (*)(const uint8_t* a, size_t stride, const float* a_scale,
                        const int8_t* w, size_t groups, const int32_t* start,
                        const float* w_scale, const float* bias, bool first,
                        float* c, size_t c_stride, size_t columns);

constexpr TileFn kTiles[kTileRows + 1] = {nullptr, Tile<1>, Tile<2>, Tile<3>,
                                          Tile<4>, Tile<5>, Tile<6>};

}  // namespace

void GemmInt8Avx512(const Int8Rows& a, const Int8Weights& w, const float* bias,
                    float* c, size_t c_stride) {
  const size_t padded = (w.columns + 63) / 64 * 64;
  const size_t groups = (w.inputs + 3) / 4;
  const size_t block = groups * 256;
  for (size_t i0 = 0; i0 < a.rows; i0 += kBlockRows) {
    const size_t i1 = i0 + kBlockRows < a.rows ? i0 + kBlockRows : a.rows;
    for (size_t j = 0; j < w.columns; j += 64) {
      const size_t columns = w.columns - j < 64 ? w.columns - j : 64;
      for (size_t s = 0; s < w.segments; ++s) {
        for (size_t i = i0; i < i1; i += kTileRows) {
          const size_t rows = i1 - i < kTileRows ? i1 - i : kTileRows;
          kTiles[rows](a.a + i * a.stride + s * a.segment_step, a.stride,
                       a.scale + i + s * a.scale_step,
                       w.w + (j / 64 * w.segments + s) * block, groups,
                       w.start + s * padded + j, w.scale + s * padded + j,
                       bias != nullptr ? bias + j : nullptr, s == 0,
                       c + i * c_stride + j, c_stride, columns);
        }
      }
    }
  }
}

}  // namespace footnote
