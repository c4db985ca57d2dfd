#include "audit/replay_commands.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "base/terminal.h"
#include "proto/footnote/v1/answers.grpc.pb.h"
#include "proto/footnote/v1/audit.grpc.pb.h"
namespace footnote {
namespace {

struct Options {
  std::vector<std::string> answers;
  std::string version;
  bool recorded_generation = false;
};

using Audit = v1::Audit::Stub;

std::string Time(int64_t time_us) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixMicros(time_us),
                          absl::UTCTimeZone());
}

void PrintReplay(const v1::ReplayAnswerResponse& replay,
                 absl::string_view indent) {
  PrintLine(
      absl::StrCat(indent, "generation ", replay.recorded_generation(),
                   " then, ", replay.generation(), " now; evidence ",
                   replay.same_evidence()
                       ? "the same"
                       : absl::StrCat("DIFFERENT: ", replay.missing_size(),
                                      " missing, ", replay.added_size(),
                                      " new, ", replay.moved_size(), " moved"),
                   "; text ", replay.same_text() ? "the same" : "DIFFERENT"));
  if (replay.left_out() > 0) {
    PrintLine(absl::StrCat(indent, replay.left_out(),
                           replay.left_out() == 1 ? " document of then was"
                                                  : " documents of then were",
                           " deleted since, and left out"));
  }
  for (const std::string& maker : replay.other_makers()) {
    PrintLine(absl::StrCat(indent, "another ", maker, " than then"));
  }
  for (const std::string& sentence : replay.only_recorded()) {
    PrintLine(absl::StrCat(indent, "- ", Printable(sentence)));
  }
  for (const std::string& sentence : replay.only_today()) {
    PrintLine(absl::StrCat(indent, "+ ", Printable(sentence)));
  }
  if (replay.today().text().empty()) {
    PrintLine(
        absl::StrCat(indent, "today: no answer, ",
                     v1::AbstentionReason_Name(replay.today().abstention())));
  }
}

absl::Status Replay(const Options& options, CliContext* context) {
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  const auto answers = v1::Answers::NewStub(channel);
  for (const std::string& id : options.answers) {
    v1::ReplayAnswerRequest request;
    request.set_answer_id(id);
    request.set_recorded_generation(options.recorded_generation);
    grpc::ClientContext call;
    v1::ReplayAnswerResponse response;
    RETURN_IF_ERROR(
        FromGrpcStatus(answers->ReplayAnswer(&call, request, &response)));
    if (!response.same_evidence() || !response.same_text()) {
      context->exit_code = kExitNotVerified;
    }
    if (context->json) {
      PrintLine(ToJson(response));
      continue;
    }
    PrintLine(absl::StrCat("answer ", id, ":"));
    PrintReplay(response, "  ");
  }
  return absl::OkStatus();
}

// One answer that a wrong version stands behind.
absl::Status PrintEntry(const v1::ListAnswersCitingResponse::Entry& entry,
                        Audit* audit) {
  v1::GetRecordRequest get;
  get.set_answer_id(entry.answer_id());
  v1::AnswerRecord record;
  grpc::ClientContext call;
  RETURN_IF_ERROR(FromGrpcStatus(audit->GetRecord(&call, get, &record)));
  PrintLine(absl::StrCat(
      entry.answer_id(), "  ", Time(entry.time_us()), " UTC  ",
      record.principal().empty() ? "-" : Printable(record.principal()), "  ",
      record.answer().question().empty()
          ? "(erased)"
          : Printable(record.answer().question())));
  for (const v1::Citation& citation : record.answer().citations()) {
    for (const v1::SourceSpan& source : citation.sources()) {
      if (source.source().document() != entry.source().document() ||
          source.source().version() != entry.source().version()) {
        continue;
      }
      PrintLine(absl::StrCat(
          "  bytes ", source.span().begin(), " to ", source.span().end(), ": ",
          source.quote().empty() ? "(erased)" : Printable(source.quote())));
    }
  }
  return absl::OkStatus();
}

// As JSON a line of the entry, and where it could be asked again one of that.
absl::Status PrintImpact(const v1::ListAnswersCitingResponse::Entry& entry,
                         Audit* audit, v1::Answers::Stub* answers,
                         CliContext* context) {
  if (context->json) {
    PrintLine(ToJson(entry));
  } else {
    RETURN_IF_ERROR(PrintEntry(entry, audit));
  }
  v1::ReplayAnswerRequest request;
  request.set_answer_id(entry.answer_id());
  grpc::ClientContext again;
  v1::ReplayAnswerResponse replay;
  const absl::Status replayed =
      FromGrpcStatus(answers->ReplayAnswer(&again, request, &replay));
  if (absl::IsFailedPrecondition(replayed)) {
    if (!context->json) PrintLine(absl::StrCat("  ", replayed.message()));
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(replayed);
  if (context->json) {
    PrintLine(ToJson(replay));
  } else {
    PrintReplay(replay, "  ");
  }
  return absl::OkStatus();
}

absl::Status Impact(const Options& options, CliContext* context) {
  const size_t at = options.version.rfind('@');
  v1::ListAnswersCitingRequest request;
  request.set_collection(context->collection);
  uint32_t version = 0;
  if (at == std::string::npos ||
      !absl::SimpleAtoi(options.version.substr(at + 1), &version) ||
      version == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("impact: ", options.version, ", want DOCUMENT@VERSION"));
  }
  request.set_document(options.version.substr(0, at));
  request.set_version(version);
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  const auto audit = v1::Audit::NewStub(channel);
  const auto answers = v1::Answers::NewStub(channel);
  uint64_t count = 0;
  do {
    grpc::ClientContext call;
    v1::ListAnswersCitingResponse page;
    RETURN_IF_ERROR(
        FromGrpcStatus(audit->ListAnswersCiting(&call, request, &page)));
    for (const auto& entry : page.entries()) {
      RETURN_IF_ERROR(PrintImpact(entry, audit.get(), answers.get(), context));
      ++count;
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (context->json) return absl::OkStatus();
  PrintLine(absl::StrCat(count,
                         count == 1 ? " answer cites " : " answers cite ",
                         Printable(options.version)));
  return absl::OkStatus();
}

}  // namespace

void RegisterReplayCommands(CLI::App* group, CliContext* context) {
  const auto o = std::make_shared<Options>();
  CLI::App* replay =
      AddCommand(group, context, "replay",
                 "Ask again, and say what is different from then",
                 [=] { return Replay(*o, context); });
  replay->add_option("answer", o->answers, "ids of answers")->required();
  replay->add_flag("--recorded-generation", o->recorded_generation,
                   "search what was searched then, where that is kept still "
                   "(`collection --keep-generations`)");
  replay->footer("Exit code 4: the evidence or the text is different.");
  CLI::App* impact = AddCommand(
      group, context, "impact",
      "List the answers that rest on a version, and how they read today",
      [=] { return Impact(*o, context); });
  impact->add_option("version", o->version, "DOCUMENT@VERSION")->required();
}

}  // namespace footnote
