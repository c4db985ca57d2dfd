#ifndef FOOTNOTE_TEXT_LANGUAGE_H_
#define FOOTNOTE_TEXT_LANGUAGE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace footnote {

// The languages that Footnote analyses, alphabetical by ISO 639-1 code.
//
// The numbers are stored in segments and records: never renumber, only append.
enum class Language : uint8_t {
  kUnknown = 0,
  kAr = 1,
  kCs = 2,
  kDe = 3,
  kEl = 4,
  kEn = 5,
  kEs = 6,
  kFa = 7,
  kFr = 8,
  kHe = 9,
  kHi = 10,
  kId = 11,
  kIt = 12,
  kJa = 13,
  kKo = 14,
  kNl = 15,
  kPl = 16,
  kPt = 17,
  kRo = 18,
  kRu = 19,
  kTr = 20,
  kUk = 21,
  kVi = 22,
  kZh = 23,
};

// One more than the largest number above: the size of a table by language.
constexpr int kLanguageCount = 24;

// "en"; "und" for kUnknown and for a number outside the enum.
absl::string_view LanguageCode(Language language);

// "English"; "unknown" for kUnknown.
absl::string_view LanguageName(Language language);

// The language of a BCP 47 code. Case and everything after the first '-' or
// '_' are ignored ("pt-BR", "zh_TW"); "und" and "" are kUnknown. "iw" and "in",
// the old codes of Hebrew and Indonesian, are understood.
//   InvalidArgument   any other code
absl::StatusOr<Language> ParseLanguage(absl::string_view code);

// The 23 languages in the order of their numbers, without kUnknown.
absl::Span<const Language> AllLanguages();

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_LANGUAGE_H_
