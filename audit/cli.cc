#include "audit/cli.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "audit/audit_commands.h"
#include "audit/witness_command.h"
#include "base/grpc_status.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "base/terminal.h"
#include "proto/footnote/v1/audit.grpc.pb.h"

namespace footnote {
namespace {

struct VerifyOptions {
  std::vector<std::string> answers;
  bool chain = false;
};

struct AnswersOptions {
  std::string citing;
  int limit = 20;
};

std::string Time(int64_t time_us) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixMicros(time_us),
                          absl::UTCTimeZone());
}

// The first line of `text`, cut so that it fits after `used` columns.
std::string Line(absl::string_view text, int used) {
  const std::string printable = Printable(text);
  const int columns = std::max(20, TerminalColumns(STDOUT_FILENO) - used - 1);
  const std::vector<std::string> lines = WrapText(printable, columns);
  if (lines.empty()) return "";
  return lines.size() > 1 ? lines[0] + "…" : lines[0];
}

void PrintCheck(const v1::CitationCheck& check, int number) {
  const bool good = check.verdict() == v1::FOUND;
  const bool colour = WantsColour(STDOUT_FILENO);
  const v1::DocumentVersion& source =
      check.citation().sources().empty()
          ? v1::DocumentVersion::default_instance()
          : check.citation().sources(0).source();
  PrintLine(absl::StrCat(
      "  [", number, "] ",
      Paint(v1::Verdict_Name(check.verdict()),
            good ? Colour::kGreen : Colour::kRed, colour),
      "  ", Printable(source.document()), "@", source.version(),
      check.newer_version() > 0
          ? absl::StrCat("  (version ", check.newer_version(), " is newer)")
          : ""));
  if (!check.detail().empty()) {
    PrintLine(absl::StrCat("      ", Printable(check.detail())));
  }
}

absl::Status VerifyOne(const std::string& id, v1::Audit::Stub* audit,
                       CliContext* context) {
  v1::VerifyAnswerRequest request;
  request.set_answer_id(id);
  grpc::ClientContext call;
  v1::VerifyAnswerResponse response;
  RETURN_IF_ERROR(
      FromGrpcStatus(audit->VerifyAnswer(&call, request, &response)));
  if (!response.verified()) context->exit_code = kExitNotVerified;
  if (context->json) {
    PrintLine(ToJson(response));
    return absl::OkStatus();
  }
  const bool colour = WantsColour(STDOUT_FILENO);
  PrintLine(absl::StrCat("answer ", id, ": ",
                         response.verified()
                             ? Paint("verified", Colour::kGreen, colour)
                             : Paint("NOT VERIFIED", Colour::kRed, colour)));
  PrintLine(response.record_intact()
                ? absl::StrCat("  record ", response.receipt().sequence(),
                               " of ", Time(response.receipt().time_us()),
                               " UTC is intact, SHA-256 ",
                               Hex(response.receipt().record_sha256()))
                : "  its record was changed");
  for (int i = 0; i < response.citations_size(); ++i) {
    PrintCheck(response.citations(i), i + 1);
  }
  return absl::OkStatus();
}

absl::Status RunVerify(const VerifyOptions& options, CliContext* context) {
  if (options.answers.empty() != options.chain) {
    return absl::InvalidArgumentError(
        "verify: want answers' ids or --chain, one of both");
  }
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  const auto audit = v1::Audit::NewStub(channel);
  if (options.chain) {
    return PrintChainCheck(audit.get(), v1::VerifyChainRequest(), context);
  }
  for (const std::string& id : options.answers) {
    RETURN_IF_ERROR(VerifyOne(id, audit.get(), context));
  }
  return absl::OkStatus();
}

// "document" or "document@version".
void ParseDocument(const std::string& text,
                   v1::ListAnswersCitingRequest* request) {
  const size_t at = text.rfind('@');
  uint32_t version = 0;
  if (at != std::string::npos && at > 0 &&
      absl::SimpleAtoi(text.substr(at + 1), &version)) {
    request->set_document(text.substr(0, at));
    request->set_version(version);
  } else {
    request->set_document(text);
  }
}

absl::Status ListCiting(const AnswersOptions& options, v1::Audit::Stub* audit,
                        CliContext* context) {
  v1::ListAnswersCitingRequest request;
  request.set_collection(context->collection);
  ParseDocument(options.citing, &request);
  bool found = options.limit == 0;
  for (int left = options.limit; left > 0;) {
    request.set_page_size(std::min(left, 1000));
    grpc::ClientContext call;
    v1::ListAnswersCitingResponse page;
    RETURN_IF_ERROR(
        FromGrpcStatus(audit->ListAnswersCiting(&call, request, &page)));
    found |= page.entries_size() > 0;
    for (const auto& entry : page.entries()) {
      PrintLine(context->json
                    ? ToJson(entry)
                    : absl::StrCat(entry.answer_id(), "  ",
                                   Time(entry.time_us()), "  version ",
                                   entry.source().version(), "  ",
                                   entry.spans_size(), " span",
                                   entry.spans_size() == 1 ? "" : "s"));
    }
    left -= page.entries_size();
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  if (found) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("document \"", options.citing,
                                          "\": no answer of collection \"",
                                          context->collection, "\" cites it"));
}

absl::Status ListAll(const AnswersOptions& options, v1::Audit::Stub* audit,
                     CliContext* context) {
  v1::ListRecordsRequest request;
  request.set_collection(context->collection);
  for (int left = options.limit; left > 0;) {
    request.set_page_size(std::min(left, 1000));
    grpc::ClientContext call;
    v1::ListRecordsResponse page;
    RETURN_IF_ERROR(FromGrpcStatus(audit->ListRecords(&call, request, &page)));
    for (const v1::AnswerRecord& record : page.records()) {
      const v1::Answer& answer = record.answer();
      const std::string head = absl::StrCat(
          answer.id(), "  ", Time(answer.receipt().time_us()), "  ");
      PrintLine(context->json
                    ? ToJson(record)
                    : absl::StrCat(head, Line(answer.question(),
                                              static_cast<int>(head.size()))));
    }
    left -= page.records_size();
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  return absl::OkStatus();
}

absl::Status RunAnswers(const AnswersOptions& options, CliContext* context) {
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  const auto audit = v1::Audit::NewStub(channel);
  return options.citing.empty() ? ListAll(options, audit.get(), context)
                                : ListCiting(options, audit.get(), context);
}

}  // namespace

void RegisterAuditCommands(CLI::App* app, CliContext* context) {
  RegisterAuditGroup(app, context);
  RegisterWitness(app, context);
  auto verify_options = std::make_shared<VerifyOptions>();
  CLI::App* verify = AddCommand(
      app, context, "verify", "Check recorded answers against the sources",
      [=] { return RunVerify(*verify_options, context); });
  verify->add_option("answer", verify_options->answers, "ids of answers");
  verify->add_flag("--chain", verify_options->chain,
                   "check every record and its place in the chain");
  verify->footer(
      "Examples:\n"
      "  footnote verify 01HF8Z5Q2V3W4X5Y6Z7A8B9C0D\n"
      "  footnote verify --chain\n"
      "Exit code 4: something does not check.");

  auto list_options = std::make_shared<AnswersOptions>();
  CLI::App* answers =
      AddCommand(app, context, "answers", "List recorded answers",
                 [=] { return RunAnswers(*list_options, context); });
  answers->add_option("--citing", list_options->citing,
                      "only answers that cite DOCUMENT or DOCUMENT@VERSION");
  answers
      ->add_option("-n,--limit", list_options->limit,
                   "at most so many (default 20)")
      ->check(CLI::Range(0, 1000000000));
}

}  // namespace footnote
