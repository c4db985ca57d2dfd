// kernels/gemm_float.h for AVX-512: tiles of 6 rows x 64 columns, or 12 rows x
// 32 where the matrix is narrow.
#include <immintrin.h>

#include "kernels/gemm_float.h"

namespace footnote {
namespace {

__mmask16 MaskOf(size_t columns) {
  return columns >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << columns) - 1);
}

template <int kRows, int kVectors>
void Tile(const FloatProduct& p, size_t i, size_t j) {
  __mmask16 mask[kVectors];
  __m512 sum[kRows][kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    const size_t at = j + 16 * v;
    mask[v] = at < p.columns ? MaskOf(p.columns - at) : (__mmask16)0;
    const __m512 bias = p.bias != nullptr
                            ? _mm512_maskz_loadu_ps(mask[v], p.bias + at)
                            : _mm512_setzero_ps();
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) sum[r][v] = bias;
  }
  const float* a = p.a + i * p.a_stride;
  const float* b = p.b + j;
  for (size_t x = 0; x < p.inputs; ++x, b += p.b_stride) {
    __m512 row[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      row[v] = _mm512_maskz_loadu_ps(mask[v], b + 16 * v);
    }
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) {
      const __m512 value = _mm512_set1_ps(a[r * p.a_stride + x]);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        sum[r][v] = _mm512_fmadd_ps(value, row[v], sum[r][v]);
      }
    }
  }
#pragma GCC unroll 12
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      _mm512_mask_storeu_ps(p.c + (i + r) * p.c_stride + j + 16 * v, mask[v],
                            sum[r][v]);
    }
  }
}

using TileFn = void (*)(const FloatProduct& p, size_t i, size_t j);

constexpr TileFn kWide[7] = {nullptr,    Tile<1, 4>, Tile<2, 4>, Tile<3, 4>,
                             Tile<4, 4>, Tile<5, 4>, Tile<6, 4>};
constexpr TileFn kNarrow[13] = {
    nullptr,     Tile<1, 2>,  Tile<2, 2>, Tile<3, 2>, Tile<4, 2>,
    Tile<5, 2>,  Tile<6, 2>,  Tile<7, 2>, Tile<8, 2>, Tile<9, 2>,
    Tile<10, 2>, Tile<11, 2>, Tile<12, 2>};

void Columns(const FloatProduct& p, size_t j, const TileFn* tiles,
             size_t tile_rows) {
  for (size_t i = 0; i < p.rows; i += tile_rows) {
    const size_t rows = p.rows - i < tile_rows ? p.rows - i : tile_rows;
    tiles[rows](p, i, j);
  }
}

}  // namespace

void GemmFloatAvx512(const FloatProduct& p) {
  size_t j = 0;
  while (p.columns - j > 32) {
    Columns(p, j, kWide, 6);
    j += p.columns - j < 64 ? p.columns - j : 64;
  }
  if (j < p.columns) Columns(p, j, kNarrow, 12);
}

}  // namespace footnote
