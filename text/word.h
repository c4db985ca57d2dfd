#ifndef FOOTNOTE_TEXT_WORD_H_
#define FOOTNOTE_TEXT_WORD_H_

#include <cstdint>

#include "text/span.h"

namespace footnote {

// What a word is made of; a word has several of these.
enum WordFlags : uint8_t {
  // Digits of any script first, perhaps with separators: "1,024", "3.14", "١٢".
  kWordNumber = 1,
  // Holds a digit somewhere: "COVID-19" gives "COVID" and "19"; "x86" is one.
  kWordHasDigit = 2,
  // Begins with an upper-case or title-case letter.
  kWordCapitalised = 4,
  // Two or more letters, all upper case: "NATO".
  kWordAllCaps = 8,
  // Han, Hiragana or Katakana, written without spaces.
  kWordCjk = 16,
  // Hangul.
  kWordHangul = 32,
  // Holds a letter of the Latin script.
  kWordLatin = 64,
};

struct Word {
  TextSpan span;
  uint8_t flags = 0;

  bool is(uint8_t any_of) const { return (flags & any_of) != 0; }
};

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_WORD_H_
