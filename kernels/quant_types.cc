#include "kernels/quant_types.h"

#include <cstring>

namespace footnote {
namespace {

struct TypeFacts {
  const char* name;
  uint32_t ggml;
  size_t block;
  size_t bytes;
};

// In the order of QuantType.
constexpr TypeFacts kFacts[] = {
    {"F32", 0, 1, 4},       {"F16", 1, 1, 2},       {"BF16", 30, 1, 2},
    {"Q8_0", 8, 32, 34},    {"Q4_0", 2, 32, 18},    {"Q4_1", 3, 32, 20},
    {"Q5_0", 6, 32, 22},    {"Q5_1", 7, 32, 24},    {"Q4_K", 12, 256, 144},
    {"Q5_K", 13, 256, 176}, {"Q6_K", 14, 256, 210},
};

const TypeFacts& Facts(QuantType type) {
  return kFacts[static_cast<size_t>(type)];
}

uint16_t Load16(const uint8_t* p) {
  return static_cast<uint16_t>(p[0] | p[1] << 8);
}

float HalfAt(const uint8_t* p) { return HalfBitsToFloat(Load16(p)); }

// 32 weights of 4 or 5 bits; `high` holds the fifth ones or is null.
void Nibbles(const uint8_t* q, const uint8_t* high, QuantParts* parts) {
  for (int i = 0; i < 32; ++i) {
    const int low = i < 16 ? q[i] & 15 : q[i - 16] >> 4;
    const int bit = high == nullptr ? 0 : high[i / 8] >> (i % 8) & 1;
    parts->u[i] = static_cast<uint8_t>(low | bit << 4);
  }
}

void Plain(float d, int zero, float m, QuantParts* parts) {
  parts->d = d;
  parts->zero = zero;
  parts->dmin = -m;
  for (int i = 0; i < 2; ++i) parts->scale[i] = parts->low[i] = 1;
}

void Q8(const uint8_t* block, QuantParts* parts) {
  Plain(HalfAt(block), 128, 0.0f, parts);
  for (int i = 0; i < 32; ++i) parts->u[i] = block[2 + i] ^ 0x80;
}

// The 6-bit scale and low of part `j` of 8.
void ScaleAndLow(const uint8_t* s, int j, int* scale, int* low) {
  if (j < 4) {
    *scale = s[j] & 63;
    *low = s[j + 4] & 63;
  } else {
    *scale = (s[j + 4] & 15) | (s[j - 4] >> 6) << 4;
    *low = s[j + 4] >> 4 | (s[j] >> 6) << 4;
  }
}

void Q4KOrQ5K(const uint8_t* block, bool five, QuantParts* parts) {
  const uint8_t* high = block + 16;
  const uint8_t* q = block + (five ? 48 : 16);
  parts->d = HalfAt(block);
  parts->dmin = HalfAt(block + 2);
  parts->zero = 0;
  for (int j = 0; j < 8; ++j) {
    int scale, low;
    ScaleAndLow(block + 4, j, &scale, &low);
    parts->scale[2 * j] = parts->scale[2 * j + 1] = scale;
    parts->low[2 * j] = parts->low[2 * j + 1] = low;
    for (int i = 0; i < 32; ++i) {
      int u = q[j / 2 * 32 + i] >> (j % 2 * 4) & 15;
      if (five) u |= (high[i] >> j & 1) << 4;
      parts->u[j * 32 + i] = static_cast<uint8_t>(u);
    }
  }
}

void Q6K(const uint8_t* block, QuantParts* parts) {
  parts->d = HalfAt(block + 208);
  parts->dmin = 0.0f;
  parts->zero = 32;
  for (int i = 0; i < 16; ++i) {
    parts->scale[i] = static_cast<int8_t>(block[192 + i]);
    parts->low[i] = 0;
  }
  for (int i = 0; i < 256; ++i) {
    const int half = i / 128, part = i % 128 / 32, x = i % 32;
    const uint8_t q = block[half * 64 + part % 2 * 32 + x];
    const int low = part < 2 ? q & 15 : q >> 4;
    const int high = block[128 + half * 32 + x] >> (2 * part) & 3;
    parts->u[i] = static_cast<uint8_t>(low | high << 4);
  }
}

uint32_t BitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

float FloatOf(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

}  // namespace

const char* QuantTypeName(QuantType type) { return Facts(type).name; }

bool QuantTypeFromGgml(uint32_t ggml, QuantType* type) {
  for (const QuantType candidate : kAllQuantTypes) {
    if (Facts(candidate).ggml != ggml) continue;
    *type = candidate;
    return true;
  }
  return false;
}

size_t QuantBlock(QuantType type) { return Facts(type).block; }

size_t QuantBlockBytes(QuantType type) { return Facts(type).bytes; }

size_t QuantRowBytes(QuantType type, size_t k) {
  return k / Facts(type).block * Facts(type).bytes;
}

void TakeApart(QuantType type, const void* block, QuantParts* parts) {
  const uint8_t* p = static_cast<const uint8_t*>(block);
  switch (type) {
    case QuantType::kQ8_0:
      return Q8(p, parts);
    case QuantType::kQ4_0:
      Plain(HalfAt(p), 8, 0.0f, parts);
      return Nibbles(p + 2, nullptr, parts);
    case QuantType::kQ4_1:
      Plain(HalfAt(p), 0, HalfAt(p + 2), parts);
      return Nibbles(p + 4, nullptr, parts);
    case QuantType::kQ5_0:
      Plain(HalfAt(p), 16, 0.0f, parts);
      return Nibbles(p + 6, p + 2, parts);
    case QuantType::kQ5_1:
      Plain(HalfAt(p), 0, HalfAt(p + 2), parts);
      return Nibbles(p + 8, p + 4, parts);
    case QuantType::kQ4K:
      return Q4KOrQ5K(p, false, parts);
    case QuantType::kQ5K:
      return Q4KOrQ5K(p, true, parts);
    case QuantType::kQ6K:
      return Q6K(p, parts);
    case QuantType::kF32:
    case QuantType::kF16:
    case QuantType::kBf16:
      return;
  }
}

void DequantizeWeights(QuantType type, const void* row, size_t k, float* out) {
  const uint8_t* p = static_cast<const uint8_t*>(row);
  const TypeFacts& facts = Facts(type);
  if (type == QuantType::kF32) {
    std::memcpy(out, p, k * sizeof(float));
    return;
  }
  if (type == QuantType::kF16) {
    for (size_t i = 0; i < k; ++i) out[i] = HalfAt(p + 2 * i);
    return;
  }
  if (type == QuantType::kBf16) {
    for (size_t i = 0; i < k; ++i) out[i] = Bf16BitsToFloat(Load16(p + 2 * i));
    return;
  }
  QuantParts parts;
  for (size_t i = 0; i < k; i += facts.block, p += facts.bytes) {
    TakeApart(type, p, &parts);
    for (size_t x = 0; x < facts.block; ++x) {
      const float step = parts.d * static_cast<float>(parts.scale[x / 16]);
      out[i + x] = step * static_cast<float>(parts.u[x] - parts.zero) -
                   parts.dmin * static_cast<float>(parts.low[x / 16]);
    }
  }
}

// The bits of a half, moved to those of a float, are 2^112 times too small,
// subnormal ones too.
float HalfBitsToFloat(uint16_t half) {
  const uint32_t sign = (half & 0x8000u) << 16;
  const uint32_t size = (half & 0x7fffu) << 13;
  if ((half & 0x7c00) == 0x7c00) return FloatOf(sign | size | 0x7f800000);
  return FloatOf(sign | BitsOf(FloatOf(size) * 0x1p112f));
}

float Bf16BitsToFloat(uint16_t bits) {
  return FloatOf(static_cast<uint32_t>(bits) << 16);
}

uint16_t FloatToHalfBits(float value) {
  const uint32_t bits = BitsOf(value);
  const uint32_t sign = bits >> 16 & 0x8000;
  const uint32_t size = bits & 0x7fffffff;
  if (size > 0x7f800000) return static_cast<uint16_t>(sign | 0x7e00);
  // 65520 and more round to infinity.
  if (size >= 0x477ff000) return static_cast<uint16_t>(sign | 0x7c00);
  if (size < 0x38800000) {
    // Subnormal: the unit of 0.5 is 2^-24, so the sum rounds as it should.
    return static_cast<uint16_t>(sign |
                                 (BitsOf(FloatOf(size) + 0.5f) - BitsOf(0.5f)));
  }
  const uint32_t odd = size >> 13 & 1;
  return static_cast<uint16_t>(sign |
                               ((size - 0x38000000 + 0xfff + odd) >> 13));
}

uint16_t FloatToBf16Bits(float value) {
  const uint32_t bits = BitsOf(value);
  if ((bits & 0x7fffffff) > 0x7f800000) {
    return static_cast<uint16_t>(bits >> 16 | 64);
  }
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

}  // namespace footnote
