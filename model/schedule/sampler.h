// Chooses the next token of one request.
#ifndef FOOTNOTE_MODEL_SCHEDULE_SAMPLER_H_
#define FOOTNOTE_MODEL_SCHEDULE_SAMPLER_H_

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "absl/types/span.h"
#include "model/decoder/request.h"

namespace footnote {

// Draws as kernels/draw.h has it: a device that samples gives the same tokens.
// A logit that is no number is never chosen. Not thread-safe.
class Sampler {
 public:
  // `request` outlives it.
  Sampler(const DecodeRequest& request, int vocabulary);

  // The token after `position` tokens, by their logits. False when the
  // constraint leaves none. Call Accept for each token that is kept.
  bool Choose(absl::Span<const float> logits, int position,
              GeneratedToken* token);
  void Accept(int32_t id);

  // Whether logits change with what was said.
  bool penalizes() const { return penalizes_; }
  // What the constraint lets come next, until the next call. REQUIRES: there is
  // one.
  absl::Span<const uint64_t> Mask();

 private:
  struct Count {
    bool prompt = false;
    int answer = 0;
  };

  // `best` is the most likely.
  int32_t Draw(absl::Span<const float> logits, int32_t best, int position);
  // ranks_ becomes the `count` most likely, in order, of equals those of lower
  // ids first. REQUIRES: 1 <= count <= logits.size().
  void RankFirst(absl::Span<const float> logits, size_t count);
  void Penalize(std::vector<float>* logits) const;

  const DecodeRequest& request_;
  bool penalizes_;
  std::unordered_map<int32_t, Count> counts_;
  std::vector<float> changed_;     // logits after penalties and mask
  std::vector<uint64_t> allowed_;  // the constraint's mask
  std::vector<uint64_t> weights_;  // of a draw
  std::vector<uint64_t> ranks_;    // logits with their ids
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_SCHEDULE_SAMPLER_H_
