// A weights file of kind "e5" with a toy network of random weights, made in
// memory.
#ifndef FOOTNOTE_TESTS_MODEL_ENCODER_TOY_E5_H_
#define FOOTNOTE_TESTS_MODEL_ENCODER_TOY_E5_H_

#include <cstdint>
#include <string>

#include "tests/model/encoder/toy_weights.h"

namespace footnote {

inline constexpr int kToyE5Hidden = 32;
inline constexpr int kToyE5Wide = 64;
inline constexpr int kToyE5Rows = 32;
inline constexpr int kToyE5Positions = 64;

// The section "shape" of the toy, with `rows` rows of pieces, which begins and
// ends texts by the pieces `begin` and `end`.
std::string ToyE5Shape(int32_t rows = kToyE5Rows, int32_t begin = 1,
                       int32_t end = 2);

// Knows small letters one by one, a blank and a colon. The tokenizer comes
// last.
Sections ToyE5Sections();

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_MODEL_ENCODER_TOY_E5_H_
