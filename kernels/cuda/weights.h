// Reading packed weights inside kernels (kernels/cuda/layout.h): a lane's share
// of a unit of a strip, from 16-byte words to fragments of bfloat16.
#ifndef FOOTNOTE_KERNELS_CUDA_WEIGHTS_H_
#define FOOTNOTE_KERNELS_CUDA_WEIGHTS_H_

#include "kernels/cuda/layout.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {

// Words that a lane has of a unit.
constexpr int LaneWords(WeightKind kind) { return UnitBytes(kind) / 512; }

// Words of a unit's scales, where there are any.
constexpr int ScaleWords(WeightKind kind) {
  return kind == WeightKind::kInt8 ? 4 : kind == WeightKind::kInt4 ? 8 : 0;
}

// Whether products are scaled per 32 columns.
constexpr bool HasGroups(WeightKind kind) {
  return kind == WeightKind::kInt8 || kind == WeightKind::kInt4;
}

// Rows g and g + 8 of 8 columns as bfloat16 pairs.
struct EightPairs {
  uint32_t low[4];   // row g
  uint32_t high[4];  // row g + 8
};

FOOTNOTE_DEVICE void UnpackFp8(uint32_t four, uint32_t pairs[2]) {
  // Sign, exponent and mantissa where bfloat16 has them; the exponent's bias is
  // then made right by a product with 2^120, exact, subnormal numbers too.
  const uint32_t a = PickBytes(four, 0, 0x1404);  // bytes 0 and 1, high
  const uint32_t b = PickBytes(four, 0, 0x3424);
  constexpr uint32_t kScale = 0x7b807b80u;
  constexpr uint32_t kNegativeZero = 0x80008000u;
  pairs[0] = FmaBf16x2((a & 0x80008000u) | (a & 0x7f007f00u) >> 4, kScale,
                       kNegativeZero);
  pairs[1] = FmaBf16x2((b & 0x80008000u) | (b & 0x7f007f00u) >> 4, kScale,
                       kNegativeZero);
}

FOOTNOTE_DEVICE void UnpackInt8(uint32_t four, uint32_t pairs[2]) {
  // 2^23 + q + 128 as a float has q + 128 in its low byte.
  const uint32_t u = four ^ 0x80808080u;
  constexpr uint32_t kMagic = 0x4b000000u;
  constexpr float kOffset = 8388608.0f + 128.0f;
  const float q0 = BitsToFloat(PickBytes(u, kMagic, 0x7650)) - kOffset;
  const float q1 = BitsToFloat(PickBytes(u, kMagic, 0x7651)) - kOffset;
  const float q2 = BitsToFloat(PickBytes(u, kMagic, 0x7652)) - kOffset;
  const float q3 = BitsToFloat(PickBytes(u, kMagic, 0x7653)) - kOffset;
  pairs[0] = PackBf16(q0, q1);
  pairs[1] = PackBf16(q2, q3);
}

FOOTNOTE_DEVICE void UnpackInt4(uint32_t eight, uint32_t pairs[4]) {
  // 128 + q as bfloat16 has q in its low bits.
  constexpr uint32_t kMagic = 0x43004300u;
  constexpr uint32_t kOne = 0x3f803f80u;
  constexpr uint32_t kMinus128 = 0xc300c300u;
  FOOTNOTE_UNROLL
  for (int i = 0; i < 4; ++i) {
    pairs[i] = FmaBf16x2(AndOr(eight >> (4 * i), 0x000f000fu, kMagic), kOne,
                         kMinus128);
  }
}

// The first (part 0) or second 32 columns of the lane's words.
template <WeightKind kKind>
FOOTNOTE_DEVICE EightPairs Unpack(const Word4* words, int part) {
  EightPairs e;
  if constexpr (kKind == WeightKind::kBf16) {
    const Word4 a = words[part * 2];
    const Word4 b = words[part * 2 + 1];
    e.low[0] = a.x, e.low[1] = a.y, e.low[2] = a.z, e.low[3] = a.w;
    e.high[0] = b.x, e.high[1] = b.y, e.high[2] = b.z, e.high[3] = b.w;
  } else if constexpr (kKind == WeightKind::kInt4) {
    UnpackInt4(part == 0 ? words[0].x : words[0].y, e.low);
    UnpackInt4(part == 0 ? words[0].z : words[0].w, e.high);
  } else if constexpr (kKind == WeightKind::kInt8) {
    UnpackInt8(part == 0 ? words[0].x : words[0].z, e.low);
    UnpackInt8(part == 0 ? words[0].y : words[0].w, e.low + 2);
    UnpackInt8(part == 0 ? words[1].x : words[1].z, e.high);
    UnpackInt8(part == 0 ? words[1].y : words[1].w, e.high + 2);
  } else {
    UnpackFp8(part == 0 ? words[0].x : words[0].z, e.low);
    UnpackFp8(part == 0 ? words[0].y : words[0].w, e.low + 2);
    UnpackFp8(part == 0 ? words[1].x : words[1].z, e.high);
    UnpackFp8(part == 0 ? words[1].y : words[1].w, e.high + 2);
  }
  return e;
}

// Scales and lows of rows g and g + 8 for both 32 columns of a unit.
struct UnitScales {
  float scale[2][2];  // [part][row half]
  float low[2][2];
};

// From memory, or from shared memory.
template <WeightKind kKind>
FOOTNOTE_DEVICE UnitScales LoadScales(const void* scales, size_t unit) {
  UnitScales s = {};
  const int g = Lane() / 4;
  if constexpr (kKind == WeightKind::kInt8) {
    const uint32_t* from = static_cast<const uint32_t*>(scales) + unit * 16;
    FOOTNOTE_UNROLL
    for (int half = 0; half < 2; ++half) {
      const uint32_t both = from[g + 8 * half];
      s.scale[0][half] = HalfToFloat(static_cast<uint16_t>(both));
      s.scale[1][half] = HalfToFloat(static_cast<uint16_t>(both >> 16));
    }
  } else if constexpr (kKind == WeightKind::kInt4) {
    const Word2* from = static_cast<const Word2*>(scales) + unit * 16;
    FOOTNOTE_UNROLL
    for (int half = 0; half < 2; ++half) {
      const Word2 both = from[g + 8 * half];
      s.scale[0][half] = HalfToFloat(static_cast<uint16_t>(both.x));
      s.low[0][half] = HalfToFloat(static_cast<uint16_t>(both.x >> 16));
      s.scale[1][half] = HalfToFloat(static_cast<uint16_t>(both.y));
      s.low[1][half] = HalfToFloat(static_cast<uint16_t>(both.y >> 16));
    }
  }
  return s;
}

// d += the products of 32 columns with one tile of tokens; b are the tile's
// fragments of these columns, of each part.
template <int kParts>
FOOTNOTE_DEVICE void MultiplyEight(const EightPairs& e, const Word4* b,
                                   float d[4]) {
  // The small parts first.
  FOOTNOTE_UNROLL
  for (int part = kParts - 1; part >= 0; --part) {
    MultiplyTile(d, e.low[0], e.high[0], e.low[1], e.high[1], b[part].x,
                 b[part].y);
    MultiplyTile(d, e.low[2], e.high[2], e.low[3], e.high[3], b[part].z,
                 b[part].w);
  }
}

// The same for a matrix with groups: d += scale * (q x) - low * (sum of x).
// sum0 and sum1 are those of the tokens that the lane's columns are.
template <int kParts>
FOOTNOTE_DEVICE void MultiplyGroup(const EightPairs& e, const Word4* b,
                                   const UnitScales& s, int part, float sum0,
                                   float sum1, float d[4]) {
  float q[4] = {0, 0, 0, 0};
  MultiplyEight<kParts>(e, b, q);
  FOOTNOTE_UNROLL
  for (int i = 0; i < 4; ++i) {
    d[i] = Fma(s.scale[part][i / 2], q[i], d[i]);
    d[i] = Fma(-s.low[part][i / 2], i % 2 == 0 ? sum0 : sum1, d[i]);
  }
}

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_WEIGHTS_H_
