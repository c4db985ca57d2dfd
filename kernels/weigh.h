// What a draw asks of a whole vocabulary, several logits at a time.
#ifndef FOOTNOTE_KERNELS_WEIGH_H_
#define FOOTNOTE_KERNELS_WEIGH_H_

#include <cstddef>
#include <cstdint>

namespace footnote {

// The index of the largest as CleanLogit (kernels/draw.h) has them, of equals
// the first; -1 when none can be.
int32_t MostLikely(const float* logits, size_t count);

// weights[i] = LogitWeight(CleanLogit(logits[i]), most, inverse_temperature),
// to the bit, for i < count; returns their sum. REQUIRES: `most` is clean, and
// no logit that is a number is larger.
uint64_t WeighLogits(const float* logits, size_t count, float most,
                     double inverse_temperature, uint64_t* weights);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_WEIGH_H_
