#ifndef FOOTNOTE_TEXT_FOLD_H_
#define FOOTNOTE_TEXT_FOLD_H_

#include <string>

#include "absl/strings/string_view.h"
#include "text/language.h"

namespace footnote {

// `utf8` with the differences removed that readers of `language` do not see
// when they search: case, width, compatibility forms, digits of other scripts,
// and the diacritics that the language's row of the table names (Turkish keeps
// its dotless i, Spanish loses its accents, Arabic loses tashkeel and joins
// the forms of alef …). Applied to the whole text, spaces and punctuation
// included; idempotent. Invalid bytes become U+FFFD.
// Safe from many threads.
std::string Fold(absl::string_view utf8, Language language);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_FOLD_H_
