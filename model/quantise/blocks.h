// Rounds numbers to the blocks that kernels/quant_types.h reads.
#ifndef FOOTNOTE_MODEL_QUANTISE_BLOCKS_H_
#define FOOTNOTE_MODEL_QUANTISE_BLOCKS_H_

#include <cstddef>

#include "kernels/quant_types.h"

namespace footnote {

// Writes `count` numbers as blocks of `type` to `out`, QuantRowBytes of them.
// Scales are those of least squares among several: of the error itself for
// blocks of 32, and for those of 256 of the error times size plus root mean
// square, since large weights move outputs most. Never worse, by that measure,
// than what the smallest and largest number alone would give, but that scales
// of blocks of 256 are rounded to 6 or 8 bits.
// The same bytes on every machine. Safe from many threads.
//
// False when a number is not finite, or too large for the type's scale, which
// is a half.
// REQUIRES: count is a multiple of QuantBlock(type).
bool QuantiseNumbers(QuantType type, const float* numbers, size_t count,
                     char* out);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_QUANTISE_BLOCKS_H_
