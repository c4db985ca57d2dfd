#ifndef FOOTNOTE_TEXT_CJK_WORDS_H_
#define FOOTNOTE_TEXT_CJK_WORDS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "text/span.h"

namespace footnote {

// Appends to `out` the words of `run`, a run of Han and Kana, as ICU's
// dictionary cuts it: spans that cover the run without a gap, counted from its
// first byte. Damaged bytes are words of their own.
//
// ICU's dictionary is walked by our own loop, which finds the same borders
// several times faster; runs with characters that Unicode would normalise
// first go through ICU's iterator, and all of them do when the dictionary is
// not where ICU 72 keeps it.
// Safe from many threads; each thread keeps its scratch memory.
// REQUIRES: run.size() < 1 MiB
void CjkWords(absl::string_view run, std::vector<TextSpan>* out);

// The same through ICU's iterator alone: the truth that the fast way is
// tested against.
void CjkWordsByIcu(absl::string_view run, std::vector<TextSpan>* out);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_CJK_WORDS_H_
