#include "eval/quality/headings.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

// At most kQuestions headings of `sections`, evenly spread over those that can
// be asked.
std::vector<EvalQuestion> Questions(const std::string& language,
                                    const std::vector<HelpSection>& sections) {
  std::vector<const HelpSection*> own;
  for (const HelpSection& section : sections) {
    if (section.can_be_asked()) own.push_back(&section);
  }
  const size_t count = std::min(kQuestions, own.size());
  std::vector<EvalQuestion> questions;
  for (size_t i = 0; i < count; ++i) {
    const HelpSection& section = *own[i * own.size() / count];
    questions.push_back({language, section.heading, section.id});
  }
  return questions;
}

}  // namespace

absl::StatusOr<Report> MeasureHeadings(
    const std::string& folder, const std::vector<std::string>& languages,
    const std::string& keep, const CliContext& context) {
  Progress read("read", "languages", context.quiet);
  ASSIGN_OR_RETURN(const auto sections,
                   ReadHelpSections(folder, [&](size_t done) {
                     read.Update(done, AllLanguages().size());
                   }));
  std::vector<EvalDocument> documents;
  for (const auto& [code, own] : sections) {
    for (const HelpSection& section : own) {
      documents.push_back(
          {section.id, absl::StrJoin(section.path, " › "), section.text});
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
                   RoomsClient::Open(context, keep));
  Progress ingest("ingest", "sections", context.quiet);
  RETURN_IF_ERROR(rooms->Ingest(
      documents, [&](size_t done) { ingest.Update(done, documents.size()); }));
  ingest.Finish(absl::StrCat(documents.size(), " sections"));
  if (keep.empty()) rooms->WaitUntilHeard(context.quiet);

  std::vector<EvalQuestion> questions;
  for (const std::string& code : asked) {
    const std::vector<EvalQuestion> own = Questions(code, sections.at(code));
    questions.insert(questions.end(), own.begin(), own.end());
  }
  Report report({{"questions", 0}, {"hit_at_5"}});
  if (!keep.empty()) {
    RETURN_IF_ERROR(rooms->KeepQuestions(questions));
    return report;
  }
  for (const std::string& code : asked) report.AddLanguage(code);
  Progress search("search", "headings", context.quiet);
  std::map<std::string, std::pair<double, double>> asked_and_hit;
  uint64_t done = 0;
  for (const EvalQuestion& question : questions) {
    ASSIGN_OR_RETURN(std::vector<std::string> found,
                     rooms->SearchDocuments(question.question, kDepth));
    auto& [count, hits] = asked_and_hit[question.language];
    ++count;
    hits += RankOf(question.document, found) != 0;
    search.Update(++done, questions.size(), question.language);
  }
  search.Finish(absl::StrCat(done, " headings"));
  for (const auto& [code, figures] : asked_and_hit) {
    report.Set(code, "questions", figures.first);
    report.Set(code, "hit_at_5", figures.second / figures.first);
  }
  return report;
}

}  // namespace footnote
