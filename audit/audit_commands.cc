#include "audit/audit_commands.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "audit/erase_commands.h"
#include "audit/proof_commands.h"
#include "audit/replay_commands.h"
#include "audit/show_command.h"
#include "base/file.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "base/terminal.h"
#include "proto/footnote/v1/audit.grpc.pb.h"

namespace footnote {
namespace {

using Audit = v1::Audit::Stub;

struct Options {
  std::vector<std::string> checkpoints;
  bool follow = false;
  int limit = 20;
  v1::ListAnswersRequest list;
  std::string verdict;
  std::string since;
  std::string until;
};

std::string Time(int64_t time_us) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixMicros(time_us),
                          absl::UTCTimeZone());
}

absl::StatusOr<int64_t> ParseTime(const std::string& text) {
  if (text.empty()) return 0;
  absl::Time time;
  std::string error;
  for (const char* format :
       {"%Y-%m-%d", "%Y-%m-%d %H:%M:%S", absl::RFC3339_full}) {
    if (absl::ParseTime(format, text, &time, &error)) {
      return absl::ToUnixMicros(time);
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "time \"", text, "\": want 2026-01-31 or 2026-01-31T12:00:00Z"));
}

absl::StatusOr<std::unique_ptr<Audit>> Connect(CliContext* context) {
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  return v1::Audit::NewStub(channel);
}

absl::Status Fsck(const Options& options, CliContext* context) {
  v1::VerifyChainRequest request;
  for (const std::string& file : options.checkpoints) {
    ASSIGN_OR_RETURN(*request.add_checkpoints(), ReadFile(file, 1 << 20));
  }
  ASSIGN_OR_RETURN(const auto audit, Connect(context));
  return PrintChainCheck(audit.get(), request, context);
}

absl::Status Tail(const Options& options, CliContext* context) {
  ASSIGN_OR_RETURN(const auto audit, Connect(context));
  v1::TailRequest request;
  request.set_last(options.limit);
  request.set_follow(options.follow);
  grpc::ClientContext call;
  const auto reader = audit->Tail(&call, request);
  v1::TailResponse line;
  while (reader->Read(&line)) {
    if (context->json) {
      PrintLine(ToJson(line));
    } else if (line.has_record()) {
      const v1::Answer& answer = line.record().answer();
      PrintLine(absl::StrCat(answer.receipt().sequence(), "  ",
                             Time(answer.receipt().time_us()), "  answer ",
                             answer.id(), "  ", answer.collection(), "  ",
                             answer.citations_size(), " citations"));
    } else {
      const v1::AuditEvent& event = line.event();
      PrintLine(absl::StrCat(
          event.sequence(), "  ", Time(event.time_us()), "  ",
          v1::AuditEvent::Kind_Name(event.kind()), "  ", event.method(),
          event.method().empty() ? "" : " ", Printable(event.target()),
          event.principal().empty()
              ? ""
              : absl::StrCat("  by ", Printable(event.principal())),
          event.note().empty() ? ""
                               : absl::StrCat("  ", Printable(event.note()))));
    }
  }
  return FromGrpcStatus(reader->Finish());
}

// What stands in the place of a question that can't be read.
std::string WhyNot(const v1::AnswerRecord& record) {
  for (const std::string& what : record.erased()) {
    if (absl::StartsWith(what, "lost: ")) {
      return absl::StrCat("(", Printable(what), ")");
    }
  }
  return "(erased)";
}

absl::Status List(const Options& options, CliContext* context) {
  v1::ListAnswersRequest request = options.list;
  request.set_collection(context->collection);
  ASSIGN_OR_RETURN(const int64_t begin, ParseTime(options.since));
  ASSIGN_OR_RETURN(const int64_t end, ParseTime(options.until));
  request.set_begin_time_us(begin);
  request.set_end_time_us(end);
  if (!options.verdict.empty()) {
    v1::Verdict verdict;
    if (!v1::Verdict_Parse(options.verdict, &verdict)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--verdict: ", options.verdict, ", want FOUND, MISATTRIBUTED, ",
          "STITCHED, NOT_FOUND, SOURCE_ERASED or SOURCE_CHANGED"));
    }
    request.set_verdict(verdict);
  }
  ASSIGN_OR_RETURN(const auto audit, Connect(context));
  for (int left = options.limit; left > 0;) {
    request.set_page_size(std::min(left, 1000));
    grpc::ClientContext call;
    v1::ListRecordsResponse page;
    RETURN_IF_ERROR(FromGrpcStatus(audit->ListAnswers(&call, request, &page)));
    for (const v1::AnswerRecord& record : page.records()) {
      const v1::Answer& answer = record.answer();
      PrintLine(
          context->json
              ? ToJson(record)
              : absl::StrCat(
                    answer.id(), "  ", Time(answer.receipt().time_us()), "  ",
                    record.principal().empty() ? "-"
                                               : Printable(record.principal()),
                    "  ",
                    answer.question().empty() ? WhyNot(record)
                                              : Printable(answer.question())));
    }
    left -= page.records_size();
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  return absl::OkStatus();
}

void AddLooking(CLI::App* group, CliContext* context,
                const std::shared_ptr<Options>& o) {
  CLI::App* list = AddCommand(group, context, "list", "Find recorded answers",
                              [=] { return List(*o, context); });
  list->add_option("--principal", *o->list.mutable_principal(), "who asked");
  list->add_option("--document", *o->list.mutable_document(), "what was cited");
  list->add_option("--language", *o->list.mutable_question_language(),
                   "of the question, such as de");
  list->add_option("--writer", *o->list.mutable_writer(), "writer or model");
  list->add_option("--verdict", o->verdict, "of a citation, such as FOUND");
  list->add_option("--since", o->since, "such as 2026-01-31");
  list->add_option("--until", o->until, "before this time");
  list->add_flag_callback(
      "--abstained", [o] { o->list.set_abstained_only(true); },
      "only questions without an answer");
  list->add_option("-n,--limit", o->limit, "at most so many (default 20)")
      ->check(CLI::Range(0, 1000000000));
  CLI::App* tail =
      AddCommand(group, context, "tail", "Show what was written last",
                 [=] { return Tail(*o, context); });
  tail->add_option("-n,--last", o->limit, "so many (default 20)")
      ->check(CLI::Range(0, 1000));
  tail->add_flag("-f,--follow", o->follow, "and what comes");
  CLI::App* fsck =
      AddCommand(group, context, "fsck",
                 "Recompute the tree from every record, tile and index",
                 [=] { return Fsck(*o, context); });
  fsck->add_option("--checkpoint", o->checkpoints,
                   "file with a checkpoint from earlier, which the log must "
                   "continue; several are allowed");
  fsck->footer("Exit code 4: something is damaged.");
}

}  // namespace

absl::Status PrintChainCheck(v1::Audit::Stub* audit,
                             const v1::VerifyChainRequest& request,
                             CliContext* context) {
  grpc::ClientContext call;
  const auto reader = audit->VerifyChain(&call, request);
  v1::VerifyChainResponse response;
  while (reader->Read(&response)) {
    if (response.done() && response.damaged() > 0) {
      context->exit_code = kExitNotVerified;
    }
    if (context->json) {
      PrintLine(ToJson(response));
    } else if (response.done()) {
      PrintLine(absl::StrCat(response.records(), " records, ",
                             response.damaged(), " damaged"));
    } else {
      PrintLine(absl::StrCat(
          response.damaged_sequence() > 0
              ? absl::StrCat("record ", response.damaged_sequence(), ": ")
              : "",
          Printable(response.detail())));
    }
  }
  return FromGrpcStatus(reader->Finish());
}

void RegisterAuditGroup(CLI::App* app, CliContext* context) {
  CLI::App* group =
      app->add_subcommand("audit", "Prove, export, check, erase, watch");
  group->require_subcommand(1);
  group->fallthrough();
  const auto options = std::make_shared<Options>();
  AddLooking(group, context, options);
  RegisterProofCommands(group, context);
  RegisterReplayCommands(group, context);
  RegisterShowCommand(group, context);
  RegisterEraseCommands(group, context);
  group->footer(
      "Examples:\n"
      "  footnote audit export 01HF8Z5Q2V3W4X5Y6Z7A8B9C0D -o answer.bundle\n"
      "  footnote audit check answer.bundle --key log.vkey\n"
      "  footnote audit fsck\n"
      "docs/audit.md says what each of them proves.");
}

}  // namespace footnote
