// kernels/gemm_float.h for AVX2: tiles of 6 rows x 16 columns.
#include <immintrin.h>

#include "kernels/gemm_float.h"

namespace footnote {
namespace {

constexpr size_t kTileRows = 6;

__m256i MaskOf(size_t columns) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const int n = columns < 8 ? (int)columns : 8;
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), lane);
}

template <int kRows>
void Tile(const FloatProduct& p, size_t i, size_t j) {
  const size_t columns = p.columns - j;
  const __m256i mask[2] = {MaskOf(columns),
                           MaskOf(columns > 8 ? columns - 8 : 0)};
  __m256 sum[kRows][2];
#pragma GCC unroll 2
  for (int v = 0; v < 2; ++v) {
    const __m256 bias = p.bias != nullptr
                            ? _mm256_maskload_ps(p.bias + j + 8 * v, mask[v])
                            : _mm256_setzero_ps();
#pragma GCC unroll 6
    for (int r = 0; r < kRows; ++r) sum[r][v] = bias;
  }
  const float* a = p.a + i * p.a_stride;
  const float* b = p.b + j;
  for (size_t x = 0; x < p.inputs; ++x, b += p.b_stride) {
    const __m256 row0 = _mm256_maskload_ps(b, mask[0]);
    const __m256 row1 = _mm256_maskload_ps(b + 8, mask[1]);
#pragma GCC unroll 6
    for (int r = 0; r < kRows; ++r) {
      const __m256 value = _mm256_set1_ps(a[r * p.a_stride + x]);
      sum[r][0] = _mm256_fmadd_ps(value, row0, sum[r][0]);
      sum[r][1] = _mm256_fmadd_ps(value, row1, sum[r][1]);
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < kRows; ++r) {
    float* c = p.c + (i + r) * p.c_stride + j;
    _mm256_maskstore_ps(c, mask[0], sum[r][0]);
    _mm256_maskstore_ps(c + 8, mask[1], sum[r][1]);
  }
}

using TileFn = void (*)(const FloatProduct& p, size_t i, size_t j);

constexpr TileFn kTiles[kTileRows + 1] = {nullptr, Tile<1>, Tile<2>, Tile<3>,
                                          Tile<4>, Tile<5>, Tile<6>};

}  // namespace

void GemmFloatAvx2(const FloatProduct& p) {
  for (size_t j = 0; j < p.columns; j += 16) {
    for (size_t i = 0; i < p.rows; i += kTileRows) {
      const size_t rows = p.rows - i < kTileRows ? p.rows - i : kTileRows;
      kTiles[rows](p, i, j);
    }
  }
}

}  // namespace footnote
