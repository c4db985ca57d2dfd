#include "text/cld.h"

// CLD2's header uses FILE without including it.
#include <cstdio>
// Order matters: the line above comes first.
#include <cld2/public/compact_lang_det.h>

namespace footnote {
namespace {

// CLD2's code as one of ours: close relatives that it takes for each other.
Language FromCld(const char* code) {
  const absl::string_view name(code);
  if (name == "ms") return Language::kId;
  if (name == "sk") return Language::kCs;
  if (name == "gl") return Language::kPt;
  return ParseLanguage(name).value_or(Language::kUnknown);
}

}  // namespace

CldResult AskCld(absl::string_view utf8) {
  CLD2::Language languages[3];
  int percents[3];
  double scores[3];
  int text_bytes = 0;
  bool reliable = false;
  const CLD2::Language best = CLD2::ExtDetectLanguageSummary(
      utf8.data(), static_cast<int>(utf8.size()), /*is_plain_text=*/true,
      nullptr, CLD2::kCLDFlagBestEffort, languages, percents, scores, nullptr,
      &text_bytes, &reliable);
  CldResult result;
  const char* code = CLD2::LanguageCode(best);
  result.language = FromCld(code);
  result.relative =
      absl::string_view(code) == "sk" || absl::string_view(code) == "gl";
  result.foreign = result.language == Language::kUnknown &&
                   best != CLD2::UNKNOWN_LANGUAGE &&
                   best != CLD2::TG_UNKNOWN_LANGUAGE;
  result.reliable = reliable;
  result.share = percents[0] / 100.0;
  return result;
}

}  // namespace footnote
