// The next token of each row, chosen where the logits are.
//
// The rules are those of model/schedule/sampler.h, in its order: penalties,
// mask, temperature, top_k, top_p, min_p, a draw that depends on seed and
// position alone. The arithmetic is kernels/draw.h's: every token is the
// sampler's, and what a logprob is made of has the same bits.
//
// A row is one block's, which walks over the vocabulary: once for a greedy
// choice, once more for a draw, two or three times more for top_k and three or
// four for top_p, twice more for a logprob; 56 times more only where thousands
// of equal logits lie at an edge of top_k or top_p. Not measured on a device.
#ifndef FOOTNOTE_KERNELS_CUDA_SAMPLE_H_
#define FOOTNOTE_KERNELS_CUDA_SAMPLE_H_

#include <cstdint>

#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

// Tokens that are guessed before a row, at most.
inline constexpr int kMaxGuessed = 8;

// Of how often a sequence has said a token: kInPrompt, and up to kMostTallied
// times in the answer.
inline constexpr uint16_t kInPrompt = 0x8000;
inline constexpr int kMostTallied = 0x7fff;

struct SampleRow {
  int row;            // of the logits
  float temperature;  // 0: the most likely
  int top_k;          // 0: all
  float top_p;
  float min_p;
  float repetition_penalty;
  float frequency_penalty;
  float presence_penalty;
  uint64_t seed;
  int position;
  const uint16_t* tally;  // [vocabulary], on the device; null: no penalties
  int guessed_count;
  int guessed[kMaxGuessed];  // count as said once more, for this row
  int mask_row;              // in `masks`; -1: all are allowed
  bool wants_logprob;
};

// For WeighedLogprob (kernels/draw.h): of the model's own logits. Any numbers
// without wants_logprob.
struct SampledLogit {
  float logit;
  float most;
  uint64_t weights;
};

// How many words of 32 bits a row of masks has; bit id % 32 of word id / 32.
constexpr int MaskWords(int vocabulary) { return (vocabulary + 63) / 64 * 2; }

// tokens[i] = the choice for logits [samples[i].row][vocabulary], or -1 when
// the mask leaves none; the logits stay as they are. `changed` is room for rows
// * vocabulary floats, not used without penalties and masks.
void SampleRows(Stream* stream, const SampleRow* samples, int rows,
                int vocabulary, const uint32_t* masks, const float* logits,
                float* changed, int32_t* tokens, SampledLogit* sampled);

// What a sequence has said. No two of one call have both tally and id in
// common.
struct Note {
  uint16_t* tally;  // null: nothing
  int32_t id;
  int times;  // in the answer; 0: in the prompt
};
void NoteTokens(Stream* stream, const Note* notes, int count);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_SAMPLE_H_
