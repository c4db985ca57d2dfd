// kernels/gemm_int8.h for AVX2.
//
// There is no exact unsigned x signed byte product here (vpmaddubsw saturates),
// so both sides are widened to 16 bits and vpmaddwd adds them in pairs. Tile:
// 3 rows x 16 columns, 12 of the 16 registers are sums.
#include <immintrin.h>

#include "kernels/gemm_int8.h"

namespace footnote {
namespace {

constexpr size_t kTileRows = 3;
constexpr size_t kTileColumns = 16;
constexpr size_t kBlockRows = 96;

// The columns of [begin, begin + 8) that there are.
__m256i MaskOf(size_t columns, size_t begin) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const int left = (int)columns - (int)begin;
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(left), lane);
}

// One tile of one segment: c (+)= scaled sums. `columns` <= 16.
template <int kRows>
void Tile(const uint8_t* a, size_t stride, const float* a_scale,
          const int8_t* w, size_t groups, const int32_t* start,
          const float* w_scale, const float* bias, bool first, float* c,
          size_t c_stride, size_t columns) {
  // sum[r][v]: columns 4v..4v+3, for each the sums over inputs 0, 1 and 2, 3
  // of the groups.
  __m256i sum[kRows][4];
#pragma GCC unroll 3
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) sum[r][v] = _mm256_setzero_si256();
  }
  for (size_t g = 0; g < groups; ++g) {
    __m256i x[kRows];
#pragma GCC unroll 3
    for (int r = 0; r < kRows; ++r) {
      // Broadcast by the load port; as an integer GCC shuffles instead.
      float four;
      __builtin_memcpy(&four, a + r * stride + 4 * g, sizeof(four));
      x[r] = _mm256_cvtepu8_epi16(_mm_castps_si128(_mm_broadcast_ss(&four)));
    }
    const int8_t* group = w + g * 256;
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
      const __m256i weights = _mm256_cvtepi8_epi16(
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(group + 16 * v)));
#pragma GCC unroll 3
      for (int r = 0; r < kRows; ++r) {
        sum[r][v] =
            _mm256_add_epi32(sum[r][v], _mm256_madd_epi16(x[r], weights));
      }
    }
  }
#pragma GCC unroll 3
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (int half = 0; half < 2; ++half) {
      const __m256i mixed =
          _mm256_hadd_epi32(sum[r][2 * half], sum[r][2 * half + 1]);
      const __m256i total = _mm256_add_epi32(
          _mm256_permute4x64_epi64(mixed, 0xd8),
          _mm256_loadu_si256(
              reinterpret_cast<const __m256i*>(start + 8 * half)));
      const __m256 scaled = _mm256_mul_ps(
          _mm256_mul_ps(_mm256_cvtepi32_ps(total), _mm256_set1_ps(a_scale[r])),
          _mm256_loadu_ps(w_scale + 8 * half));
      const __m256i mask = MaskOf(columns, 8 * half);
      float* out = c + r * c_stride + 8 * half;
      const __m256 initial = bias != nullptr
                                 ? _mm256_maskload_ps(bias + 8 * half, mask)
                                 : _mm256_setzero_ps();
      const __m256 before = first ? initial : _mm256_maskload_ps(out, mask);
      _mm256_maskstore_ps(out, mask, _mm256_add_ps(before, scaled));
    }
  }
}

using TileFn = void (*)(const uint8_t* a, size_t stride, const float* a_scale,
                        const int8_t* w, size_t groups, const int32_t* start,
                        const float* w_scale, const float* bias, bool first,
                        float* c, size_t c_stride, size_t columns);

constexpr TileFn kTiles[kTileRows + 1] = {nullptr, Tile<1>, Tile<2>, Tile<3>};

}  // namespace

void GemmInt8Avx2(const Int8Rows& a, const Int8Weights& w, const float* bias,
                  float* c, size_t c_stride) {
  const size_t padded = (w.columns + 63) / 64 * 64;
  const size_t groups = (w.inputs + 3) / 4;
  const size_t block = groups * 256;
  for (size_t i0 = 0; i0 < a.rows; i0 += kBlockRows) {
    const size_t i1 = i0 + kBlockRows < a.rows ? i0 + kBlockRows : a.rows;
    for (size_t j = 0; j < w.columns; j += kTileColumns) {
      const size_t columns =
          w.columns - j < kTileColumns ? w.columns - j : kTileColumns;
      for (size_t s = 0; s < w.segments; ++s) {
        for (size_t i = i0; i < i1; i += kTileRows) {
          const size_t rows = i1 - i < kTileRows ? i1 - i : kTileRows;
          kTiles[rows](a.a + i * a.stride + s * a.segment_step, a.stride,
                       a.scale + i + s * a.scale_step,
                       w.w + (j / 64 * w.segments + s) * block + j % 64 * 4,
                       groups, w.start + s * padded + j,
                       w.scale + s * padded + j,
                       bias != nullptr ? bias + j : nullptr, s == 0,
                       c + i * c_stride + j, c_stride, columns);
        }
      }
    }
  }
}

}  // namespace footnote
