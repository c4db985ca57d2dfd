// What one asks of a decoder, and what it gives: token ids, no text.
#ifndef FOOTNOTE_MODEL_DECODER_REQUEST_H_
#define FOOTNOTE_MODEL_DECODER_REQUEST_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"

namespace footnote {

// How the next token is chosen from the logits. The order: penalties, the
// constraint's mask, temperature, top_k, top_p, min_p, then a draw. The draw
// of the token at a position depends on seed and position alone, so the same
// request gives the same tokens whatever runs beside it.
struct Sampling {
  // 0: the most likely token (of equals, the lowest id); no draw.
  float temperature = 0;
  // Only the k most likely; 0: all.
  int top_k = 0;
  // Then only the most likely that together reach this probability; 1: all.
  float top_p = 1;
  // Then only those at least this times as likely as the first; 0: all.
  float min_p = 0;
  // Logits of tokens seen in prompt or answer are divided by this (multiplied
  // where negative); 1: as they are.
  float repetition_penalty = 1;
  // Taken from the logit for each time, and once, that the answer has it.
  float frequency_penalty = 0;
  float presence_penalty = 0;
  uint64_t seed = 0;
};

// Which tokens may come next: a grammar. Called on the decoder's thread, one
// call at a time, in the order of the tokens.
class TokenConstraint {
 public:
  virtual ~TokenConstraint() = default;
  // Clears the bits of tokens that may not come next: bit id % 64 of
  // (*allowed)[id / 64]; all are set before. With none left, the generation
  // ends as kStopped.
  virtual void Mask(absl::Span<uint64_t> allowed) = 0;
  // `id` was chosen.
  virtual void Accept(int32_t id) = 0;
};

struct TokenLogprob {
  int32_t id;
  float logprob;
};

struct GeneratedToken {
  int32_t id;
  // Natural logarithm of its probability under the model's own logits, before
  // penalties, mask and temperature. 0 unless Request::logprobs >= 0.
  float logprob = 0;
  // The most likely tokens, as many as were asked for.
  std::vector<TokenLogprob> top;
};

struct DecodeRequest {
  // At least one id, each below the vocabulary's size.
  std::vector<int32_t> prompt;
  int max_tokens = 256;
  Sampling sampling;
  // Besides the model's own ends (ModelConfig::end_ids). The token that ends
  // the answer is part of it only here: Generation::tokens has it last.
  std::vector<int32_t> stop_ids;
  bool ignore_model_ends = false;
  // -1: none; 0: of the chosen token; n: also of the n most likely.
  int logprobs = -1;
  std::shared_ptr<TokenConstraint> constraint;  // may be null
  // Called for each token, on the decoder's thread: be quick. False ends the
  // answer after this token (a stop string was completed).
  std::function<bool(const GeneratedToken&)> on_token;  // may be null
  // Tokens are guessed from repetitions in the prompt and the answer and
  // checked several at once: the same tokens, sooner.
  bool speculate = true;
  absl::Time deadline = absl::InfiniteFuture();
  // Higher goes first. Requests of equal priority share by tenant.
  int priority = 0;
  std::string tenant;
};

enum class FinishReason {
  kEnd,        // the model's end or one of stop_ids
  kLength,     // max_tokens
  kStopped,    // on_token said no, or the constraint left no token
  kCancelled,  // Ticket::Cancel
  kDeadline,
};

// "end", "length", "stopped", "cancelled", "deadline".
const char* FinishReasonName(FinishReason reason);

struct Generation {
  std::vector<GeneratedToken> tokens;
  FinishReason finish = FinishReason::kEnd;
  int prompt_tokens = 0;
  // Of those, how many the prefix cache had.
  int cached_tokens = 0;
  // Guessed, and of those kept.
  int drafted_tokens = 0;
  int accepted_tokens = 0;
  // From submission: to the first token, and to the end.
  double first_token_seconds = 0;
  double seconds = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_REQUEST_H_
