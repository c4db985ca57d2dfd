#ifndef FOOTNOTE_TEXT_WORD_CHARACTERS_H_
#define FOOTNOTE_TEXT_WORD_CHARACTERS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace footnote {

// The letters, digits and other numbers of `utf8`, and its low lines, after
// NFKC and lower case; everything else is dropped, combining marks too. Two
// answers that differ only in punctuation, spaces or case become equal.
//
// This is the form in which measurements compare answers. Search uses Fold
// (fold.h), which knows more about languages. Safe from many threads; bytes
// that are not UTF-8 count as U+FFFD, and so are dropped.
std::string WordCharacters(absl::string_view utf8);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_WORD_CHARACTERS_H_
