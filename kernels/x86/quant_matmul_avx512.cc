// kernels/quant_matmul.h for AVX-512 with VNNI.
//
// Sixteen rows of weights at a time, one a lane: 256 columns are unpacked to
// bytes, four columns of a row in one dword, and multiplied by up to kTile rows
// of x before the next 256. The unpacking serves all rows of x (up to kRows).
#include <immintrin.h>
#include <string.h>

#include "kernels/quant_matmul.h"

#define FOOTNOTE_INLINE inline __attribute__((always_inline))
#include "kernels/x86/quant_matmul_avx512.inc"

namespace footnote {
namespace {

constexpr size_t kTile = 12;
constexpr size_t kRows = 128;
// The longest 256 columns of a type of bytes.
constexpr size_t kTailBytes = 272;

FOOTNOTE_INLINE __m512i Four(const int8_t* q) {
  int32_t v;
  memcpy(&v, q, 4);
  return _mm512_set1_epi32(v);
}

// sum[r] += u * q over `groups` groups of four columns.
template <size_t kTileRows, size_t kGroups>
FOOTNOTE_INLINE void Dot(const Panel& w, const QuantizedBlock* x, size_t group,
                         __m512i* sum) {
#pragma GCC unroll 8
  for (size_t g = 0; g < kGroups; ++g) {
    const __m512i u = _mm512_load_si512(w.u[group + g]);
#pragma GCC unroll 12
    for (size_t r = 0; r < kTileRows; ++r) {
      sum[r] = _mm512_dpbusd_epi32(sum[r], u, Four(x[r].q + 4 * (group + g)));
    }
  }
}

FOOTNOTE_INLINE void Add(__m512 sum, float scale, float* acc) {
  _mm512_store_ps(acc,
                  _mm512_add_ps(_mm512_load_ps(acc),
                                _mm512_mul_ps(sum, _mm512_set1_ps(scale))));
}

// From the sum of all parts, each times its scale, to that of the block.
template <typename Format>
FOOTNOTE_INLINE __m512 FinishLarge(const Heads& heads, const QuantizedBlock& x,
                                   __m512i total) {
  const __m512 sum =
      _mm512_mul_ps(_mm512_cvtepi32_ps(total), _mm512_load_ps(heads.d[0]));
  if (!Format::kHasM) return sum;
  __m512i lows = _mm512_setzero_si512();
#pragma GCC unroll 4
  for (size_t i = 0; i < 4; ++i) {
    int32_t pair;
    memcpy(&pair, &x.sum32[2 * i], 4);
    lows = _mm512_dpwssd_epi32(lows, _mm512_load_si512(heads.low[i]),
                               _mm512_set1_epi32(pair));
  }
  return _mm512_sub_ps(
      sum, _mm512_mul_ps(_mm512_cvtepi32_ps(lows), _mm512_load_ps(heads.m[0])));
}

// What the sum of part j starts from.
template <typename Format>
FOOTNOTE_INLINE __m512i StartLarge(const QuantizedBlock& x, size_t j) {
  return Format::kHasM ? _mm512_setzero_si512()
                       : _mm512_set1_epi32(x.minus16[j]);
}

template <typename Format>
FOOTNOTE_INLINE __m512i StartSmall(const QuantizedBlock& x, size_t b) {
  return Format::kHasM ? _mm512_setzero_si512()
                       : _mm512_slli_epi32(_mm512_set1_epi32(x.minus32[b]),
                                           Format::kShift);
}

// total + the product of block b, whose integers are `sum`.
template <typename Format>
FOOTNOTE_INLINE __m512 AddSmall(const Heads& heads, const QuantizedBlock& x,
                                size_t b, __m512i sum, __m512 total) {
  total = _mm512_add_ps(total, _mm512_mul_ps(_mm512_cvtepi32_ps(sum),
                                             _mm512_load_ps(heads.d[b])));
  if (!Format::kHasM) return total;
  // Times minus32, m * sum32 to the bit.
  const __m512 m =
      _mm512_mul_ps(_mm512_load_ps(heads.m[b]), _mm512_set1_ps(-0.125f));
  const __m512 all = _mm512_cvtepi32_ps(_mm512_set1_epi32(x.minus32[b]));
  return _mm512_add_ps(total, _mm512_mul_ps(all, m));
}

// acc[r] += the product of the panel and block r of x.
template <typename Format, size_t kTileRows>
void TileLarge(const Panel& w, const QuantizedBlock* x, float* acc) {
  constexpr size_t kGroups = Format::kPart / 4;
  __m512i total[kTileRows];
  for (size_t r = 0; r < kTileRows; ++r) total[r] = _mm512_setzero_si512();
  for (size_t j = 0; j < 256 / Format::kPart; ++j) {
    __m512i sum[kTileRows];
#pragma GCC unroll 12
    for (size_t r = 0; r < kTileRows; ++r) {
      sum[r] = StartLarge<Format>(x[r], j);
    }
    Dot<kTileRows, kGroups>(w, x, kGroups * j, sum);
    const __m512i scale = _mm512_load_si512(w.heads.scale[j]);
#pragma GCC unroll 12
    for (size_t r = 0; r < kTileRows; ++r) {
      total[r] = _mm512_add_epi32(total[r], _mm512_mullo_epi32(sum[r], scale));
    }
  }
#pragma GCC unroll 12
  for (size_t r = 0; r < kTileRows; ++r) {
    Add(FinishLarge<Format>(w.heads, x[r], total[r]), x[r].scale, acc + 16 * r);
  }
}

template <typename Format, size_t kTileRows>
void TileSmall(const Panel& w, const QuantizedBlock* x, size_t blocks,
               float* acc) {
  __m512 total[kTileRows];
  for (size_t r = 0; r < kTileRows; ++r) total[r] = _mm512_setzero_ps();
  for (size_t b = 0; b < blocks; ++b) {
    __m512i sum[kTileRows];
#pragma GCC unroll 12
    for (size_t r = 0; r < kTileRows; ++r) {
      sum[r] = StartSmall<Format>(x[r], b);
    }
    Dot<kTileRows, 8>(w, x, 8 * b, sum);
#pragma GCC unroll 12
    for (size_t r = 0; r < kTileRows; ++r) {
      total[r] = AddSmall<Format>(w.heads, x[r], b, sum[r], total[r]);
    }
  }
  for (size_t r = 0; r < kTileRows; ++r)
    Add(total[r], x[r].scale, acc + 16 * r);
}

// For one row of x the weights are multiplied as they are unpacked.
template <size_t kGroups, size_t kParts>
struct alignas(64) OneRow {
  const QuantizedBlock* x;
  __m512i sum[kParts];
  Heads heads;

  FOOTNOTE_INLINE void Put(size_t group, __m512i v) {
    __m512i& part = sum[kParts == 1 ? 0 : group / kGroups];
    part = _mm512_dpbusd_epi32(part, v, Four(x->q + 4 * group));
  }
};

template <typename Format>
FOOTNOTE_INLINE __m512 OneRowBlocks(Rows* from, const QuantizedBlock& x,
                                    size_t blocks) {
  if constexpr (Format::kLarge) {
    constexpr size_t kParts = 256 / Format::kPart;
    OneRow<Format::kPart / 4, kParts> one;
    one.x = &x;
#pragma GCC unroll 16
    for (size_t j = 0; j < kParts; ++j) {
      one.sum[j] = StartLarge<Format>(x, j);
    }
    Format::Unpack(from, 0, &one);
    __m512i total = _mm512_setzero_si512();
#pragma GCC unroll 16
    for (size_t j = 0; j < kParts; ++j) {
      total = _mm512_add_epi32(
          total, _mm512_mullo_epi32(one.sum[j],
                                    _mm512_load_si512(one.heads.scale[j])));
    }
    return FinishLarge<Format>(one.heads, x, total);
  } else {
    OneRow<8, 1> one;
    one.x = &x;
    __m512 total = _mm512_setzero_ps();
    for (size_t b = 0; b < blocks; ++b) {
      one.sum[0] = StartSmall<Format>(x, b);
      Format::Unpack(from, b, &one);
      total = AddSmall<Format>(one.heads, x, b, one.sum[0], total);
      from->p += Format::kBlockBytes;
    }
    return total;
  }
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

// `acc`, [rows][16], to columns 0..columns of y.
void Write(const float* acc, size_t rows, size_t columns, float* y,
           size_t y_stride) {
  const __mmask16 mask = static_cast<__mmask16>((1u << columns) - 1);
  for (size_t i = 0; i < rows; ++i) {
    _mm512_mask_storeu_ps(y + i * y_stride, mask, _mm512_load_ps(acc + 16 * i));
  }
}

// Sixteen columns (fewer at the end) of y.
template <typename Format>
void Strip(const uint8_t* w, size_t row_bytes, size_t k, size_t columns,
           const QuantizedBlock* x, size_t x_rows, size_t rows, float* y,
           size_t y_stride) {
  alignas(64) float acc[kRows * 16];
  memset(acc, 0, rows * 16 * sizeof(float));
  Panel panel;
  alignas(64) uint8_t tail[16 * kTailBytes];
  for (size_t c = 0; c < k; c += 256, x += x_rows) {
    const size_t blocks = (k - c < 256 ? k - c : 256) / Format::kBlock;
    const size_t bytes = blocks * Format::kBlockBytes;
    const uint8_t* p = w + c / Format::kBlock * Format::kBlockBytes;
    // The next strips are fetched while this one is worked on: one and a half
    // ahead was best of 1, 1.5, 2 and 3.
    Rows from = {p, row_bytes, w + 24 * row_bytes + 16 * (p - w)};
    if (columns < 16) {
      for (size_t r = 0; r < columns; ++r) {
        memcpy(tail + r * kTailBytes, p + r * row_bytes, bytes);
      }
      from.p = tail;
      from.stride = kTailBytes;
    }
    if (rows == 1) {
      Add(OneRowBlocks<Format>(&from, *x, blocks), x->scale, acc);
      continue;
    }
    for (size_t b = 0; b < blocks; ++b) {
      Format::Unpack(&from, b, &panel);
      from.p += Format::kBlockBytes;
    }
    for (size_t r = 0; r < rows; r += kTile) {
      const size_t tile = rows - r < kTile ? rows - r : kTile;
      Tile<Format>(panel, x + r, tile, blocks, acc + 16 * r);
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
    for (size_t j = begin; j < end; j += 16) {
      const size_t columns = end - j < 16 ? end - j : 16;
      Strip<Format>(static_cast<const uint8_t*>(w) + j * row_bytes, row_bytes,
                    k, columns, x + i, rows, some, y + i * y_stride + j,
                    y_stride);
    }
  }
}

// Floats: the same strips, but panels of floats and four sums for each row.

constexpr size_t kFloatTile = 6;
constexpr size_t kFloatRows = 24;
constexpr size_t kFloatColumns = 128;

struct F32 {
  static constexpr size_t kBytes = 4;
  // Four columns from 16 bytes.
  static FOOTNOTE_INLINE void Widen(const __m512i* t, float (*out)[16]) {
    for (size_t i = 0; i < 4; ++i) _mm512_store_si512(out[i], t[i]);
  }
};

struct F16 {
  static constexpr size_t kBytes = 2;
  static FOOTNOTE_INLINE void Widen(const __m512i* t, float (*out)[16]) {
    for (size_t i = 0; i < 4; ++i) {
      _mm512_store_ps(out[2 * i], Halves(t[i]));
      _mm512_store_ps(out[2 * i + 1], Halves(_mm512_srli_epi32(t[i], 16)));
    }
  }
};

struct Bf16 {
  static constexpr size_t kBytes = 2;
  static FOOTNOTE_INLINE void Widen(const __m512i* t, float (*out)[16]) {
    for (size_t i = 0; i < 4; ++i) {
      _mm512_store_si512(out[2 * i], _mm512_slli_epi32(t[i], 16));
      _mm512_store_si512(out[2 * i + 1],
                         _mm512_and_si512(t[i], _mm512_set1_epi32(0xffff0000)));
    }
  }
};

// acc[r][c % 4] += column c of the panel * x[r][c].
template <size_t kTileRows = kFloatTile>
FOOTNOTE_INLINE void FloatTile(const float (*w)[16], const float* x,
                               size_t x_stride, size_t columns, size_t rows,
                               float* acc) {
  if constexpr (kTileRows > 1) {
    if (rows < kTileRows) {
      return FloatTile<kTileRows - 1>(w, x, x_stride, columns, rows, acc);
    }
  }
  __m512 sum[kTileRows][4];
  for (size_t r = 0; r < kTileRows; ++r) {
    for (size_t i = 0; i < 4; ++i) {
      sum[r][i] = _mm512_load_ps(acc + (r * 4 + i) * 16);
    }
  }
  size_t c = 0;
  for (; c + 4 <= columns; c += 4) {
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; ++i) {
      const __m512 v = _mm512_load_ps(w[c + i]);
#pragma GCC unroll 6
      for (size_t r = 0; r < kTileRows; ++r) {
        sum[r][i] = _mm512_add_ps(
            sum[r][i],
            _mm512_mul_ps(v, _mm512_set1_ps(x[r * x_stride + c + i])));
      }
    }
  }
#pragma GCC unroll 3
  for (size_t i = 0; i < 3; ++i) {
    if (c + i >= columns) break;
    const __m512 v = _mm512_load_ps(w[c + i]);
    for (size_t r = 0; r < kTileRows; ++r) {
      sum[r][i] = _mm512_add_ps(
          sum[r][i], _mm512_mul_ps(v, _mm512_set1_ps(x[r * x_stride + c + i])));
    }
  }
  for (size_t r = 0; r < kTileRows; ++r) {
    for (size_t i = 0; i < 4; ++i) {
      _mm512_store_ps(acc + (r * 4 + i) * 16, sum[r][i]);
    }
  }
}

template <typename Format>
void FloatStrip(const uint8_t* w, size_t k, size_t columns, const float* x,
                size_t rows, float* y, size_t y_stride) {
  constexpr size_t kTailStride = kFloatColumns * Format::kBytes;
  alignas(64) float acc[kFloatRows * 4 * 16];
  alignas(64) float panel[kFloatColumns][16];
  alignas(64) uint8_t tail[16 * kTailStride];
  memset(acc, 0, rows * 4 * 16 * sizeof(float));
  const size_t row_bytes = k * Format::kBytes;
  for (size_t c = 0; c < k; c += kFloatColumns) {
    const size_t some = k - c < kFloatColumns ? k - c : kFloatColumns;
    const size_t bytes = some * Format::kBytes;
    const uint8_t* p = w + c * Format::kBytes;
    Rows from = {p, row_bytes, w + 24 * row_bytes + 16 * (p - w)};
    if (columns < 16 || bytes % 16 != 0) {
      for (size_t r = 0; r < columns; ++r) {
        memcpy(tail + r * kTailStride, p + r * row_bytes, bytes);
      }
      from.p = tail;
      from.stride = kTailStride;
    }
    for (size_t b = 0; b < bytes; b += 16) {
      __m512i t[4];
      Transpose<4>(&from, b, t);
      Format::Widen(t, panel + b / Format::kBytes);
    }
    for (size_t r = 0; r < rows; r += kFloatTile) {
      FloatTile(panel, x + r * k + c, k, some, rows - r, acc + r * 4 * 16);
    }
  }
  for (size_t r = 0; r < rows; ++r) {
    const float* a = acc + r * 4 * 16;
    _mm512_store_ps(
        acc + r * 16,
        _mm512_add_ps(
            _mm512_add_ps(_mm512_load_ps(a), _mm512_load_ps(a + 16)),
            _mm512_add_ps(_mm512_load_ps(a + 32), _mm512_load_ps(a + 48))));
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
    for (size_t j = begin; j < end; j += 16) {
      const size_t columns = end - j < 16 ? end - j : 16;
      FloatStrip<Format>(
          static_cast<const uint8_t*>(w) + j * k * Format::kBytes, k, columns,
          x + i * k, some, y + i * y_stride + j, y_stride);
    }
  }
}

}  // namespace

void QuantMatmulAvx512(QuantType type, const void* w, size_t k, size_t begin,
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

FOOTNOTE_INLINE __m512 LoadUpTo(const float* x, size_t n) {
  const unsigned lanes = n < 16 ? static_cast<unsigned>(n) : 16;
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << lanes) - 1), x);
}

// The sums of 16 bytes each, of 64 bytes, each four times.
FOOTNOTE_INLINE __m512i SumsOf16(__m512i q) {
  __m512i v =
      _mm512_dpbusd_epi32(_mm512_setzero_si512(), _mm512_set1_epi8(1), q);
  v = _mm512_add_epi32(v, _mm512_shuffle_epi32(v, _MM_PERM_CDAB));
  return _mm512_add_epi32(v, _mm512_shuffle_epi32(v, _MM_PERM_BADC));
}

}  // namespace

void QuantizeBlocksAvx512(const float* x, size_t k, size_t step,
                          QuantizedBlock* out) {
  for (size_t c = 0; c < k; c += 256, out += step) {
    const size_t size = k - c < 256 ? k - c : 256;
    __m512 most = _mm512_setzero_ps();
    for (size_t i = 0; i < size; i += 16) {
      most = _mm512_max_ps(most, _mm512_abs_ps(LoadUpTo(x + c + i, size - i)));
    }
    const float scale = _mm512_reduce_max_ps(most) / 127.0f;
    if (!(scale > 1e-37f)) {
      memset(out, 0, sizeof(*out));
      continue;
    }
    const __m512 inverse = _mm512_set1_ps(1.0f / scale);
    for (size_t i = 0; i < 256; i += 16) {
      const __m512 v =
          i < size ? LoadUpTo(x + c + i, size - i) : _mm512_setzero_ps();
      const __m512 shifted =
          _mm512_add_ps(_mm512_mul_ps(v, inverse), _mm512_set1_ps(12582912.0f));
      const __m512i q = _mm512_sub_epi32(_mm512_castps_si512(shifted),
                                         _mm512_set1_epi32(0x4b400000));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out->q + i),
                       _mm512_cvtepi32_epi8(q));
    }
    int32_t sums[16];
    for (size_t i = 0; i < 4; ++i) {
      const __m512i v = SumsOf16(_mm512_loadu_si512(out->q + 64 * i));
      _mm_storeu_si128(
          reinterpret_cast<__m128i*>(sums + 4 * i),
          _mm512_castsi512_si128(_mm512_permutexvar_epi32(
              _mm512_set_epi32(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 8, 4, 0),
              v)));
    }
    for (size_t i = 0; i < 16; ++i) out->minus16[i] = -32 * sums[i];
    for (size_t i = 0; i < 8; ++i) {
      const int32_t sum = sums[2 * i] + sums[2 * i + 1];
      out->minus32[i] = -8 * sum;
      out->sum32[i] = static_cast<int16_t>(sum);
    }
    out->scale = scale;
    memset(out->unused, 0, sizeof(out->unused));
  }
}

}  // namespace footnote
