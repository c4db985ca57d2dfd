#include "text/repetitions.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "text/scan.h"

namespace footnote {
namespace {

// The sentences and lines that have a word of letters which none before them
// had: what is left of a text when its repetitions are not counted.
class FirstTimes {
 public:
  explicit FirstTimes(absl::string_view utf8) : utf8_(utf8) {}

  void OnWord(uint32_t begin, uint32_t end, uint8_t flags) {
    const absl::string_view between = utf8_.substr(at_, begin - at_);
    const size_t border = between.find_first_of(".!?\n");
    if (border != absl::string_view::npos) EndSentence(at_ + border + 1);
    at_ = end;
    if ((flags & kWordNumber) != 0) return;
    const absl::string_view word = utf8_.substr(begin, end - begin);
    is_new_ |= seen_.insert(XXH3_64bits(word.data(), word.size())).second;
  }

  void OnCjk(uint32_t, uint32_t end) {
    at_ = end;
    is_new_ = true;
  }

  std::string Take() {
    EndSentence(utf8_.size());
    return std::move(text_);
  }

 private:
  void EndSentence(size_t end) {
    if (is_new_) {
      const absl::string_view sentence = utf8_.substr(begin_, end - begin_);
      text_.append(sentence.data(), sentence.size());
    }
    begin_ = end;
    is_new_ = false;
  }

  const absl::string_view utf8_;
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
  FirstTimes first(utf8);
  ScanWords(utf8, first);
  std::string once = first.Take();
  return once.size() <= utf8.size() / 2 ? once : std::string();
}

}  // namespace footnote
