#include "model/merge/narrow.h"

#include <cstring>

namespace footnote {
namespace {

uint32_t BitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

// `value` without its lowest `bits` bits, to the nearest, halves to even.
uint32_t RoundOff(uint32_t value, int bits) {
  const uint32_t half = (1u << (bits - 1)) - 1;
  return (value + half + (value >> bits & 1)) >> bits;
}

}  // namespace

uint16_t BFloat16Of(float value) {
  const uint32_t bits = BitsOf(value);
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >> 16) | 0x40;  // NaN
  return static_cast<uint16_t>(RoundOff(bits, 16));
}

uint16_t Float16Of(float value) {
  const uint32_t bits = BitsOf(value);
  const uint16_t sign = (bits >> 16) & 0x8000;
  const uint32_t size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;  // NaN
  if (size >= 0x47800000) return sign | 0x7c00;
  if (size >= 0x38800000) {
    // The exponent's base goes from 127 to 15; rounding may carry into it.
    return sign | RoundOff(size - ((127 - 15) << 23), 13);
  }
  // Below the smallest normal one, in steps of 2^-24.
  if (size < 0x33000000) return sign;
  const int shift = 126 - static_cast<int>(size >> 23);
  return sign | RoundOff((size & 0x7fffff) | 0x800000, shift);
}

void NarrowFloats(TensorType type, const float* numbers, size_t count,
                  std::string* bytes) {
  if (type == TensorType::kFloat32) {
    bytes->assign(reinterpret_cast<const char*>(numbers),
                  count * sizeof(float));
    return;
  }
  bytes->resize(count * sizeof(uint16_t));
  char* out = &(*bytes)[0];
  for (size_t i = 0; i < count; ++i) {
    const uint16_t narrow = type == TensorType::kFloat16
                                ? Float16Of(numbers[i])
                                : BFloat16Of(numbers[i]);
    std::memcpy(out + i * sizeof(narrow), &narrow, sizeof(narrow));
  }
}

}  // namespace footnote
