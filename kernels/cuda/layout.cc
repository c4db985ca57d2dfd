#include "kernels/cuda/layout.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/quant_types.h"

namespace footnote {
namespace cuda {
namespace {

constexpr float kLargestFp8 = 448;

// Where the number of (row, column) is: its byte, and for kInt4 its nibble.
struct Place {
  size_t byte;
  int nibble;
};

Place PlaceOf(WeightKind kind, int columns, int row, int column) {
  const size_t unit =
      size_t{1} * (row / kStripRows) * Units(columns) + column / kUnitColumns;
  const int g = row % 8;
  const int half = row % kStripRows / 8;
  const int part = column % kUnitColumns / 32;
  const int t = column % 32 / 8;
  const int i = column % 8;
  const int lane = 4 * g + t;
  const size_t start = unit * UnitBytes(kind);
  switch (kind) {
    case WeightKind::kBf16:
      return {start + ((part * 2 + half) * 32 + lane) * 16 + i * 2, 0};
    case WeightKind::kInt4: {
      const size_t word = start + lane * 16 + (half * 2 + part) * 4;
      const int nibble = i / 2 + i % 2 * 4;
      return {word + nibble / 2, nibble % 2};
    }
    default:
      return {start + (half * 32 + lane) * 16 + part * 8 + i, 0};
  }
}

size_t GroupOf(int columns, int row, int column) {
  const size_t unit =
      size_t{1} * (row / kStripRows) * Units(columns) + column / kUnitColumns;
  return (unit * kStripRows + row % kStripRows) * 2 +
         column % kUnitColumns / 32;
}

// A group of up to 32 numbers, w = scale * q - low.
struct Group {
  uint16_t scale;
  uint16_t low;
  int q[32];
};

Group RoundGroup(const float* w, int count, int levels, bool both_signs) {
  Group group = {};
  if (both_signs) {
    float most = 0;
    for (int i = 0; i < count; ++i) most = std::max(most, std::fabs(w[i]));
    group.scale = FloatToHalfBits(most / levels);
    const float scale = HalfBitsToFloat(group.scale);
    for (int i = 0; i < count; ++i) {
      const int q =
          scale == 0 ? 0 : static_cast<int>(std::lround(w[i] / scale));
      group.q[i] = std::clamp(q, -levels, levels);
    }
    return group;
  }
  float least = 0;
  float most = 0;
  for (int i = 0; i < count; ++i) {
    least = std::min(least, w[i]);
    most = std::max(most, w[i]);
  }
  group.scale = FloatToHalfBits((most - least) / levels);
  group.low = FloatToHalfBits(-least);
  const float scale = HalfBitsToFloat(group.scale);
  const float low = HalfBitsToFloat(group.low);
  for (int i = 0; i < count; ++i) {
    const int q =
        scale == 0 ? 0 : static_cast<int>(std::lround((w[i] + low) / scale));
    group.q[i] = std::clamp(q, 0, levels);
  }
  return group;
}

// The groups of a row, as the type has them or rounded.
void GroupsOfRow(WeightKind kind, QuantType type, const char* row, int columns,
                 std::vector<Group>* groups) {
  groups->clear();
  const bool own = kind == WeightKind::kInt8
                       ? type == QuantType::kQ8_0
                       : type == QuantType::kQ4_0 || type == QuantType::kQ4_1 ||
                             type == QuantType::kQ4K;
  if (own) {
    const int block = static_cast<int>(QuantBlock(type));
    QuantParts parts;
    for (int b = 0; b < columns / block; ++b) {
      TakeApart(type, row + b * QuantBlockBytes(type), &parts);
      for (int at = 0; at < block; at += 32) {
        const float scale = parts.d * parts.scale[at / 16];
        Group group = {};
        group.scale = FloatToHalfBits(scale);
        const int zero = kind == WeightKind::kInt8 ? 0 : parts.zero;
        group.low =
            FloatToHalfBits(parts.dmin * parts.low[at / 16] + scale * zero);
        for (int i = 0; i < 32; ++i) {
          group.q[i] =
              parts.u[at + i] - (kind == WeightKind::kInt8 ? parts.zero : 0);
        }
        groups->push_back(group);
      }
    }
    return;
  }
  std::vector<float> w(columns);
  DequantizeWeights(type, row, columns, w.data());
  for (int at = 0; at < columns; at += 32) {
    groups->push_back(RoundGroup(w.data() + at, std::min(32, columns - at),
                                 kind == WeightKind::kInt8 ? 127 : 15,
                                 kind == WeightKind::kInt8));
  }
}

}  // namespace

const char* WeightKindName(WeightKind kind) {
  switch (kind) {
    case WeightKind::kFloat:
      return "float";
    case WeightKind::kBf16:
      return "bf16";
    case WeightKind::kFp8:
      return "fp8";
    case WeightKind::kInt8:
      return "int8";
    case WeightKind::kInt4:
      return "int4";
  }
  return "?";
}

size_t WeightBytes(WeightKind kind, int rows, int columns) {
  if (kind == WeightKind::kFloat) return sizeof(float) * rows * columns;
  return size_t{1} * Strips(rows) * Units(columns) * UnitBytes(kind);
}

size_t ScaleBytes(WeightKind kind, int rows, int columns) {
  const size_t groups =
      size_t{1} * Strips(rows) * kStripRows * Units(columns) * 2;
  switch (kind) {
    case WeightKind::kFp8:
      return sizeof(float) * Strips(rows) * kStripRows;
    case WeightKind::kInt8:
      return groups * 2;
    case WeightKind::kInt4:
      return groups * 4;
    default:
      return 0;
  }
}

void PackWeights(WeightKind kind, QuantType type, const void* rows_of_type,
                 int rows, int columns, void* weights, void* scales) {
  std::memset(weights, 0, WeightBytes(kind, rows, columns));
  const size_t scale_bytes = ScaleBytes(kind, rows, columns);
  if (scale_bytes > 0) std::memset(scales, 0, scale_bytes);
  const char* from = static_cast<const char*>(rows_of_type);
  const size_t row_bytes = QuantRowBytes(type, columns);
  uint8_t* to = static_cast<uint8_t*>(weights);
  std::vector<float> w(columns);
  std::vector<Group> groups;
  for (int r = 0; r < rows; ++r, from += row_bytes) {
    if (kind == WeightKind::kInt8 || kind == WeightKind::kInt4) {
      GroupsOfRow(kind, type, from, columns, &groups);
      uint16_t* halves = static_cast<uint16_t*>(scales);
      for (int c = 0; c < columns; ++c) {
        const Group& group = groups[c / 32];
        const Place place = PlaceOf(kind, columns, r, c);
        const size_t at = GroupOf(columns, r, c);
        if (kind == WeightKind::kInt8) {
          to[place.byte] = static_cast<uint8_t>(group.q[c % 32]);
          halves[at] = group.scale;
        } else {
          to[place.byte] |= group.q[c % 32] << (4 * place.nibble);
          halves[2 * at] = group.scale;
          halves[2 * at + 1] = group.low;
        }
      }
      continue;
    }
    DequantizeWeights(type, from, columns, w.data());
    if (kind == WeightKind::kFloat) {
      std::memcpy(to + r * columns * sizeof(float), w.data(),
                  columns * sizeof(float));
      continue;
    }
    float scale = 1;
    if (kind == WeightKind::kFp8) {
      float most = 0;
      for (const float value : w) most = std::max(most, std::fabs(value));
      scale = most > 0 ? most / kLargestFp8 : 1;
      static_cast<float*>(scales)[r] = scale;
    }
    for (int c = 0; c < columns; ++c) {
      const size_t byte = PlaceOf(kind, columns, r, c).byte;
      if (kind == WeightKind::kFp8) {
        to[byte] = FloatToFp8(w[c] / scale);
      } else {
        const uint16_t bits = FloatToBf16Bits(w[c]);
        std::memcpy(to + byte, &bits, sizeof(bits));
      }
    }
  }
}

float PackedWeight(WeightKind kind, const void* weights, const void* scales,
                   int rows, int columns, int row, int column) {
  (void)rows;
  const uint8_t* bytes = static_cast<const uint8_t*>(weights);
  if (kind == WeightKind::kFloat) {
    return static_cast<const float*>(
        weights)[size_t{1} * row * columns + column];
  }
  const Place place = PlaceOf(kind, columns, row, column);
  const uint16_t* halves = static_cast<const uint16_t*>(scales);
  const size_t at = GroupOf(columns, row, column);
  switch (kind) {
    case WeightKind::kFp8:
      return Fp8ToFloat(bytes[place.byte]) *
             static_cast<const float*>(scales)[row];
    case WeightKind::kInt8:
      return static_cast<int8_t>(bytes[place.byte]) *
             HalfBitsToFloat(halves[at]);
    case WeightKind::kInt4: {
      const int q = bytes[place.byte] >> (4 * place.nibble) & 15;
      return HalfBitsToFloat(halves[2 * at]) * q -
             HalfBitsToFloat(halves[2 * at + 1]);
    }
    default: {
      uint16_t bits;
      std::memcpy(&bits, bytes + place.byte, sizeof(bits));
      return Bf16BitsToFloat(bits);
    }
  }
}

uint8_t FloatToFp8(float x) {
  const uint8_t sign = std::signbit(x) ? 0x80 : 0;
  const float size = std::min(std::fabs(x), kLargestFp8);
  if (std::isnan(x)) return 0x7f;
  // Steps of 2^-9 below 2^-6, of an eighth of the power of two above.
  int exponent;
  std::frexp(size, &exponent);
  exponent = std::max(exponent - 1, -6);
  const int steps =
      static_cast<int>(std::nearbyint(std::ldexp(size, 3 - exponent)));
  if (steps == 0) return sign;
  // 16 steps are 8 of the next power.
  const int bits = steps < 8 ? steps : ((exponent + 7) << 3) + (steps - 8);
  return sign | static_cast<uint8_t>(bits);
}

float Fp8ToFloat(uint8_t x) {
  const int exponent = x >> 3 & 15;
  const int mantissa = x & 7;
  const float sign = x & 0x80 ? -1.0f : 1.0f;
  if ((x & 0x7f) == 0x7f) return NAN;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -9);
  return sign * std::ldexp(static_cast<float>(8 + mantissa), exponent - 10);
}

}  // namespace cuda
}  // namespace footnote
