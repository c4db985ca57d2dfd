#ifndef FOOTNOTE_TEXT_SCRIPTS_H_
#define FOOTNOTE_TEXT_SCRIPTS_H_

namespace footnote {

// Ideographs, those of the supplementary planes and of compatibility too.
constexpr bool IsHan(char32_t c) {
  return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0x20000 && c <= 0x3FFFF);
}

// Its marks, too.
constexpr bool IsHiragana(char32_t c) { return c >= 0x3041 && c <= 0x309F; }

// The marks of a long vowel and of repetition, too; not the point between
// words. What ICU takes for one.
constexpr bool IsKatakana(char32_t c) {
  return c >= 0x30A1 && c <= 0x30FE && c != 0x30FB;
}

// Whole syllables.
constexpr char32_t kFirstHangul = 0xAC00;
constexpr char32_t kLastHangul = 0xD7A3;
constexpr bool IsHangul(char32_t c) {
  return c >= kFirstHangul && c <= kLastHangul;
}

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_SCRIPTS_H_
