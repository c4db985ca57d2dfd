// kernels/quant_matmul.h for AVX2.
//
// Eight rows of weights at a time, one a lane: 256 columns are unpacked to
// bytes, four columns of a row in one dword, and multiplied by up to kTile rows
// of x before the next 256. The unpacking serves all rows of x (up to kRows).
#include <immintrin.h>
#include <string.h>

#include "kernels/quant_matmul.h"

#define FOOTNOTE_INLINE inline __attribute__((always_inline))
#include "kernels/x86/quant_matmul_avx2.inc"

namespace footnote {
namespace {

constexpr size_t kTile = 6;
constexpr size_t kRows = 128;
// The longest 256 columns of a type of bytes.
constexpr size_t kTailBytes = 272;

FOOTNOTE_INLINE __m256i Broadcast(const void* p) {
  int32_t v;
  memcpy(&v, p, 4);
  return _mm256_set1_epi32(v);
}

FOOTNOTE_INLINE __m256i Ints(const void* p) {
  return _mm256_load_si256(static_cast<const __m256i*>(p));
}

// Products of a group of four columns: sums of two, in 16 bits. Signed weights
// give their sign to x.
template <typename Format>
FOOTNOTE_INLINE __m256i Products(__m256i u, __m256i size, const int8_t* q) {
  const __m256i x = Broadcast(q);
  return Format::kGroups == 1
             ? _mm256_maddubs_epi16(size, _mm256_sign_epi8(x, u))
             : _mm256_maddubs_epi16(u, x);
}

// total[r] += scale * sum of the products of `kCount` groups.
template <typename Format, size_t kTileRows, size_t kCount>
FOOTNOTE_INLINE void Dot(const Panel& w, const QuantizedBlock* x, size_t group,
                         __m256i scale, __m256i* total) {
  for (size_t g = group; g < group + kCount; g += Format::kGroups) {
    __m256i sum[kTileRows];
#pragma GCC unroll 8
    for (size_t i = 0; i < Format::kGroups; ++i) {
      const __m256i u = Ints(w.u[g + i]);
      const __m256i size = _mm256_abs_epi8(u);
#pragma GCC unroll 6
      for (size_t r = 0; r < kTileRows; ++r) {
        const __m256i some = Products<Format>(u, size, x[r].q + 4 * (g + i));
        sum[r] = i == 0 ? some : _mm256_add_epi16(sum[r], some);
      }
    }
#pragma GCC unroll 6
    for (size_t r = 0; r < kTileRows; ++r) {
      total[r] = _mm256_add_epi32(total[r], _mm256_madd_epi16(sum[r], scale));
    }
  }
}

FOOTNOTE_INLINE void Add(__m256 sum, float scale, float* acc) {
  _mm256_store_ps(acc,
                  _mm256_add_ps(_mm256_load_ps(acc),
                                _mm256_mul_ps(sum, _mm256_set1_ps(scale))));
}

// acc[r] += the product of the panel and block r of x.
template <typename Format, size_t kTileRows>
void TileLarge(const Panel& w, const QuantizedBlock* x, float* acc) {
  constexpr size_t kCount = Format::kPart / 4;
  __m256i total[kTileRows];
  for (size_t r = 0; r < kTileRows; ++r) total[r] = _mm256_setzero_si256();
  for (size_t j = 0; j < 256 / Format::kPart; ++j) {
    Dot<Format, kTileRows, kCount>(w, x, kCount * j, Ints(w.scale[j]), total);
    if (Format::kHasM) continue;
    // -16 * the sum of x, times 2 * scale.
    const __m256i twice = Ints(w.twice[j]);
#pragma GCC unroll 6
    for (size_t r = 0; r < kTileRows; ++r) {
      const __m256i minus = _mm256_srai_epi32(Broadcast(&x[r].minus16[j]), 1);
      total[r] = _mm256_add_epi32(total[r], _mm256_madd_epi16(minus, twice));
    }
  }
  const __m256 d = _mm256_load_ps(w.d[0]);
#pragma GCC unroll 6
  for (size_t r = 0; r < kTileRows; ++r) {
    __m256 sum = _mm256_mul_ps(_mm256_cvtepi32_ps(total[r]), d);
    if (Format::kHasM) {
      __m256i lows = _mm256_setzero_si256();
#pragma GCC unroll 4
      for (size_t i = 0; i < 4; ++i) {
        lows = _mm256_add_epi32(
            lows,
            _mm256_madd_epi16(Ints(w.low[i]), Broadcast(&x[r].sum32[2 * i])));
      }
      sum = _mm256_sub_ps(
          sum, _mm256_mul_ps(_mm256_cvtepi32_ps(lows), _mm256_load_ps(w.m[0])));
    }
    Add(sum, x[r].scale, acc + 8 * r);
  }
}

template <typename Format, size_t kTileRows>
void TileSmall(const Panel& w, const QuantizedBlock* x, size_t blocks,
               float* acc) {
  // What a zero of 16 (five bits) or 8 (four) times sum32 is of minus32.
  constexpr int kShift = Format::kGroups == 4 ? 1 : 0;
  constexpr bool kSigned = Format::kGroups == 1;
  __m256 total[kTileRows];
  for (size_t r = 0; r < kTileRows; ++r) total[r] = _mm256_setzero_ps();
  for (size_t b = 0; b < blocks; ++b) {
    __m256i sum[kTileRows];
#pragma GCC unroll 6
    for (size_t r = 0; r < kTileRows; ++r) {
      sum[r] = Format::kHasM || kSigned
                   ? _mm256_setzero_si256()
                   : _mm256_slli_epi32(Broadcast(&x[r].minus32[b]), kShift);
    }
    Dot<Format, kTileRows, 8>(w, x, 8 * b, _mm256_set1_epi16(1), sum);
    const __m256 d = _mm256_load_ps(w.d[b]);
    // Times minus32, m * sum32 to the bit.
    const __m256 m =
        _mm256_mul_ps(_mm256_load_ps(w.m[b]), _mm256_set1_ps(-0.125f));
#pragma GCC unroll 6
    for (size_t r = 0; r < kTileRows; ++r) {
      total[r] =
          _mm256_add_ps(total[r], _mm256_mul_ps(_mm256_cvtepi32_ps(sum[r]), d));
      if (Format::kHasM) {
        const __m256 all = _mm256_cvtepi32_ps(Broadcast(&x[r].minus32[b]));
        total[r] = _mm256_add_ps(total[r], _mm256_mul_ps(all, m));
      }
    }
  }
  for (size_t r = 0; r < kTileRows; ++r) Add(total[r], x[r].scale, acc + 8 * r);
}

// The tile for `rows` rows, 1..kTile.
template <typename Format, size_t kTileRows = kTile>
FOOTNOTE_INLINE void Tile(const Panel& w, const QuantizedBlock* x, size_t rows,
                          size_t blocks, float* acc) {
  if constexpr (kTileRows > 1) {
    if (rows < kTileRows) {
      return Tile<Format, kTileRows - 1>(w, x, rows, blocks, acc);
    }
  }
  if constexpr (Format::kLarge) {
    TileLarge<Format, kTileRows>(w, x, acc);
  } else {
    TileSmall<Format, kTileRows>(w, x, blocks, acc);
  }
}

// `acc`, [rows][8], to columns 0..columns of y.
void Write(const float* acc, size_t rows, size_t columns, float* y,
           size_t y_stride) {
  for (size_t i = 0; i < rows; ++i) {
    memcpy(y + i * y_stride, acc + 8 * i, columns * sizeof(float));
  }
}

// Eight columns (fewer at the end) of y.
template <typename Format>
void Strip(const uint8_t* w, size_t row_bytes, size_t k, size_t columns,
           const QuantizedBlock* x, size_t x_rows, size_t rows, float* y,
           size_t y_stride) {
  alignas(64) float acc[kRows * 8];
  memset(acc, 0, rows * 8 * sizeof(float));
  Panel panel;
  alignas(64) uint8_t tail[8 * kTailBytes];
  for (size_t c = 0; c < k; c += 256, x += x_rows) {
    const size_t blocks = (k - c < 256 ? k - c : 256) / Format::kBlock;
    const size_t bytes = blocks * Format::kBlockBytes;
    const uint8_t* p = w + c / Format::kBlock * Format::kBlockBytes;
    // The next strips are fetched while this one is worked on.
    Rows from = {p, row_bytes, w + 12 * row_bytes + 8 * (p - w)};
    if (columns < 8) {
      for (size_t r = 0; r < columns; ++r) {
        memcpy(tail + r * kTailBytes, p + r * row_bytes, bytes);
      }
      from.p = tail;
      from.stride = kTailBytes;
    }
    for (size_t b = 0; b < blocks; ++b) {
      Format::Unpack(&from, b, &panel);
      from.p += Format::kBlockBytes;
    }
    for (size_t r = 0; r < rows; r += kTile) {
      const size_t tile = rows - r < kTile ? rows - r : kTile;
      Tile<Format>(panel, x + r, tile, blocks, acc + 8 * r);
    }
  }
  Write(acc, rows, columns, y, y_stride);
}

template <typename Format>
void MatmulBytes(const void* w, size_t k, size_t begin, size_t end,
                 const void* prepared, size_t rows, float* y, size_t y_stride) {
  const size_t row_bytes = k / Format::kBlock * Format::kBlockBytes;
  const QuantizedBlock* x = static_cast<const QuantizedBlock*>(prepared);
  for (size_t i = 0; i < rows; i += kRows) {
    const size_t some = rows - i < kRows ? rows - i : kRows;
    for (size_t j = begin; j < end; j += 8) {
      const size_t columns = end - j < 8 ? end - j : 8;
      Strip<Format>(static_cast<const uint8_t*>(w) + j * row_bytes, row_bytes,
                    k, columns, x + i, rows, some, y + i * y_stride + j,
                    y_stride);
    }
  }
}

// Floats: the same strips, but panels of floats and four sums for each row.

constexpr size_t kFloatTile = 3;
constexpr size_t kFloatRows = 24;
constexpr size_t kFloatColumns = 128;

struct F32 {
  static constexpr size_t kBytes = 4;
  // Four columns from 16 bytes.
  static FOOTNOTE_INLINE void Widen(const __m256i* t, float (*out)[8]) {
    for (size_t i = 0; i < 4; ++i) StoreInts(out[i], t[i]);
  }
};

struct F16 {
  static constexpr size_t kBytes = 2;
  static FOOTNOTE_INLINE void Widen(const __m256i* t, float (*out)[8]) {
    for (size_t i = 0; i < 4; ++i) {
      _mm256_store_ps(out[2 * i], Halves(t[i]));
      _mm256_store_ps(out[2 * i + 1], Halves(_mm256_srli_epi32(t[i], 16)));
    }
  }
};

struct Bf16 {
  static constexpr size_t kBytes = 2;
  static FOOTNOTE_INLINE void Widen(const __m256i* t, float (*out)[8]) {
    for (size_t i = 0; i < 4; ++i) {
      StoreInts(out[2 * i], _mm256_slli_epi32(t[i], 16));
      StoreInts(out[2 * i + 1],
                _mm256_and_si256(t[i], _mm256_set1_epi32(0xffff0000)));
    }
  }
};

// acc[r][c % 4] += column c of the panel * x[r][c].
template <size_t kTileRows = kFloatTile>
FOOTNOTE_INLINE void FloatTile(const float (*w)[8], const float* x,
                               size_t x_stride, size_t columns, size_t rows,
                               float* acc) {
  if constexpr (kTileRows > 1) {
    if (rows < kTileRows) {
      return FloatTile<kTileRows - 1>(w, x, x_stride, columns, rows, acc);
    }
  }
  __m256 sum[kTileRows][4];
  for (size_t r = 0; r < kTileRows; ++r) {
    for (size_t i = 0; i < 4; ++i) {
      sum[r][i] = _mm256_load_ps(acc + (r * 4 + i) * 8);
    }
  }
  size_t c = 0;
  for (; c + 4 <= columns; c += 4) {
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; ++i) {
      const __m256 v = _mm256_load_ps(w[c + i]);
#pragma GCC unroll 3
      for (size_t r = 0; r < kTileRows; ++r) {
        sum[r][i] = _mm256_add_ps(
            sum[r][i],
            _mm256_mul_ps(v, _mm256_set1_ps(x[r * x_stride + c + i])));
      }
    }
  }
#pragma GCC unroll 3
  for (size_t i = 0; i < 3; ++i) {
    if (c + i >= columns) break;
    const __m256 v = _mm256_load_ps(w[c + i]);
    for (size_t r = 0; r < kTileRows; ++r) {
      sum[r][i] = _mm256_add_ps(
          sum[r][i], _mm256_mul_ps(v, _mm256_set1_ps(x[r * x_stride + c + i])));
    }
  }
  for (size_t r = 0; r < kTileRows; ++r) {
    for (size_t i = 0; i < 4; ++i) {
      _mm256_store_ps(acc + (r * 4 + i) * 8, sum[r][i]);
    }
  }
}

template <typename Format>
void FloatStrip(const uint8_t* w, size_t k, size_t columns, const float* x,
                size_t rows, float* y, size_t y_stride) {
  constexpr size_t kTailStride = kFloatColumns * Format::kBytes;
  alignas(64) float acc[kFloatRows * 4 * 8];
  alignas(64) float panel[kFloatColumns][8];
  alignas(64) uint8_t tail[8 * kTailStride];
  memset(acc, 0, rows * 4 * 8 * sizeof(float));
  const size_t row_bytes = k * Format::kBytes;
  for (size_t c = 0; c < k; c += kFloatColumns) {
    const size_t some = k - c < kFloatColumns ? k - c : kFloatColumns;
    const size_t bytes = some * Format::kBytes;
    const uint8_t* p = w + c * Format::kBytes;
    Rows from = {p, row_bytes, w + 12 * row_bytes + 8 * (p - w)};
    if (columns < 8 || bytes % 16 != 0) {
      for (size_t r = 0; r < columns; ++r) {
        memcpy(tail + r * kTailStride, p + r * row_bytes, bytes);
      }
      from.p = tail;
      from.stride = kTailStride;
    }
    for (size_t b = 0; b < bytes; b += 16) {
      __m256i t[4];
      Transpose(&from, b, t);
      Format::Widen(t, panel + b / Format::kBytes);
    }
    for (size_t r = 0; r < rows; r += kFloatTile) {
      FloatTile(panel, x + r * k + c, k, some, rows - r, acc + r * 4 * 8);
    }
  }
  for (size_t r = 0; r < rows; ++r) {
    const float* a = acc + r * 4 * 8;
    _mm256_store_ps(
        acc + r * 8,
        _mm256_add_ps(
            _mm256_add_ps(_mm256_load_ps(a), _mm256_load_ps(a + 8)),
            _mm256_add_ps(_mm256_load_ps(a + 16), _mm256_load_ps(a + 24))));
  }
  Write(acc, rows, columns, y, y_stride);
}

template <typename Format>
void MatmulFloats(const void* w, size_t k, size_t begin, size_t end,
                  const void* prepared, size_t rows, float* y,
                  size_t y_stride) {
  const float* x = static_cast<const float*>(prepared);
  for (size_t i = 0; i < rows; i += kFloatRows) {
    const size_t some = rows - i < kFloatRows ? rows - i : kFloatRows;
    for (size_t j = begin; j < end; j += 8) {
      const size_t columns = end - j < 8 ? end - j : 8;
      FloatStrip<Format>(
          static_cast<const uint8_t*>(w) + j * k * Format::kBytes, k, columns,
          x + i * k, some, y + i * y_stride + j, y_stride);
    }
  }
}

}  // namespace

void QuantMatmulAvx2(QuantType type, const void* w, size_t k, size_t begin,
                     size_t end, const void* prepared, size_t rows, float* y,
                     size_t y_stride) {
  const auto run = [&](auto fn) {
    fn(w, k, begin, end, prepared, rows, y, y_stride);
  };
  switch (type) {
    case QuantType::kF32:
      return run(MatmulFloats<F32>);
    case QuantType::kF16:
      return run(MatmulFloats<F16>);
    case QuantType::kBf16:
      return run(MatmulFloats<Bf16>);
    case QuantType::kQ8_0:
      return run(MatmulBytes<Q80>);
    case QuantType::kQ4_0:
      return run(MatmulBytes<Q40>);
    case QuantType::kQ4_1:
      return run(MatmulBytes<Q41>);
    case QuantType::kQ5_0:
      return run(MatmulBytes<Q50>);
    case QuantType::kQ5_1:
      return run(MatmulBytes<Q51>);
    case QuantType::kQ4K:
      return run(MatmulBytes<Q4K>);
    case QuantType::kQ5K:
      return run(MatmulBytes<Q5K>);
    case QuantType::kQ6K:
      return run(MatmulBytes<Q6K>);
  }
}

namespace {

// Eight numbers of x, zeros from `size` on. REQUIRES: size is a multiple of 8.
FOOTNOTE_INLINE __m256 LoadBelow(const float* x, size_t at, size_t size) {
  return at < size ? _mm256_loadu_ps(x + at) : _mm256_setzero_ps();
}

FOOTNOTE_INLINE float MaxLane(__m256 v) {
  __m128 m = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  m = _mm_max_ps(m, _mm_movehl_ps(m, m));
  return _mm_cvtss_f32(_mm_max_ss(m, _mm_shuffle_ps(m, m, 1)));
}

FOOTNOTE_INLINE __m256i Round(__m256 v, __m256 inverse) {
  const __m256 shifted =
      _mm256_add_ps(_mm256_mul_ps(v, inverse), _mm256_set1_ps(12582912.0f));
  return _mm256_sub_epi32(_mm256_castps_si256(shifted),
                          _mm256_set1_epi32(0x4b400000));
}

}  // namespace

void QuantizeBlocksAvx2(const float* x, size_t k, size_t step,
                        QuantizedBlock* out) {
  const __m256 sign = _mm256_set1_ps(-0.0f);
  for (size_t c = 0; c < k; c += 256, out += step) {
    const size_t size = k - c < 256 ? k - c : 256;
    __m256 most = _mm256_setzero_ps();
    for (size_t i = 0; i < size; i += 8) {
      most = _mm256_max_ps(most,
                           _mm256_andnot_ps(sign, _mm256_loadu_ps(x + c + i)));
    }
    memset(out, 0, sizeof(*out));
    const float scale = MaxLane(most) / 127.0f;
    if (!(scale > 1e-37f)) continue;
    const __m256 inverse = _mm256_set1_ps(1.0f / scale);
    for (size_t i = 0; i < size; i += 16) {
      const __m256i a = Round(LoadBelow(x + c, i, size), inverse);
      const __m256i b = Round(LoadBelow(x + c, i + 8, size), inverse);
      // Packing works on halves: words of a, b, a, b, put in order.
      const __m256i words =
          _mm256_permute4x64_epi64(_mm256_packs_epi32(a, b), 0xd8);
      const __m128i q = _mm_packs_epi16(_mm256_castsi256_si128(words),
                                        _mm256_extracti128_si256(words, 1));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out->q + i), q);
      __m128i pairs = _mm_madd_epi16(_mm_maddubs_epi16(_mm_set1_epi8(1), q),
                                     _mm_set1_epi16(1));
      pairs = _mm_add_epi32(pairs, _mm_shuffle_epi32(pairs, 0x4e));
      pairs = _mm_add_epi32(pairs, _mm_shuffle_epi32(pairs, 0xb1));
      const int32_t sum = _mm_cvtsi128_si32(pairs);
      out->minus16[i / 16] = -32 * sum;
      out->minus32[i / 32] -= 8 * sum;
      out->sum32[i / 32] = static_cast<int16_t>(out->sum32[i / 32] + sum);
    }
    out->scale = scale;
  }
}

}  // namespace footnote
