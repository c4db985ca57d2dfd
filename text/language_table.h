#ifndef FOOTNOTE_TEXT_LANGUAGE_TABLE_H_
#define FOOTNOTE_TEXT_LANGUAGE_TABLE_H_

#include <cstdint>

#include "text/language.h"

namespace footnote {

// The writing systems that the analyser tells apart.
enum class Script : uint8_t {
  kOther,
  kLatin,
  kGreek,
  kCyrillic,
  kHebrew,
  kArabic,
  kDevanagari,
  kHangul,
  kCjk,
};

// What an apostrophe inside a word means.
enum class Apostrophe : uint8_t {
  kDropped,     // "O'Brien" is "obrien"; Ukrainian "п'ять"
  kElision,     // what stands before it is a clitic: "l'homme", "dell'arte"
  kPossessive,  // "'s" is dropped, other signs too: "Warsaw's"
  kSuffix,      // what stands after it is an ending: Turkish "Ankara'da"
};

// How long words are taken apart.
enum class Compounds : uint8_t { kNone, kGerman, kDutch };

// Everything that the analyser knows of one language: one row each, so that a
// change of recipe is a change of data.
struct LanguageRow {
  Language language;
  // The script of its words; words in another script are stemmed as the
  // script's main language would (see MainLanguage).
  Script script;
  // The name of its Snowball stemmer, or null: then text/stem_light.h has one,
  // or words are their own stems (ja, vi, zh).
  const char* snowball;
  Apostrophe apostrophe;
  Compounds compounds;
  // Function words, folded, with one space between; used for queries and to
  // identify the language of short texts.
  const char* stop_words;
  // Abbreviations that a full stop follows without ending a sentence: lower
  // case, without the last stop, one space between.
  const char* abbreviations;
};

// The row of `language`; for kUnknown a row without stemmer and stop words.
const LanguageRow& RowOf(Language language);

// Whose stemmer takes a word of `script` in a text of another script: English
// for Latin, Russian for Cyrillic, Arabic for Arabic …; kUnknown for none.
Language MainLanguage(Script script);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_LANGUAGE_TABLE_H_
