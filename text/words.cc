#include "text/words.h"

#include "text/cjk_words.h"
#include "text/scan.h"

namespace footnote {
namespace {

class WordSink {
 public:
  WordSink(absl::string_view utf8, std::vector<Word>* out)
      : utf8_(utf8), out_(out) {}

  void OnWord(uint32_t begin, uint32_t end, uint8_t flags) {
    out_->push_back({{begin, end}, flags});
  }

  void OnCjk(uint32_t begin, uint32_t end) {
    cut_.clear();
    CjkWords(utf8_.substr(begin, end - begin), &cut_);
    for (const TextSpan& span : cut_) {
      out_->push_back({{begin + span.begin, begin + span.end}, kWordCjk});
    }
  }

 private:
  absl::string_view utf8_;
  std::vector<Word>* out_;
  std::vector<TextSpan> cut_;
};

}  // namespace

void Words(absl::string_view utf8, std::vector<Word>* out) {
  WordSink sink(utf8, out);
  ScanWords(utf8, sink);
}

}  // namespace footnote
