// What speaks for a language in one word: that it is common there, its letters
// and its ending. Of languages in Latin, Cyrillic and Arabic letters; the
// others are told by their script.
//
// The tables are made at the first call and stay. Safe from many threads.
#ifndef FOOTNOTE_TEXT_LANGUAGE_CLUES_H_
#define FOOTNOTE_TEXT_LANGUAGE_CLUES_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "text/language.h"

namespace footnote {

// A bit for each language, by number.
using LanguageMask = uint32_t;

// In which languages a word is common, and how much it says.
struct CommonWord {
  LanguageMask languages = 0;
  double weight = 1;
};

// By natural spelling, as FoldCarefully has it; and, saying less, by bare
// spelling where that is not the natural one of another word.
using Lexicon = absl::flat_hash_map<std::string, CommonWord>;

// Function words, and others that short texts hold.
const Lexicon& CommonWords();

// How much something says for a language.
using LanguageVote = std::pair<Language, double>;

// By code point, up to the last letter that few of our languages have.
const std::vector<std::vector<LanguageVote>>& TypicalLetters();

// An ending of longer words that few of our languages have.
struct Ending {
  absl::string_view letters;
  std::vector<Language> languages;
  double weight;
};

// By their last byte.
using EndingTable = std::array<std::vector<Ending>, 256>;

const EndingTable& Endings();

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_LANGUAGE_CLUES_H_
