#include "generator/generate.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/grpc_status.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/status_macros.h"
#include "generator/ahead/answer.h"
#include "generator/ahead/question.h"
#include "generator/citation/verify.h"
#include "generator/validate.h"
#include "text/language.h"

namespace footnote {
namespace {

// What drafts made of forecasts name as their writer.
constexpr char kForecastWriter[] = "forecast/1";

absl::Status NoSuchWriter(const Writers& writers, const OtherWriters& others,
                          absl::string_view name) {
  std::vector<std::string> wanted;
  for (const auto& writer : writers) wanted.emplace_back(writer->name());
  std::vector<std::string> models;
  if (others.names != nullptr) models = others.names();
  std::vector<std::string> meant;
  for (const std::string& model : models) {
    if (absl::StartsWith(model, name)) meant.push_back(model);
  }
  wanted.insert(wanted.end(), models.begin(), models.end());
  if (meant.size() > 1) wanted = meant;
  absl::Status status = absl::NotFoundError(absl::StrCat(
      "writer \"", name, "\": ",
      meant.size() > 1 ? "several begin so" : "there is none of that name",
      ", want ", wanted.size() > 1 ? "one of " : "",
      absl::StrJoin(wanted, ", "),
      models.empty() ? "; of language models there is none: --model-path or "
                       "FOOTNOTE_MODELS says where they are"
                     : ""));
  SetErrorReason("WRITER_NOT_FOUND", &status);
  return status;
}

absl::StatusOr<const Writer*> FindWriter(const Writers& writers,
                                         const OtherWriters& others,
                                         absl::string_view name) {
  if (name.empty()) return writers.front().get();
  for (const auto& writer : writers) {
    if (writer->name() == name) return writer.get();
  }
  if (others.find != nullptr) {
    absl::StatusOr<const Writer*> found = others.find(name);
    if (!absl::IsNotFound(found.status())) return found;
  }
  return NoSuchWriter(writers, others, name);
}

// A writer may be wrong; a citation may not.
void Check(absl::string_view writer, const PassageList& passages,
           const ToolUseList& tools, v1::Draft* draft) {
  const int dropped = KeepOnlyFound(passages, tools, draft);
  if (dropped == 0) return;
  Count("dropped_sentences", writer, dropped);
  Log(Severity::kWarning, "sentences without a source dropped",
      {{"writer", std::string(writer)}, {"sentences", absl::StrCat(dropped)}});
}

absl::StatusOr<v1::Draft> Forecast(const v1::GenerateRequest& request,
                                   const AheadQuestion& ahead,
                                   Language language,
                                   const std::function<bool()>& is_cancelled) {
  v1::Draft draft;
  if (!AnswerAhead(request, ahead, language, is_cancelled, &draft)) {
    return absl::NotFoundError("no series that the question names");
  }
  Check(kForecastWriter, request.texts(), {}, &draft);
  if (draft.text().empty()) {
    return absl::NotFoundError("no row of the series is in the texts");
  }
  draft.set_writer(kForecastWriter);
  draft.set_deterministic(true);
  return draft;
}

}  // namespace

absl::StatusOr<v1::Draft> Generate(const v1::GenerateRequest& request,
                                   const Writers& writers,
                                   const std::function<bool()>& is_cancelled,
                                   const OtherWriters& others,
                                   const ShowSentence& show) {
  RETURN_IF_ERROR(ValidateGenerate(request));
  ASSIGN_OR_RETURN(const Writer* const writer,
                   FindWriter(writers, others, request.writer()));
  const Language language =
      ParseLanguage(request.language()).value_or(Language::kUnknown);
  AheadQuestion ahead;
  const bool asks_ahead = AsksAhead(request.question(), language, &ahead);
  if (asks_ahead && !request.texts().empty()) {
    absl::StatusOr<v1::Draft> forecast =
        Forecast(request, ahead, language, is_cancelled);
    if (forecast.ok()) return forecast;
  }
  std::string shown;
  const auto show_checked = [&](absl::string_view text,
                                const std::vector<v1::Citation>& citations) {
    absl::StrAppend(&shown, text);
    const bool found = std::all_of(
        citations.begin(), citations.end(), [&](const v1::Citation& citation) {
          return JudgeCitation(shown, citation, request.passages(),
                               request.tools()) == v1::FOUND;
        });
    // What is not shown now comes, or is dropped, with the whole.
    return !found || show(text, citations);
  };
  ASSIGN_OR_RETURN(
      v1::Draft draft,
      writer->WriteStreamed(request, is_cancelled,
                            show == nullptr ? ShowSentence() : show_checked));
  Check(writer->name(), request.passages(), request.tools(), &draft);
  if (asks_ahead && request.texts().empty()) WantTexts(request, &draft);
  // One that let another write has said so.
  if (draft.writer().empty()) draft.set_writer(std::string(writer->name()));
  draft.set_deterministic(writer->is_deterministic());
  return draft;
}

}  // namespace footnote
