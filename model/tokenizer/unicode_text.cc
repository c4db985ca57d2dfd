#include "model/tokenizer/unicode_text.h"

#include "base/utf8.h"
#include "unicode/bytestream.h"
#include "unicode/casemap.h"
#include "unicode/uchar.h"

namespace footnote {
namespace {

bool Is(char32_t c, uint32_t categories) {
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & categories) != 0;
}

}  // namespace

bool IsPrintable(char32_t c) {
  return c == ' ' || !Is(c, U_GC_C_MASK | U_GC_Z_MASK);
}

bool IsSpaceCharacter(char32_t c) {
  return (c >= 0x1C && c <= 0x1F) || u_isUWhiteSpace(static_cast<UChar32>(c));
}

bool IsLetter(char32_t c) { return Is(c, U_GC_L_MASK); }

bool IsDigitCharacter(char32_t c) {
  const auto type = static_cast<UNumericType>(
      u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_NUMERIC_TYPE));
  return type == U_NT_DECIMAL || type == U_NT_DIGIT;
}

bool IsUpperCharacter(char32_t c) {
  return u_isUUppercase(static_cast<UChar32>(c));
}

bool IsLowerCharacter(char32_t c) {
  return u_isULowercase(static_cast<UChar32>(c));
}

std::string ToUpperText(absl::string_view text) {
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  UErrorCode error = U_ZERO_ERROR;
  icu::CaseMap::utf8ToUpper(
      "", 0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())),
      sink, nullptr, error);
  return out;
}

std::string ToLowerText(absl::string_view text) {
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  UErrorCode error = U_ZERO_ERROR;
  icu::CaseMap::utf8ToLower(
      "", 0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())),
      sink, nullptr, error);
  return out;
}

std::string ToTitleCharacter(char32_t c) {
  std::string out;
  const UChar32 title = u_totitle(static_cast<UChar32>(c));
  if (title != static_cast<UChar32>(c)) {
    AppendUtf8(static_cast<char32_t>(title), &out);
    return out;
  }
  std::string plain;
  AppendUtf8(c, &plain);
  return ToUpperText(plain);
}

}  // namespace footnote
