// Guesses the next tokens from repetitions: answers from documents repeat the
// documents.
#ifndef FOOTNOTE_MODEL_SCHEDULE_DRAFT_H_
#define FOOTNOTE_MODEL_SCHEDULE_DRAFT_H_

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "absl/types/span.h"

namespace footnote {

// Of one sequence. Not thread-safe.
class Drafter {
 public:
  // `ids` are the sequence so far; call it after each change.
  void Follow(absl::Span<const int32_t> ids);

  // Up to `most` tokens that followed the last occurrence of the last three.
  // How many, and whether any, depends on how the last guesses fared.
  std::vector<int32_t> Guess(absl::Span<const int32_t> ids, int most);

  // Of `guessed` tokens the first `kept` were right.
  void Learn(int guessed, int kept);

 private:
  size_t followed_ = 0;
  // Three tokens to the position after them.
  std::unordered_map<uint64_t, size_t> after_;
  int length_ = 3;
  int quiet_ = 0;  // steps without a guess, after bad ones
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_SCHEDULE_DRAFT_H_
