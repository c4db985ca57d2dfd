#ifndef FOOTNOTE_STORAGE_HALF_H_
#define FOOTNOTE_STORAGE_HALF_H_

#include <cstdint>

namespace footnote {

// IEEE 754 half precision. Rounds to nearest, ties to even; what is too large
// becomes infinity, NaN stays NaN.
uint16_t HalfFromFloat(float value);

// Exact.
float FloatFromHalf(uint16_t half);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_HALF_H_
