// What Python's strings know of Unicode, for those who may not see ICU.
#ifndef FOOTNOTE_MODEL_TOKENIZER_UNICODE_TEXT_H_
#define FOOTNOTE_MODEL_TOKENIZER_UNICODE_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace footnote {

// str.isprintable() of one character.
bool IsPrintable(char32_t c);
// str.isspace(), isalpha(), isdigit(), isupper(), islower() likewise.
bool IsSpaceCharacter(char32_t c);
bool IsLetter(char32_t c);
bool IsDigitCharacter(char32_t c);
bool IsUpperCharacter(char32_t c);
bool IsLowerCharacter(char32_t c);

// Whole strings; what isn't UTF-8 becomes U+FFFD.
std::string ToUpperText(absl::string_view text);
std::string ToLowerText(absl::string_view text);
// The title-case form of one character ("ǆ" gives "ǅ").
std::string ToTitleCharacter(char32_t c);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TOKENIZER_UNICODE_TEXT_H_
