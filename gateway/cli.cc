#include "gateway/cli.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <stdio.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/filter_flags.h"
#include "base/grpc_status.h"
#include "base/model_name.h"
#include "base/status_macros.h"
#include "base/terminal.h"
#include "base/utf8.h"
#include "gateway/channel.h"
#include "gateway/config.h"
#include "gateway/health.h"
#include "gateway/print.h"
#include "proto/footnote/v1/answers.grpc.pb.h"
#include "proto/footnote/v1/audit.grpc.pb.h"

namespace footnote {
namespace {

constexpr size_t kMaxQuestionBytes = 1 << 20;

struct AskOptions {
  std::vector<std::string> words;
  std::string language;
  FilterFlags filter;
  int top_k = 0;
  int max_sentences = 0;
  int max_code_points = 0;
  std::string writer;
  std::string model;
  std::string request_id;
  std::vector<std::string> after;
  std::string safety;
  int tool_steps = 0;
  bool fast = false;
  double timeout_s = 60;
};

std::string ReadStandardInput() {
  std::string text;
  char buffer[4096];
  size_t size;
  while ((size = fread(buffer, 1, sizeof(buffer), stdin)) > 0) {
    text.append(buffer, size);
    if (text.size() > kMaxQuestionBytes) break;
  }
  return std::string(absl::StripAsciiWhitespace(text));
}

std::string QuestionText(const AskOptions& options) {
  const bool from_input = options.words.size() == 1 && options.words[0] == "-";
  return from_input ? ReadStandardInput() : absl::StrJoin(options.words, " ");
}

PrintOptions OptionsOfTerminal() {
  PrintOptions print;
  print.columns = TerminalColumns(STDOUT_FILENO);
  print.colour = WantsColour(STDOUT_FILENO);
  print.isolate = IsTerminal(STDOUT_FILENO);
  return print;
}

// How the model wrote it: the record says.
absl::Status PrintStory(const std::string& answer_id, const PrintOptions& print,
                        const std::shared_ptr<grpc::Channel>& channel) {
  v1::GetRecordRequest get;
  get.set_answer_id(answer_id);
  v1::AnswerRecord record;
  grpc::ClientContext call;
  RETURN_IF_ERROR(FromGrpcStatus(
      v1::Audit::NewStub(channel)->GetRecord(&call, get, &record)));
  fputs(PrintWriting(record.writing(), print).c_str(), stdout);
  return absl::OkStatus();
}

// Documents that say nearly the same as a cited one.
using FoundDuplicates = google::protobuf::RepeatedPtrField<v1::Duplicates>;
void PrintDuplicates(const FoundDuplicates& duplicates) {
  constexpr int kShown = 3;
  for (const v1::Duplicates& one : duplicates) {
    std::vector<std::string> others;
    for (const std::string& document : one.others()) {
      if (others.size() == kShown) break;
      others.push_back(Printable(document));
    }
    std::string line =
        absl::StrCat("nearly the same as ", Printable(one.document()), ": ",
                     absl::StrJoin(others, ", "));
    if (one.others_size() > kShown) {
      absl::StrAppend(&line, " and ", one.others_size() - kShown, " more");
    }
    PrintLine(line);
  }
}

absl::Status RunAsk(const AskOptions& options, CliContext* context) {
  const std::string writer =
      options.model.empty() ? options.writer : UseModel(options.model);
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  const auto answers = v1::Answers::NewStub(channel);
  v1::AskRequest request;
  request.set_collection(context->collection);
  request.set_question(QuestionText(options));
  if (!IsValidUtf8(request.question())) {
    return absl::InvalidArgumentError("question: not UTF-8, want UTF-8");
  }
  request.set_language(options.language);
  FillFilter(options.filter, request.mutable_filter());
  request.set_top_k(options.top_k);
  request.set_max_sentences(options.max_sentences);
  request.set_max_code_points(options.max_code_points);
  request.set_writer(writer);
  request.set_request_id(options.request_id);
  for (const std::string& earlier : options.after) {
    v1::Turn* const turn = request.add_history();
    turn->set_role("user");
    turn->set_content(earlier);
  }
  request.set_max_tool_steps(options.tool_steps);
  request.set_safety_mode(options.safety);
  if (options.fast) request.set_citation_mode(v1::FAST);

  grpc::ClientContext call;
  call.set_deadline(
      absl::ToChronoTime(absl::Now() + absl::Seconds(options.timeout_s)));
  const auto reader = answers->Ask(&call, request);
  v1::AskResponse response;
  v1::Answer answer;
  FoundDuplicates duplicates;
  bool complete = false;
  while (reader->Read(&response)) {
    if (!response.has_completed()) continue;
    answer = std::move(*response.mutable_completed());
    duplicates.Swap(response.mutable_duplicates());
    complete = true;
  }
  RETURN_IF_ERROR(FromGrpcStatus(reader->Finish()));
  if (!complete) {
    return absl::InternalError("ask: the stream ended without an answer");
  }
  if (answer.text().empty()) context->exit_code = kExitAbstained;
  if (context->json) {
    PrintLine(ToPrettyJson(answer));
  } else {
    const PrintOptions print = OptionsOfTerminal();
    fputs(PrintAnswer(answer, print).c_str(), stdout);
    PrintDuplicates(duplicates);
    if (!options.model.empty() && !answer.id().empty()) {
      RETURN_IF_ERROR(PrintStory(answer.id(), print, channel));
    }
  }
  return absl::OkStatus();
}

// gRPC says no more than that time is over.
absl::Status ExplainTime(const absl::Status& status, const AskOptions& options,
                         const CliContext& context) {
  if (!absl::IsDeadlineExceeded(status)) return status;
  return absl::DeadlineExceededError(absl::StrCat(
      context.server.empty() ? "the rooms of this process"
                             : absl::StrCat("server ", context.server),
      ": no answer in ", options.timeout_s,
      " s, want more time (--timeout SECONDS)",
      context.server.empty() ? "" : ", or a server that is less busy"));
}

void AddAsk(CLI::App* app, CliContext* context) {
  auto options = std::make_shared<AskOptions>();
  CLI::App* ask = AddCommand(
      app, context, "ask", "Answer a question, with footnotes",
      [options, context] {
        return ExplainTime(RunAsk(*options, context), *options, *context);
      });

  ask->add_option("question", options->words,
                  "the question; - reads it from standard input")
      ->required();
  ask->add_option("-l,--language", options->language,
                  "the question's language, such as de "
                  "(default: found out)");
  AddFilterFlags(ask, &options->filter);
  ask->add_option("--timeout", options->timeout_s, "seconds (default 60)")
      ->check(CLI::Range(0.001, 86400.0));
  ask->add_option("--top-k", options->top_k,
                  "passages that the writer is given (default 10, at most "
                  "100)");
  ask->add_option("--sentences", options->max_sentences,
                  "at most so many sentences (default 3, at most 10); "
                  "fewer the surer the writer is");
  ask->add_option("--length", options->max_code_points,
                  "best length in characters (default 300)");
  ask->add_option("--writer", options->writer,
                  "who writes (default: the server's first writer)");
  ask->add_option("--model", options->model,
                  "a language model writes: its name in the server's folder "
                  "of models, or the path of one here")
      ->excludes("--writer");
  ask->add_option("--after", options->after,
                  "a question that was asked before this one, oldest first; "
                  "may be given several times")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  ask->add_option("--tools", options->tool_steps,
                  "the model may search again, calculate and forecast before "
                  "it answers: at most so many steps, up to 8")
      ->check(CLI::Range(0, 8));
  ask->add_flag("--fast", options->fast,
                "each sentence of the model is checked as it is written, and "
                "none is revised");
  ask->add_option("--safety", options->safety,
                  "safety mode of the model's template, such as STRICT");
  ask->add_option("--request-id", options->request_id,
                  "makes a repeated call give the first answer again");
  ask->footer(
      "Examples:\n"
      "  footnote ask --collection handbook How do I install a package?\n"
      "  footnote ask --in de,fr --json 'Wie installiere ich ein Paket?'\n"
      "  echo 'что такое apt?' | footnote ask -\n"
      "  footnote ask --after 'How high is the tower?' When was it built?\n"
      "  footnote ask --model NAME --tools 3 How high is it in feet?\n"
      "Exit code 5: no answer, with a reason.");
}

absl::Status RunHealth(
    const std::string& service, CliContext* context,
    const std::function<absl::StatusOr<v1::Config>()>& config) {
  ASSIGN_OR_RETURN(const v1::Config in_force, config());
  const std::string address =
      context->server.empty() ? in_force.listen() : context->server;
  ASSIGN_OR_RETURN(const auto channel, OpenChannel(address, in_force));
  const absl::StatusOr<bool> health =
      IsServing(channel, service, absl::Seconds(5));
  if (absl::IsNotFound(health.status())) {
    return absl::NotFoundError(absl::StrCat(
        "health: ", address, " serves no \"", service,
        "\", want a service such as footnote.v1.Answers, or none for all"));
  }
  ASSIGN_OR_RETURN(const bool serving, health);
  if (!serving) context->exit_code = kExitUnavailable;
  if (context->json) {
    PrintLine(absl::StrCat("{\"server\":\"", address,
                           "\",\"serving\":", serving ? "true" : "false", "}"));
  } else {
    PrintLine(absl::StrCat(address, ": ", serving ? "serving" : "not serving"));
  }
  return absl::OkStatus();
}

absl::Status RunConfigCheck(const std::string& path, CliContext* context) {
  ASSIGN_OR_RETURN(v1::Config config, ReadConfig(path));
  config = WithDefaults(std::move(config));
  RETURN_IF_ERROR(CheckConfig(config));
  PrintLine(context->json ? ToPrettyJson(config) : ConfigText(config));
  return absl::OkStatus();
}

}  // namespace

void RegisterGatewayCommands(
    CLI::App* app, CliContext* context,
    std::function<absl::StatusOr<v1::Config>()> config) {
  AddAsk(app, context);

  auto service = std::make_shared<std::string>();
  CLI::App* health =
      AddCommand(app, context, "health", "Ask a server whether it serves",
                 [=] { return RunHealth(*service, context, config); });
  health->add_option("service", *service,
                     "such as footnote.v1.Answers (default: all)");
  health->footer(
      "Example:\n  footnote health --server localhost:7700\n"
      "Exit code 7: not serving, or no server.");

  CLI::App* group =
      app->add_subcommand("config", "Look at configuration files");
  group->require_subcommand(1);
  group->fallthrough();
  auto path = std::make_shared<std::string>();
  CLI::App* check =
      AddCommand(group, context, "check",
                 "Check a file; print what would be used with the defaults",
                 [=] { return RunConfigCheck(*path, context); });
  check->add_option("file", *path, "a textproto")->required();
  check->footer(
      "Example:\n  footnote config check /etc/footnote/footnote.textproto");
}

}  // namespace footnote
