#ifndef FOOTNOTE_TEXT_WORDS_H_
#define FOOTNOTE_TEXT_WORDS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "text/word.h"

namespace footnote {

// Appends the words of `utf8` to `out` in order. White space, punctuation and
// symbols are not words. Borders are those of Unicode's word rules (UAX #29)
// but for the few that text/scan.h lists; runs of Han and Kana are cut by
// ICU's dictionary. The analyser cuts with the same loop, so the spans of both
// agree.
//
// Any bytes are accepted (invalid ones part words); the time is linear.
// Safe from many threads.
// REQUIRES: utf8.size() < 4 GiB
void Words(absl::string_view utf8, std::vector<Word>* out);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_WORDS_H_
