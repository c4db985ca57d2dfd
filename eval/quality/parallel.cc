#include "eval/quality/parallel.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "eval/quality/dataset.h"
#include "eval/quality/scores.h"

namespace footnote {
namespace {

constexpr char kPivot[] = "en";

absl::StatusOr<std::vector<float>> Vectors(
    const std::vector<std::string>& sentences, const Encoder& encoder) {
  const std::vector<absl::string_view> texts(sentences.begin(),
                                             sentences.end());
  std::vector<float> rows(texts.size() * encoder.dimension());
  RETURN_IF_ERROR(encoder.Encode(texts, rows.data()));
  return rows;
}

}  // namespace

absl::StatusOr<Report> MeasureParallel(
    const std::string& folder, const std::vector<std::string>& languages,
    const Encoder& encoder, bool quiet) {
  ASSIGN_OR_RETURN(auto sentences, ReadParallel(folder));
  std::vector<std::string> chosen = languages;
  if (chosen.empty()) {
    for (const auto& [language, lines] : sentences) chosen.push_back(language);
  }
  chosen.erase(std::remove(chosen.begin(), chosen.end(), kPivot), chosen.end());
  Report report({{"questions", 0}, {"top_1"}});
  const std::vector<std::string>& english = sentences[kPivot];
  if (english.empty()) return report;
  ASSIGN_OR_RETURN(std::vector<float> pivot, Vectors(english, encoder));
  Progress progress("parallel", "languages", quiet);
  uint64_t done = 0;
  for (const std::string& language : chosen) {
    const auto lines = sentences.find(language);
    if (lines == sentences.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--languages ", language, ": no such language in ", folder));
    }
    ASSIGN_OR_RETURN(std::vector<float> rows, Vectors(lines->second, encoder));
    report.Set(language, "questions",
               static_cast<double>(lines->second.size()));
    report.Set(language, "top_1",
               NearestIsAligned(rows, pivot, encoder.dimension()));
    progress.Update(++done, chosen.size(), language);
  }
  progress.Finish(absl::StrCat(done, " languages, ", encoder.name()));
  return report;
}

}  // namespace footnote
