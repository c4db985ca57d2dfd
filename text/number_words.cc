#include "text/number_words.h"

#include <unicode/locid.h>
#include <unicode/rbnf.h>
#include <unicode/unistr.h>

#include <array>
#include <memory>
#include <mutex>
#include <utility>

#include "text/fold.h"

namespace footnote {
namespace {

using Words = std::unordered_map<std::string, int>;

// U+00AD, which ICU puts where a long word may be broken.
void DropSoftHyphens(std::string* text) {
  for (size_t at = text->find("\xC2\xAD"); at != std::string::npos;
       at = text->find("\xC2\xAD", at)) {
    text->erase(at, 2);
  }
}

// What ICU's rules do not know.
struct More {
  Language language;
  const char* word;
  int number;
};
constexpr More kMore[] = {
    {Language::kAr, "ثلاث", 3}, {Language::kAr, "أربع", 4},
    {Language::kAr, "خمس", 5},  {Language::kAr, "ست", 6},
    {Language::kAr, "سبع", 7},  {Language::kAr, "ثماني", 8},
    {Language::kAr, "ثمان", 8}, {Language::kAr, "تسع", 9},
    {Language::kAr, "عشر", 10},
};

Words MakeWords(Language language) {
  Words words;
  for (const More& more : kMore) {
    if (more.language != language) continue;
    words.emplace(Fold(more.word, language), more.number);
  }
  const std::string code(LanguageCode(language));
  UErrorCode error = U_ZERO_ERROR;
  const icu::RuleBasedNumberFormat rules(icu::URBNF_SPELLOUT,
                                         icu::Locale(code.c_str()), error);
  if (U_FAILURE(error)) return words;
  for (int32_t i = 0; i < rules.getNumberOfRuleSetNames(); ++i) {
    const icu::UnicodeString name = rules.getRuleSetName(i);
    if (name.indexOf("ordinal") >= 0 || name.indexOf("year") >= 0) continue;
    for (int number = 1; number <= kMostNumberWord; ++number) {
      icu::UnicodeString spelt;
      icu::FieldPosition nowhere(icu::FieldPosition::DONT_CARE);
      error = U_ZERO_ERROR;
      rules.format(static_cast<int64_t>(number), name, spelt, nowhere, error);
      if (U_FAILURE(error)) continue;
      std::string word;
      spelt.toUTF8String(word);
      DropSoftHyphens(&word);
      word = Fold(word, language);
      if (word.empty() || word.find(' ') != std::string::npos) continue;
      words.emplace(std::move(word), number);
    }
  }
  return words;
}

}  // namespace

const std::unordered_map<std::string, int>& NumberWords(Language language) {
  // Rules take a while to read, so only those that are wanted.
  static std::array<std::once_flag, kLanguageCount> once;
  static auto* const words = new std::array<Words, kLanguageCount>;
  const size_t number = static_cast<size_t>(language) % kLanguageCount;
  std::call_once(once[number], [&] {
    if (language != Language::kUnknown) {
      (*words)[number] = MakeWords(language);
    }
  });
  return (*words)[number];
}

}  // namespace footnote
