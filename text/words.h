#ifndef FOOTNOTE_TEXT_WORDS_H_
#define FOOTNOTE_TEXT_WORDS_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
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

// Appends the words of `utf8` to `out` in order. White space, punctuation and
// symbols are not words. Borders are those of Unicode's word rules (UAX #29);
// runs of Han and Kana are cut by ICU's dictionary. The analyser cuts its
// words with this function, so the spans of both agree.
//
// Any bytes are accepted (invalid ones part words); the time is linear.
// Safe from many threads.
// REQUIRES: utf8.size() < 4 GiB
void Words(absl::string_view utf8, std::vector<Word>* out);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_WORDS_H_
