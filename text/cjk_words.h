#ifndef FOOTNOTE_TEXT_CJK_WORDS_H_
#define FOOTNOTE_TEXT_CJK_WORDS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "text/span.h"

namespace footnote {

// Appends to `out` the words of `run`, a run of Han and Kana, as ICU's
// dictionary cuts it: spans that cover the run without a gap, counted from its
// first byte. Damaged bytes are words of their own.
// Safe from many threads; each thread keeps one ICU iterator.
// REQUIRES: run.size() < 1 MiB
void CjkWords(absl::string_view run, std::vector<TextSpan>* out);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_CJK_WORDS_H_
