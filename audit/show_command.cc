#include "audit/show_command.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/grpc_status.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "base/terminal.h"
#include "proto/footnote/v1/audit.grpc.pb.h"

namespace footnote {
namespace {

class Lines {
 public:
  // Left out where there is nothing to say.
  void Add(absl::string_view name, absl::string_view value) {
    if (!value.empty()) absl::StrAppend(&text_, name, ": ", value, "\n");
  }
  void AddText(absl::string_view name, absl::string_view value) {
    Add(name, Printable(value));
  }
  void AddHash(absl::string_view name, absl::string_view sha256) {
    if (!sha256.empty()) Add(name, Hex(sha256));
  }
  void AddLine(absl::string_view line) { absl::StrAppend(&text_, line, "\n"); }

  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

void AddMaker(const v1::AnswerRecord& record, Lines* lines) {
  lines->AddText("written by", record.answer().writer());
  lines->AddText("model", record.model());
  lines->AddHash("  weights sha256", record.model_sha256());
  lines->AddHash("  tokenizer sha256", record.tokenizer_sha256());
  lines->AddHash("  prompt sha256", record.prompt_sha256());
  const v1::Sampling& sampling = record.sampling();
  if (!sampling.mode().empty()) {
    lines->Add(
        "  sampling",
        absl::StrCat(sampling.mode(), ", temperature ", sampling.temperature(),
                     ", top p ", sampling.top_p(), ", top k ", sampling.top_k(),
                     ", seed ", sampling.seed()));
  }
  lines->Add("same bytes again", record.deterministic() ? "yes" : "no");
  lines->AddText("encoder", record.encoder());
  lines->AddHash("  weights sha256", record.encoder_sha256());
  lines->AddText("second encoder of the search",
                 record.search_second_encoder());
  lines->AddHash("  weights sha256", record.search_second_encoder_sha256());
  lines->AddText("second encoder of the writer",
                 record.writer_second_encoder());
  lines->AddHash("  weights sha256", record.writer_second_encoder_sha256());
  lines->Add("analyzer", absl::StrCat(record.analyzer_version()));
  lines->AddText("ICU", record.icu_version());
  lines->AddText("program", record.program_version());
}

void AddRound(const v1::WritingRound& round, int number, Lines* lines) {
  lines->AddLine(absl::StrCat("draft ", number, " (", round.prompt_tokens(),
                              " tokens read, ", round.answer_tokens(),
                              " written): ", Printable(round.draft())));
  for (const v1::CheckedSentence& sentence : round.sentences()) {
    lines->AddLine(absl::StrFormat(
        "  %s %s %.2f  %s", sentence.kept() ? "kept   " : "dropped",
        v1::Verdict_Name(sentence.verdict()), sentence.support(),
        Printable(sentence.text())));
  }
}

void AddTool(const v1::ToolUse& tool, Lines* lines) {
  lines->AddLine(absl::StrCat(
      "tool call ", Printable(tool.call_id()), ", step ", tool.step(), ": ",
      Printable(tool.tool()), " ", Printable(tool.parameters()),
      tool.failed() ? "  FAILED" : ""));
  for (const std::string& result : tool.results()) {
    lines->AddLine(absl::StrCat("  ", Printable(result)));
  }
}

void AddWriting(const v1::Writing& writing, Lines* lines) {
  std::vector<std::string> shown;
  for (const v1::DocumentVersion& version : writing.shown()) {
    shown.push_back(
        absl::StrCat(Printable(version.document()), "@", version.version()));
  }
  lines->Add("shown to the model", absl::StrJoin(shown, ", "));
  lines->AddText("plan", writing.plan());
  for (const v1::ToolUse& tool : writing.tools()) AddTool(tool, lines);
  lines->AddText("tools ended", writing.tools_ended());
  for (int i = 0; i < writing.rounds_size(); ++i) {
    AddRound(writing.rounds(i), i + 1, lines);
  }
  lines->AddText("fallback", writing.fallback_reason());
}

absl::Status Show(const std::vector<std::string>& ids, CliContext* context) {
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  const auto audit = v1::Audit::NewStub(channel);
  for (const std::string& id : ids) {
    v1::GetRecordRequest get;
    get.set_answer_id(id);
    v1::AnswerRecord record;
    grpc::ClientContext call;
    RETURN_IF_ERROR(FromGrpcStatus(audit->GetRecord(&call, get, &record)));
    PrintLine(context->json ? ToJson(record) : RecordText(record));
  }
  return absl::OkStatus();
}

}  // namespace

std::string RecordText(const v1::AnswerRecord& record) {
  const v1::Answer& answer = record.answer();
  Lines lines;
  lines.AddText("answer", answer.id());
  lines.Add("recorded",
            absl::StrCat(absl::FormatTime(
                             "%Y-%m-%d %H:%M:%S",
                             absl::FromUnixMicros(answer.receipt().time_us()),
                             absl::UTCTimeZone()),
                         " UTC, record ", answer.receipt().sequence()));
  lines.AddText("asked by", record.principal());
  lines.AddText("tenant", record.tenant());
  lines.AddText("collection", answer.collection());
  lines.AddText("question", answer.question());
  lines.AddText("rewritten", record.rewritten_question());
  lines.AddText("text", answer.text());
  lines.AddText("no answer", answer.abstention_detail());
  lines.Add("citations", absl::StrCat(answer.citations_size()));
  lines.Add("passages found", absl::StrCat(record.retrieved_size()));
  AddMaker(record, &lines);
  if (record.has_writing()) AddWriting(record.writing(), &lines);
  lines.Add("erased", absl::StrJoin(record.erased(), ", "));
  return lines.Take();
}

void RegisterShowCommand(CLI::App* group, CliContext* context) {
  const auto ids = std::make_shared<std::vector<std::string>>();
  CLI::App* show = AddCommand(
      group, context, "show",
      "Show a record: what was answered, by which model, in which drafts",
      [=] { return Show(*ids, context); });
  show->add_option("answer", *ids, "ids of answers")->required();
}

}  // namespace footnote
