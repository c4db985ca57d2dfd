#ifndef FOOTNOTE_TEXT_STEM_LIGHT_H_
#define FOOTNOTE_TEXT_STEM_LIGHT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "text/language.h"

namespace footnote {

// Light stemmers for languages without a Snowball one: Czech, Persian, Hebrew,
// Korean, Polish, Ukrainian. They take inflection off (case, number, person,
// particles, clitics), leave derivation alone, and never leave fewer than two
// letters. A stem is a key, not a word: all that is promised is that forms of
// one word mostly share it.

// True when `language` has one here.
bool HasLightStemmer(Language language);

// Replaces `word`, in bare form (see text/fold.h), by its stem. A word of a
// language without a light stemmer stays. Safe from many threads.
void StemLightly(Language language, std::string* word);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_STEM_LIGHT_H_
