#include "text/word_characters.h"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace footnote {
namespace {

bool IsWordCharacter(UChar32 c) {
  constexpr uint32_t kWord = U_GC_L_MASK | U_GC_N_MASK;
  return c == '_' || (U_GET_GC_MASK(c) & kWord) != 0;
}

}  // namespace

std::string WordCharacters(absl::string_view utf8) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(error);
  const icu::UnicodeString text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())));
  icu::UnicodeString normal =
      U_SUCCESS(error) ? nfkc->normalize(text, error) : text;
  normal.toLower(icu::Locale::getRoot());
  icu::UnicodeString kept;
  for (int32_t i = 0; i < normal.length(); i = normal.moveIndex32(i, 1)) {
    const UChar32 c = normal.char32At(i);
    if (IsWordCharacter(c)) kept.append(c);
  }
  std::string out;
  kept.toUTF8String(out);
  return out;
}

}  // namespace footnote
