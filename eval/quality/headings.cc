#include "eval/quality/headings.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "eval/quality/help_sections.h"
#include "eval/quality/rooms_client.h"
#include "eval/quality/scores.h"
#include "text/language.h"

namespace footnote {
namespace {

constexpr size_t kQuestions = 200;
constexpr int kDepth = 5;

}  // namespace

absl::StatusOr<Report> MeasureHeadings(
    const std::string& folder, const std::vector<std::string>& languages,
    const CliContext& context) {
  Progress read("read", "languages", context.quiet);
  ASSIGN_OR_RETURN(const auto sections,
                   ReadHelpSections(folder, [&](size_t done) {
                     read.Update(done, AllLanguages().size());
                   }));
  std::vector<EvalDocument> documents;
  for (const auto& [code, own] : sections) {
    for (const HelpSection& section : own) {
      documents.push_back({section.id, "", section.text});
    }
  }
  read.Finish(absl::StrCat(documents.size(), " sections"));
  std::vector<std::string> asked = languages;
  if (asked.empty()) {
    for (const auto& [code, unused] : sections) asked.push_back(code);
  }
  for (const std::string& code : asked) {
    if (sections.count(code) == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("--languages ", code, ": not one of the 23"));
    }
  }

  ASSIGN_OR_RETURN(std::unique_ptr<RoomsClient> rooms,
                   RoomsClient::OpenTemporary(context));
  Progress ingest("ingest", "sections", context.quiet);
  RETURN_IF_ERROR(rooms->Ingest(
      documents, [&](size_t done) { ingest.Update(done, documents.size()); }));
  ingest.Finish(absl::StrCat(documents.size(), " sections"));

  Report report({{"questions", 0}, {"hit_at_5"}});
  Progress search("search", "headings", context.quiet);
  uint64_t done = 0;
  for (const std::string& code : asked) {
    report.AddLanguage(code);
    std::vector<HelpSection> own;
    for (const HelpSection& section : sections.at(code)) {
      if (!section.has_sections) own.push_back(section);
    }
    const size_t questions = std::min(kQuestions, own.size());
    double hits = 0;
    for (size_t i = 0; i < questions; ++i) {
      const HelpSection& section = own[i * own.size() / questions];
      ASSIGN_OR_RETURN(std::vector<std::string> found,
                       rooms->SearchDocuments(section.heading, kDepth));
      hits += RankOf(section.id, found) != 0;
      search.Update(++done, asked.size() * kQuestions, code);
    }
    if (questions == 0) continue;
    report.Set(code, "questions", static_cast<double>(questions));
    report.Set(code, "hit_at_5", hits / static_cast<double>(questions));
  }
  search.Finish(absl::StrCat(done, " headings"));
  return report;
}

}  // namespace footnote
