#include "storage/half.h"

#include <string.h>

namespace footnote {
namespace {

uint32_t Bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  return bits;
}

float Float(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof(value));
  return value;
}

}  // namespace

uint16_t HalfFromFloat(float value) {
  const uint32_t bits = Bits(value);
  const uint16_t sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
  const uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;   // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00;  // rounds over 65,504
  if (magnitude < 0x38800000) {
    // Below 2^-14: let the adder shift and round, in units of 2^-24.
    const float shifted = Float(magnitude) + Float(0x3f000000);
    return sign | static_cast<uint16_t>(Bits(shifted) - 0x3f000000);
  }
  const uint32_t odd = magnitude >> 13 & 1;
  return sign |
         static_cast<uint16_t>((magnitude - 0x38000000 + 0xfff + odd) >> 13);
}

float FloatFromHalf(uint16_t half) {
  const uint32_t sign = uint32_t{half & 0x8000u} << 16;
  const uint32_t magnitude = half & 0x7fff;
  if (magnitude >= 0x7c00) return Float(sign | 0x7f800000 | magnitude << 13);
  if (magnitude < 0x400) {
    return Float(sign | Bits(static_cast<float>(magnitude) * 0x1p-24f));
  }
  return Float(sign | ((magnitude << 13) + 0x38000000));
}

}  // namespace footnote
