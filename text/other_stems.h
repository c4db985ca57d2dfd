// The stems that other forms of a question's words have.
//
// Where a stemmer gives two stems for one word, a text that says "день" is
// filed elsewhere than one that says "дня". The index stays as it is: who asks
// looks for both, as for one word.
#ifndef FOOTNOTE_TEXT_OTHER_STEMS_H_
#define FOOTNOTE_TEXT_OTHER_STEMS_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "text/analyzer.h"
#include "text/language.h"

namespace footnote {

struct OtherStem {
  // Of the word, as it stands (kChannelStem).
  uint64_t own = 0;
  // Of another form of it (kChannelStem).
  uint64_t key = 0;
};

// By rule (text/stem_shifts.h) and, for irregular words, from a list: the other
// stems of the words of `utf8`, the likeliest first, a few of each word; of
// Korean the stems of all of a word's forms (text/korean_forms.h), of the last
// sixteen words that have some. None of function words and numbers, none that
// is a function word's, and none that another word of `utf8` has. Most of them
// no text has. Languages: cs, ko, pl, ro, ru, uk; of others none.
//
// The lists are stemmed at the first call for a language. For questions, not
// for documents.
void FindOtherStems(absl::string_view utf8, Language language,
                    Analyzer* analyzer, std::vector<OtherStem>* out);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_OTHER_STEMS_H_
