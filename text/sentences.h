#ifndef FOOTNOTE_TEXT_SENTENCES_H_
#define FOOTNOTE_TEXT_SENTENCES_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "text/language.h"
#include "text/span.h"

namespace footnote {

// Appends the sentences of `utf8` to `out` in order: byte spans that do not
// overlap, hold no white space at either end, and together hold everything
// that is not white space.
//
// A newline always ends a sentence, because canonical text puts one block
// (paragraph, list item, table row, command line) on a line. Inside a line a
// full stop, question mark, exclamation mark, danda or CJK full stop ends one,
// with the quotes and brackets that close after it; abbreviations of
// `language`, initials, numbers, file names and addresses do not.
//
// Any bytes are accepted; the time is linear. Safe from many threads.
// REQUIRES: utf8.size() < 4 GiB
void Sentences(absl::string_view utf8, Language language,
               std::vector<TextSpan>* out);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_SENTENCES_H_
