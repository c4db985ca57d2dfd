#ifndef FOOTNOTE_TEXT_CHAR_CLASS_H_
#define FOOTNOTE_TEXT_CHAR_CLASS_H_

#include <cstdint>

namespace footnote {

// What a code point does to a word, in one byte: a kind in the low four bits,
// flags above. One flat table from ICU's word-break property, script and case,
// made at first use, so that finding words is a lookup per letter.
enum CharKind : uint8_t {
  kCharOther = 0,       // parts words
  kCharLetter = 1,      // alphabets, abjads, abugidas, Hangul
  kCharDigit = 2,       // decimal digits of any script
  kCharMark = 3,        // joins the letter before: accents, vowel signs, ZWNJ
  kCharCjk = 4,         // Han and Kana: words without spaces
  kCharApostrophe = 5,  // joins two letters
  kCharPoint = 6,       // "." joins digits, and single letters: "U.S."
  kCharComma = 7,       // joins digits
  kCharGershayim = 8,   // joins two Hebrew letters
};

constexpr uint8_t kCharKindMask = 0x0F;
constexpr uint8_t kCharUpper = 0x10;   // upper or title case
constexpr uint8_t kCharLatin = 0x20;   // script Latin
constexpr uint8_t kCharHangul = 0x40;  // script Hangul
constexpr uint8_t kCharHebrew = 0x80;  // script Hebrew

// The class of every code point of the Basic Multilingual Plane: 65,536 bytes,
// alive until the program ends. Surrogates are kCharOther.
const uint8_t* CharClassTable();

// The class of a code point above U+FFFF.
uint8_t SupplementaryCharClass(char32_t code_point);

inline uint8_t CharClass(const uint8_t* table, char32_t code_point) {
  return code_point < 0x10000 ? table[code_point]
                              : SupplementaryCharClass(code_point);
}

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_CHAR_CLASS_H_
