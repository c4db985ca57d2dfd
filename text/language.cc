#include "text/language.h"

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

struct Name {
  const char* code;
  const char* name;
};

// By number.
constexpr Name kNames[kLanguageCount] = {
    {"und", "unknown"},  {"ar", "Arabic"},     {"cs", "Czech"},
    {"de", "German"},    {"el", "Greek"},      {"en", "English"},
    {"es", "Spanish"},   {"fa", "Persian"},    {"fr", "French"},
    {"he", "Hebrew"},    {"hi", "Hindi"},      {"id", "Indonesian"},
    {"it", "Italian"},   {"ja", "Japanese"},   {"ko", "Korean"},
    {"nl", "Dutch"},     {"pl", "Polish"},     {"pt", "Portuguese"},
    {"ro", "Romanian"},  {"ru", "Russian"},    {"tr", "Turkish"},
    {"uk", "Ukrainian"}, {"vi", "Vietnamese"}, {"zh", "Chinese"},
};

constexpr Language kAll[kLanguageCount - 1] = {
    Language::kAr, Language::kCs, Language::kDe, Language::kEl, Language::kEn,
    Language::kEs, Language::kFa, Language::kFr, Language::kHe, Language::kHi,
    Language::kId, Language::kIt, Language::kJa, Language::kKo, Language::kNl,
    Language::kPl, Language::kPt, Language::kRo, Language::kRu, Language::kTr,
    Language::kUk, Language::kVi, Language::kZh,
};

const Name& NameOf(Language language) {
  const size_t number = static_cast<size_t>(language);
  return kNames[number < kLanguageCount ? number : 0];
}

}  // namespace

absl::string_view LanguageCode(Language language) {
  return NameOf(language).code;
}

absl::string_view LanguageName(Language language) {
  return NameOf(language).name;
}

absl::StatusOr<Language> ParseLanguage(absl::string_view code) {
  const std::string primary =
      absl::AsciiStrToLower(code.substr(0, code.find_first_of("-_")));
  if (primary.empty()) return Language::kUnknown;
  if (primary == "iw") return Language::kHe;
  if (primary == "in") return Language::kId;
  for (int number = 0; number < kLanguageCount; ++number) {
    if (primary == kNames[number].code) return static_cast<Language>(number);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("language \"", code.substr(0, 32),
                   "\": want one of ar cs de el en es fa fr he hi id it ja ko "
                   "nl pl pt ro ru tr uk vi zh"));
}

absl::Span<const Language> AllLanguages() { return kAll; }

}  // namespace footnote
