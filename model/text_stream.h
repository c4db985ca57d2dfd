// Token ids as they come, to text that can be shown.
#ifndef FOOTNOTE_MODEL_TEXT_STREAM_H_
#define FOOTNOTE_MODEL_TEXT_STREAM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/tokenizer/tokenizer.h"

namespace footnote {

// Holds back what is not final: a character whose bytes are not all there, and
// what may be the beginning of a stop string. Not thread-safe.
class TextStream {
 public:
  // `tokenizer` outlives it. Empty stop strings are ignored.
  TextStream(const Tokenizer& tokenizer, std::vector<std::string> stops);

  // The text that became final by this token; may be empty. Nothing more
  // comes once a stop string was completed: it and what follows are dropped.
  std::string Add(int32_t id);

  // What was still held back, bytes that are no UTF-8 as U+FFFD.
  std::string Finish();

  bool stopped() const { return stopped_; }

 private:
  std::string TakeFinal();

  const Tokenizer& tokenizer_;
  std::vector<std::string> stops_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TEXT_STREAM_H_
