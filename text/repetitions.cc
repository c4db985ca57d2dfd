#include "text/repetitions.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "text/scan.h"
#include "text/word_hash.h"

namespace footnote {
namespace {

// The sentences and lines that have a word of letters which none before them
// had: what is left of a text when its repetitions are not counted.
class FirstTimes {
 public:
  // What is more than `most` bytes is not wanted.
  FirstTimes(absl::string_view utf8, size_t most) : utf8_(utf8), most_(most) {
    seen_.reserve(kWords);
  }

  void OnWord(uint32_t begin, uint32_t end, uint8_t flags) {
    if (is_more()) return;
    for (size_t border = at_; border < begin; ++border) {
      if (!EndsSentence(utf8_[border])) continue;
      EndSentence(border + 1);
      break;
    }
    at_ = end;
    if ((flags & kWordNumber) != 0) return;
    is_new_ |= seen_.insert(WordHash(utf8_, begin, end, 0)).second;
  }

  void OnCjk(uint32_t, uint32_t end) {
    at_ = end;
    is_new_ = true;
  }

  // Empty where it is more.
  std::string Take() {
    EndSentence(utf8_.size());
    if (is_more()) text_.clear();
    return std::move(text_);
  }

 private:
  // Of most texts that are asked.
  static constexpr size_t kWords = 64;

  static bool EndsSentence(char c) {
    return c == '.' || c == '!' || c == '?' || c == '\n';
  }

  bool is_more() const { return text_.size() > most_; }

  void EndSentence(size_t end) {
    if (is_new_) {
      const absl::string_view sentence = utf8_.substr(begin_, end - begin_);
      text_.append(sentence.data(), sentence.size());
    }
    begin_ = end;
    is_new_ = false;
  }

  const absl::string_view utf8_;
  const size_t most_;
  absl::flat_hash_set<uint64_t> seen_;
  std::string text_;
  // Of the sentence.
  size_t begin_ = 0;
  bool is_new_ = false;
  // Of the last word.
  size_t at_ = 0;
};

}  // namespace

std::string WithoutRepetitions(absl::string_view utf8) {
  FirstTimes first(utf8, utf8.size() / 2);
  ScanWords(utf8, first);
  return first.Take();
}

}  // namespace footnote
