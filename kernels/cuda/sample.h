// The next token of each row, chosen where the logits are.
//
// The rules are those of model/schedule/sampler.h, in its order: penalties,
// mask, temperature, top_k, top_p, min_p, a draw that depends on seed and
// position alone. Sums are in doubles, in an order of their own: the same token
// as the sampler's but where the draw falls within 1e-12 of an edge.
//
// A row is one block's, which walks over the vocabulary: once for a greedy
// choice, about 100 times for a draw (each a bisection's step over the order of
// logits, ids within it). Not measured on a device.
#ifndef FOOTNOTE_KERNELS_CUDA_SAMPLE_H_
#define FOOTNOTE_KERNELS_CUDA_SAMPLE_H_

#include <cstdint>

#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

struct SampleRow {
  float temperature;  // 0: the most likely
  int top_k;          // 0: all
  float top_p;
  float min_p;
  float repetition_penalty;
  float frequency_penalty;
  float presence_penalty;
  uint64_t seed;
  int position;
  int counts_row;  // of the row's sequence in `counts`; -1: no penalties
  int mask_row;    // in `masks`; -1: all are allowed
};

// How often a sequence has a token: kInPrompt and the times in the answer.
inline constexpr uint16_t kInPrompt = 0x8000;

// tokens[r] = the choice for row r of `logits`, or -1 when the mask leaves
// none. `logits` [rows][vocabulary] are changed by penalties and masks.
// counts [...][vocabulary]; masks [...][(vocabulary + 31) / 32], bit id % 32.
void SampleRows(Stream* stream, const SampleRow* samples, int rows,
                int vocabulary, const uint16_t* counts, const uint32_t* masks,
                float* logits, int32_t* tokens);

// Notes what was chosen: counts of the rows' sequences, and positions + 1. So
// the next step needs nothing from the host.
void AcceptTokens(Stream* stream, SampleRow* samples, int rows, int vocabulary,
                  const int32_t* tokens, uint16_t* counts);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_SAMPLE_H_
