#include "model/quantise/blocks.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace footnote {
namespace {

// How far from the plain scale better ones are looked for, in levels.
constexpr float kReach = 1.5f;
constexpr float kStride = 0.25f;

constexpr int kMany = 256;   // numbers of a block with 6-bit scales
constexpr int kScales = 16;  // of Q6_K

float AsHalf(float value) { return HalfBitsToFloat(FloatToHalfBits(value)); }

void StoreHalf(float value, uint8_t* out) {
  const uint16_t bits = FloatToHalfBits(value);
  out[0] = static_cast<uint8_t>(bits);
  out[1] = static_cast<uint8_t>(bits >> 8);
}

int Level(float value, int lowest, int highest) {
  return static_cast<int>(std::nearbyint(std::clamp(
      value, static_cast<float>(lowest), static_cast<float>(highest))));
}

// 0 where there is no scale: then every level stands for the same number.
float Inverse(float scale) { return scale == 0 ? 0.0f : 1.0f / scale; }

// What error of each number counts: 1 where `by_size` is false.
void Weigh(const float* x, int n, bool by_size, float* weights) {
  float sum = 0;
  for (int i = 0; i < n; ++i) sum += x[i] * x[i];
  const float mean = std::sqrt(sum / static_cast<float>(n));
  for (int i = 0; i < n; ++i) {
    weights[i] = by_size ? std::fabs(x[i]) + mean : 1.0f;
  }
}

struct Line {
  float scale = 0;
  float low = 0;  // x = scale * level - low
};

float ErrorOf(const float* x, const float* weights, int n, const Line& line,
              int lowest, int highest) {
  const float inverse = Inverse(line.scale);
  float error = 0;
  for (int i = 0; i < n; ++i) {
    const int level = Level((x[i] + line.low) * inverse, lowest, highest);
    const float off = line.scale * static_cast<float>(level) - line.low - x[i];
    error += weights[i] * off * off;
  }
  return error;
}

// Keeps the better of `best` and `line`, as they would be stored.
struct Search {
  const float* x;
  const float* weights;
  int n;
  int lowest;
  int highest;
  bool halves;  // the line itself is stored, in halves
  Line best;
  float best_error = INFINITY;

  void Try(Line line) {
    if (halves) line = {AsHalf(line.scale), -AsHalf(-line.low)};
    if (!std::isfinite(line.scale) || !std::isfinite(line.low)) return;
    const float error = ErrorOf(x, weights, n, line, lowest, highest);
    if (!(error < best_error)) return;
    best = line;
    best_error = error;
  }
};

// The scale for levels `lowest` to `highest`, low = 0. The number of the
// largest size gets a level at an end, whose sign decides the scale's.
void SearchScale(Search* search) {
  const float* const x = search->x;
  float extreme = 0;
  for (int i = 0; i < search->n; ++i) {
    if (std::fabs(x[i]) > std::fabs(extreme)) extreme = x[i];
  }
  search->Try({0, 0});
  if (extreme == 0) return;
  const auto lowest = static_cast<float>(search->lowest);
  search->Try({extreme / lowest, 0});
  for (float off = -kReach; off <= kReach; off += kStride) {
    const float start = extreme / (lowest + off);
    const float inverse = Inverse(start);
    double product = 0, squares = 0;
    for (int i = 0; i < search->n; ++i) {
      const int level = Level(x[i] * inverse, search->lowest, search->highest);
      product += double{search->weights[i]} * x[i] * level;
      squares += double{search->weights[i]} * level * level;
    }
    if (squares == 0) continue;
    search->Try({static_cast<float>(product / squares), 0});
  }
}

// The scale and the low for levels 0 to `highest`. `below_zero`: low >= 0.
void SearchLine(bool below_zero, Search* search) {
  const float* const x = search->x;
  const int n = search->n;
  float low = *std::min_element(x, x + n);
  const float high = *std::max_element(x, x + n);
  if (below_zero) low = std::min(low, 0.0f);
  search->Try({0, -low});
  if (!(high > low)) return;
  const float range = high - low;
  const auto highest = static_cast<float>(search->highest);
  search->Try({range / highest, -low});
  for (float off = -kReach; off <= kReach; off += kStride) {
    const float inverse = (highest + off) / range;
    double w = 0, wl = 0, wll = 0, wx = 0, wlx = 0;
    for (int i = 0; i < n; ++i) {
      const double weight = search->weights[i];
      const int level = Level((x[i] - low) * inverse, 0, search->highest);
      w += weight;
      wl += weight * level;
      wll += weight * level * level;
      wx += weight * x[i];
      wlx += weight * level * x[i];
    }
    const double determinant = w * wll - wl * wl;
    if (determinant <= 0) continue;
    double scale = (w * wlx - wl * wx) / determinant;
    double base = (wll * wx - wl * wlx) / determinant;
    if (below_zero && base > 0) {
      base = 0;
      scale = wll > 0 ? wlx / wll : 0;
    }
    search->Try({static_cast<float>(scale), static_cast<float>(-base)});
  }
}

// Low bits into 16 bytes, and fifth bits into `high` unless it is null.
void StoreNibbles(const uint8_t* levels, uint8_t* q, uint8_t* high) {
  for (int i = 0; i < 16; ++i) {
    q[i] = static_cast<uint8_t>((levels[i] & 15) | (levels[i + 16] & 15) << 4);
  }
  if (high == nullptr) return;
  std::memset(high, 0, 4);
  for (int i = 0; i < 32; ++i) {
    high[i / 8] |= static_cast<uint8_t>((levels[i] >> 4) << (i % 8));
  }
}

bool Block8(const float* x, uint8_t* out) {
  float largest = 0;
  for (int i = 0; i < 32; ++i) largest = std::max(largest, std::fabs(x[i]));
  const float scale = AsHalf(largest / 127);
  if (!std::isfinite(scale)) return false;
  StoreHalf(scale, out);
  const float inverse = Inverse(scale);
  for (int i = 0; i < 32; ++i) {
    out[2 + i] = static_cast<uint8_t>(
        static_cast<int8_t>(Level(x[i] * inverse, -127, 127)));
  }
  return true;
}

// Blocks of 32 with 4 or 5 bits; `has_low`: with a smallest number too.
bool BlockSmall(const float* x, int bits, bool has_low, uint8_t* out) {
  const int half = 1 << (bits - 1);
  float weights[32];
  Weigh(x, 32, /*by_size=*/false, weights);
  Search search{x,
                weights,
                32,
                has_low ? 0 : -half,
                has_low ? 2 * half - 1 : half - 1,
                /*halves=*/true,
                {}};
  if (has_low) {
    SearchLine(/*below_zero=*/false, &search);
  } else {
    SearchScale(&search);
  }
  if (!std::isfinite(search.best_error)) return false;
  const Line& line = search.best;
  const float inverse = Inverse(line.scale);
  uint8_t levels[32];
  for (int i = 0; i < 32; ++i) {
    levels[i] = static_cast<uint8_t>(
        Level((x[i] + line.low) * inverse, search.lowest, search.highest) -
        search.lowest);
  }
  StoreHalf(line.scale, out);
  if (has_low) StoreHalf(-line.low, out + 2);
  uint8_t* const after = out + (has_low ? 4 : 2);
  StoreNibbles(levels, bits == 5 ? after + 4 : after,
               bits == 5 ? after : nullptr);
  return true;
}

// 6 bits each, as ScaleAndLow in kernels/quant_types.cc takes them apart.
void StoreScales(const int* scales, const int* lows, uint8_t* s) {
  for (int j = 0; j < 4; ++j) {
    s[j] = static_cast<uint8_t>(scales[j] | (scales[j + 4] >> 4) << 6);
    s[j + 4] = static_cast<uint8_t>(lows[j] | (lows[j + 4] >> 4) << 6);
    s[j + 8] =
        static_cast<uint8_t>((scales[j + 4] & 15) | (lows[j + 4] & 15) << 4);
  }
}

bool Block4KOr5K(const float* x, int bits, uint8_t* out) {
  const int highest = (1 << bits) - 1;
  Line lines[8];
  float largest_scale = 0, largest_low = 0;
  for (int j = 0; j < 8; ++j) {
    float weights[32];
    Weigh(x + 32 * j, 32, /*by_size=*/true, weights);
    Search search{x + 32 * j, weights, 32, 0, highest, /*halves=*/false, {}};
    SearchLine(/*below_zero=*/true, &search);
    if (!std::isfinite(search.best_error)) return false;
    lines[j] = search.best;
    largest_scale = std::max(largest_scale, lines[j].scale);
    largest_low = std::max(largest_low, lines[j].low);
  }
  const float d = AsHalf(largest_scale / 63);
  const float dmin = AsHalf(largest_low / 63);
  if (!std::isfinite(d) || !std::isfinite(dmin)) return false;
  int scales[8], lows[8];
  uint8_t levels[kMany];
  for (int j = 0; j < 8; ++j) {
    scales[j] = Level(lines[j].scale * Inverse(d), 0, 63);
    lows[j] = Level(lines[j].low * Inverse(dmin), 0, 63);
    const float low = dmin * static_cast<float>(lows[j]);
    const float inverse = Inverse(d * static_cast<float>(scales[j]));
    for (int i = 32 * j; i < 32 * j + 32; ++i) {
      levels[i] =
          static_cast<uint8_t>(Level((x[i] + low) * inverse, 0, highest));
    }
  }
  StoreHalf(d, out);
  StoreHalf(dmin, out + 2);
  StoreScales(scales, lows, out + 4);
  uint8_t* const high = out + 16;
  uint8_t* const q = out + (bits == 5 ? 48 : 16);
  for (int j = 0; j < 8; j += 2) {
    for (int i = 0; i < 32; ++i) {
      q[16 * j + i] = static_cast<uint8_t>((levels[32 * j + i] & 15) |
                                           (levels[32 * j + 32 + i] & 15) << 4);
    }
  }
  if (bits == 4) return true;
  for (int i = 0; i < 32; ++i) {
    int fifth = 0;
    for (int j = 0; j < 8; ++j) fifth |= (levels[32 * j + i] >> 4) << j;
    high[i] = static_cast<uint8_t>(fifth);
  }
  return true;
}

bool Block6K(const float* x, uint8_t* out) {
  float scale_of[kScales];
  float extreme = 0;
  for (int g = 0; g < kScales; ++g) {
    float weights[16];
    Weigh(x + 16 * g, 16, /*by_size=*/true, weights);
    Search search{x + 16 * g, weights, 16, -32, 31, /*halves=*/false, {}};
    SearchScale(&search);
    if (!std::isfinite(search.best_error)) return false;
    scale_of[g] = search.best.scale;
    if (std::fabs(scale_of[g]) > std::fabs(extreme)) extreme = scale_of[g];
  }
  const float d = AsHalf(extreme / -128);
  if (!std::isfinite(d)) return false;
  std::memset(out, 0, 192);
  for (int g = 0; g < kScales; ++g) {
    const int scale = Level(scale_of[g] * Inverse(d), -128, 127);
    out[192 + g] = static_cast<uint8_t>(static_cast<int8_t>(scale));
    const float inverse = Inverse(d * static_cast<float>(scale));
    for (int i = 16 * g; i < 16 * g + 16; ++i) {
      const int level = Level(x[i] * inverse, -32, 31) + 32;
      const int half = i / 128, part = i % 128 / 32, at = i % 32;
      out[half * 64 + part % 2 * 32 + at] |=
          static_cast<uint8_t>((level & 15) << (part < 2 ? 0 : 4));
      out[128 + half * 32 + at] |=
          static_cast<uint8_t>((level >> 4) << (2 * part));
    }
  }
  StoreHalf(d, out + 208);
  return true;
}

bool OneBlock(QuantType type, const float* x, uint8_t* out) {
  switch (type) {
    case QuantType::kF32:
      std::memcpy(out, x, sizeof(float));
      return true;
    case QuantType::kF16:
      StoreHalf(*x, out);
      return std::isfinite(AsHalf(*x));
    case QuantType::kBf16: {
      const uint16_t bits = FloatToBf16Bits(*x);
      std::memcpy(out, &bits, sizeof(bits));
      return std::isfinite(Bf16BitsToFloat(bits));
    }
    case QuantType::kQ8_0:
      return Block8(x, out);
    case QuantType::kQ4_0:
      return BlockSmall(x, 4, false, out);
    case QuantType::kQ4_1:
      return BlockSmall(x, 4, true, out);
    case QuantType::kQ5_0:
      return BlockSmall(x, 5, false, out);
    case QuantType::kQ5_1:
      return BlockSmall(x, 5, true, out);
    case QuantType::kQ4K:
      return Block4KOr5K(x, 4, out);
    case QuantType::kQ5K:
      return Block4KOr5K(x, 5, out);
    case QuantType::kQ6K:
      return Block6K(x, out);
  }
  return false;
}

}  // namespace

bool QuantiseNumbers(QuantType type, const float* numbers, size_t count,
                     char* out) {
  for (size_t i = 0; i < count; ++i) {
    if (!std::isfinite(numbers[i])) return false;
  }
  const size_t block = QuantBlock(type);
  const size_t bytes = QuantBlockBytes(type);
  for (size_t b = 0; b < count / block; ++b) {
    if (!OneBlock(type, numbers + b * block,
                  reinterpret_cast<uint8_t*>(out) + b * bytes)) {
      return false;
    }
  }
  return true;
}

}  // namespace footnote
