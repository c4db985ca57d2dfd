// Abbreviations of Han words: 国連 of 国際連合, 補選 of 補欠選挙.
#ifndef FOOTNOTE_TEXT_SHORT_FORMS_H_
#define FOOTNOTE_TEXT_SHORT_FORMS_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "text/analyzer.h"
#include "text/span.h"

namespace footnote {

// Two words that may be cut short to the first character of each.
struct ShortForm {
  // Bytes of the two.
  TextSpan span;
  // Of the first (Token::position).
  uint32_t position = 0;
  // The two characters' key in kChannelBigram.
  uint64_t key = 0;
};

// What the Han words of a text may be cut short to, in the order of the text;
// `tokens` is what Analyzer::Analyze made of `utf8`. The two words stand side
// by side; none is a function word; the first has two characters or more, and
// does not begin with the short form. Longer ones are made of these: 衆院補選
// holds those of 衆議|院 and 補欠|選挙. Linear time; safe from many threads.
void FindShortForms(absl::string_view utf8, const std::vector<Token>& tokens,
                    std::vector<ShortForm>* out);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_SHORT_FORMS_H_
