#include "indexer/parsers/ocr_languages.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "indexer/parsers/ocr_data.h"

namespace footnote {
namespace {

// A language's models as Tesseract calls them.
struct LanguageModels {
  Language language;
  std::vector<std::string> models;
};

const std::vector<LanguageModels>& AllModels() {
  static const auto* const models =
      new std::vector<LanguageModels>{{Language::kAr, {"ara"}},
                                      {Language::kCs, {"ces"}},
                                      {Language::kDe, {"deu"}},
                                      {Language::kEl, {"ell"}},
                                      {Language::kEn, {"eng"}},
                                      {Language::kEs, {"spa"}},
                                      {Language::kFa, {"fas"}},
                                      {Language::kFr, {"fra"}},
                                      {Language::kHe, {"heb"}},
                                      {Language::kHi, {"hin"}},
                                      {Language::kId, {"ind"}},
                                      {Language::kIt, {"ita"}},
                                      {Language::kJa, {"jpn"}},
                                      {Language::kKo, {"kor"}},
                                      {Language::kNl, {"nld"}},
                                      {Language::kPl, {"pol"}},
                                      {Language::kPt, {"por"}},
                                      {Language::kRo, {"ron"}},
                                      {Language::kRu, {"rus"}},
                                      {Language::kTr, {"tur"}},
                                      {Language::kUk, {"ukr"}},
                                      {Language::kVi, {"vie"}},
                                      {Language::kZh, {"chi_sim", "chi_tra"}}};
  return *models;
}

bool HasData(const std::string& folder, const std::string& model) {
  const std::string path = absl::StrCat(folder, model, kOcrDataEnding);
  struct stat info;
  return access(path.c_str(), R_OK) == 0 && stat(path.c_str(), &info) == 0 &&
         info.st_size > 0;
}

bool HasDataOf(const std::string& folder, Language language) {
  const std::vector<std::string> models = OcrModels(language);
  return std::any_of(
      models.begin(), models.end(),
      [&folder](const std::string& model) { return HasData(folder, model); });
}

absl::StatusOr<std::vector<Language>> AllReadable(const std::string& folder) {
  std::vector<Language> languages;
  for (const Language language : AllLanguages()) {
    if (HasDataOf(folder, language)) languages.push_back(language);
  }
  if (!languages.empty()) return languages;
  return absl::NotFoundError(absl::StrCat(
      "config: ocr: all, but Tesseract has no data in ", folder,
      ", want Debian's packages tesseract-ocr-*, such as tesseract-ocr-eng"));
}

}  // namespace

std::vector<std::string> OcrModels(Language language) {
  for (const LanguageModels& entry : AllModels()) {
    if (entry.language == language) return entry.models;
  }
  return {};
}

absl::Status OcrDataMissing(const std::vector<std::string>& models) {
  return absl::NotFoundError(absl::StrCat(
      "OCR: no data of Tesseract for it, want Debian's package tesseract-ocr-",
      absl::StrReplaceAll(absl::StrJoin(models, " or tesseract-ocr-"),
                          {{"_", "-"}})));
}

absl::StatusOr<OcrLanguages> ParseOcrLanguages(absl::string_view list,
                                               const std::string& folder) {
  OcrLanguages out;
  out.tells_scripts = HasData(folder, kScriptModel);
  if (list == "all") {
    ASSIGN_OR_RETURN(out.languages, AllReadable(folder));
    return out;
  }
  for (absl::string_view code :
       absl::StrSplit(list, ',', absl::SkipWhitespace())) {
    code = absl::StripAsciiWhitespace(code);
    const absl::StatusOr<Language> language = ParseLanguage(code);
    if (!language.ok() || *language == Language::kUnknown) {
      return absl::InvalidArgumentError(
          absl::StrCat("config: ocr: ", code,
                       ", want codes of languages such as en,de, or all"));
    }
    if (!HasDataOf(folder, *language)) {
      const absl::Status missing = OcrDataMissing(OcrModels(*language));
      return absl::Status(
          missing.code(),
          absl::StrCat("config: ocr: ", code, ": ", missing.message()));
    }
    out.languages.push_back(*language);
  }
  if (!out.languages.empty()) return out;
  return absl::InvalidArgumentError(
      absl::StrCat("config: ocr: \"", list,
                   "\" names no language, want codes such as en,de, or all"));
}

}  // namespace footnote
