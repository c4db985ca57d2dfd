#include "text/char_class.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

namespace footnote {
namespace {

bool IsCjkScript(UScriptCode script) {
  return script == USCRIPT_HAN || script == USCRIPT_HIRAGANA ||
         script == USCRIPT_KATAKANA;
}

// Marks that lengthen, repeat or voice Kana and Han but belong to no script.
bool IsCjkMark(UChar32 c) {
  return c == 0x3005 || c == 0x3006 || (c >= 0x3031 && c <= 0x3035) ||
         c == 0x303B || c == 0x309B || c == 0x309C || c == 0x30FC ||
         c == 0x3099 || c == 0x309A || c == 0xFF70 || c == 0xFF9E ||
         c == 0xFF9F;
}

uint8_t Classify(UChar32 c) {
  if (IsCjkMark(c)) return kCharCjk;
  switch (c) {
    case '_':
      return kCharOther;
    case '\'':
    case 0x2019:
    case 0xFF07:
      return kCharApostrophe;
    case '.':
      return kCharPoint;
    // Not U+FF0C, which UAX #29 has here: Chinese sets it between clauses, and
    // a clause may end in a number.
    case ',':
    case 0x066B:
    case 0x066C:
      return kCharComma;
    case '"':
    case 0x05F4:
      return kCharGershayim;
    // Zero-width space: a word border without a glyph.
    case 0x200B:
      return kCharOther;
  }
  UErrorCode status = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(c, &status);
  if (u_charType(c) == U_DECIMAL_DIGIT_NUMBER) return kCharDigit;
  const auto word_break =
      static_cast<UWordBreakValues>(u_getIntPropertyValue(c, UCHAR_WORD_BREAK));
  switch (word_break) {
    case U_WB_EXTEND:
    case U_WB_FORMAT:
    case U_WB_ZWJ:
      return kCharMark;
    default:
      break;
  }
  if (!u_isalpha(c) && word_break != U_WB_ALETTER &&
      !(IsCjkScript(script) && u_isalnum(c))) {
    // Superscript and other numerals ("m²") belong to their word.
    return u_charType(c) == U_OTHER_NUMBER && u_getNumericValue(c) >= 0 &&
                   u_getIntPropertyValue(c, UCHAR_DECOMPOSITION_TYPE) ==
                       U_DT_SUPER
               ? kCharLetter
               : kCharOther;
  }
  if (IsCjkScript(script)) return kCharCjk;
  uint8_t found = kCharLetter;
  if (u_isupper(c) || u_istitle(c)) found |= kCharUpper;
  if (script == USCRIPT_LATIN) found |= kCharLatin;
  if (script == USCRIPT_HANGUL) found |= kCharHangul;
  if (script == USCRIPT_HEBREW) found |= kCharHebrew;
  return found;
}

const uint8_t* MakeTable() {
  auto* table = new uint8_t[0x10000];
  for (UChar32 c = 0; c < 0x10000; ++c) {
    if (c >= 0xAC00 && c <= 0xD7A3) {
      table[c] = kCharLetter | kCharHangul;
    } else if (c >= 0x4E00 && c <= 0x9FFF) {
      table[c] = kCharCjk;
    } else if (c >= 0xD800 && c <= 0xF8FF) {
      table[c] = kCharOther;  // surrogates, private use
    } else {
      table[c] = Classify(c);
    }
  }
  return table;
}

}  // namespace

const uint8_t* CharClassTable() {
  static const uint8_t* const table = MakeTable();
  return table;
}

uint8_t SupplementaryCharClass(char32_t code_point) {
  if (code_point >= 0x20000 && code_point <= 0x3FFFD) return kCharCjk;
  if (code_point > 0x10FFFF) return kCharOther;
  return Classify(static_cast<UChar32>(code_point));
}

}  // namespace footnote
