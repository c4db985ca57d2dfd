#ifndef FOOTNOTE_TEXT_NUMBER_WORDS_H_
#define FOOTNOTE_TEXT_NUMBER_WORDS_H_

#include <string>
#include <unordered_map>

#include "text/language.h"

namespace footnote {

// The words of a language for whole numbers from 1 to kMostNumberWord, in every
// gender and case that ICU's spelling rules know (and some more), folded as
// Fold does; words of several parts are left out. Empty for kUnknown. Safe from
// many threads; lives for ever.
constexpr int kMostNumberWord = 31;
const std::unordered_map<std::string, int>& NumberWords(Language language);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_NUMBER_WORDS_H_
