#ifndef FOOTNOTE_TEXT_FOLD_H_
#define FOOTNOTE_TEXT_FOLD_H_

#include <string>

#include "absl/strings/string_view.h"
#include "text/language.h"

namespace footnote {

// Taking from a text the differences that readers do not see when they
// search. Two steps, because a stemmer needs the accents that search does not:
//
//   careful  Unicode's NFKC with case folding (width, ligatures, composed
//            accents), digits of every script as 0-9, one apostrophe, no
//            tashkeel, niqqud, tatweel and zero-width joiners; Turkish I as ı.
//   bare     no accents on Latin and Greek letters, ł as l, æ as ae …; one
//            alef, yeh and kaf; no nukta, chandrabindu as anusvara; ё as е,
//            ґ as г; simplified Han. й, ї and Japanese voice marks are letters
//            of their own and stay.
//
// Invalid bytes become U+FFFD. Safe from many threads.

// The careful form. Idempotent. `language` matters only for Turkish.
std::string FoldCarefully(absl::string_view utf8, Language language);

// The bare form of a careful one; appended to `out`.
void AppendBare(absl::string_view careful, std::string* out);

// Both steps: the form in which texts are compared. Spaces and punctuation
// stay. Idempotent.
std::string Fold(absl::string_view utf8, Language language);

// One code point as the bare form has it, when that is one code point; else
// `code_point` itself. For Han and Kana: compatibility forms and traditional
// characters are mapped here one by one.
char32_t BareCodePoint(char32_t code_point);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_FOLD_H_
