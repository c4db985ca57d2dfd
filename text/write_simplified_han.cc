// Prints ICU's simplified form of each Han character, as the table that fold.cc
// includes. Run while Footnote is built: it takes ICU 25 ms.
#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <cstdint>
#include <cstdio>
#include <memory>

#include "text/han_range.h"

namespace footnote {
namespace {

int Main() {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> transliterator(
      icu::Transliterator::createInstance("Traditional-Simplified",
                                          UTRANS_FORWARD, status));
  if (U_FAILURE(status) || transliterator == nullptr) {
    std::fprintf(stderr, "Traditional-Simplified: %s, want ICU to have it\n",
                 u_errorName(status));
    return 1;
  }
  // A newline after each keeps the rules from seeing two at once.
  icu::UnicodeString text;
  for (char32_t c = kHanBegin; c < kHanEnd; ++c) {
    text.append(static_cast<UChar>(c)).append(static_cast<UChar>('\n'));
  }
  transliterator->transliterate(text);
  if (text.length() != static_cast<int32_t>(2 * (kHanEnd - kHanBegin))) {
    std::fprintf(stderr, "Traditional-Simplified: %d characters, want %d\n",
                 text.length() / 2, static_cast<int>(kHanEnd - kHanBegin));
    return 1;
  }
  std::printf("constexpr uint16_t kSimplifiedHan[] = {\n");
  for (int32_t i = 0; i < text.length(); i += 2) {
    std::printf("%d,\n", static_cast<int>(text[i]));
  }
  std::printf("};\n");
  return 0;
}

}  // namespace
}  // namespace footnote

int main() { return footnote::Main(); }
