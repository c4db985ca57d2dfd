#include "model/cli_run.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "model/bench.h"
#include "model/golden.h"
#include "model/schedule/engine.h"

namespace footnote {
namespace {

// The largest difference of logits that counts as equal: an engine that
// accumulates in another order reaches 3e-5, any mistake 3e-4 or more.
constexpr double kGoldenTolerance = 1e-4;

struct RunOptions {
  std::string path;
  int threads = 0;
  std::vector<int32_t> ids;
  BenchOptions bench;
};

int ThreadsOf(int threads) {
  return threads > 0 ? threads
                     : static_cast<int>(
                           std::max(1u, std::thread::hardware_concurrency()));
}

absl::Status Golden(const RunOptions& options, const CliContext& context,
                    int* exit_code) {
  ASSIGN_OR_RETURN(const GoldenReport report,
                   CompareGolden(options.path, ThreadsOf(options.threads)));
  const bool equal = report.logits <= kGoldenTolerance &&
                     report.greedy_equal == report.greedy_tokens;
  if (!equal) *exit_code = kExitNotVerified;
  if (context.json) {
    std::vector<std::string> parts;
    for (const auto& [name, difference] : report.differences) {
      parts.push_back(absl::StrFormat("\"%s\":%.3g", name, difference));
    }
    PrintLine(absl::StrFormat(
        "{\"equal\":%s,\"logits\":%.3g,\"greedy_logits\":%.3g,"
        "\"greedy_equal\":%d,\"greedy_tokens\":%d,\"differences\":{%s}}",
        equal ? "true" : "false", report.logits, report.greedy_logits,
        report.greedy_equal, report.greedy_tokens, absl::StrJoin(parts, ",")));
    return absl::OkStatus();
  }
  for (const auto& [name, difference] : report.differences) {
    PrintLine(absl::StrFormat("%-18s %.2e", name, difference));
  }
  PrintLine(absl::StrFormat("%-18s %.2e", "logits", report.logits));
  PrintLine(
      absl::StrFormat("%-18s %.2e", "greedy logits", report.greedy_logits));
  PrintLine(absl::StrFormat("%-18s %d of %d", "greedy ids", report.greedy_equal,
                            report.greedy_tokens));
  PrintLine(equal ? "equal" : "NOT equal");
  return absl::OkStatus();
}

absl::Status PrintLogits(const RunOptions& options, const CliContext& context) {
  EngineOptions engine_options;
  engine_options.threads = options.threads;
  ASSIGN_OR_RETURN(std::unique_ptr<Engine> engine,
                   Engine::Open(options.path, engine_options));
  ASSIGN_OR_RETURN(const std::vector<std::vector<float>> rows,
                   engine->Logits(options.ids));
  std::vector<std::string> lines;
  for (const std::vector<float>& row : rows) {
    // Nine digits give the same float back.
    lines.push_back(absl::StrJoin(row, ",", [](std::string* out, float x) {
      absl::StrAppendFormat(out, "%.9g", x);
    }));
  }
  if (context.json) {
    PrintLine(
        absl::StrCat("{\"logits\":[[", absl::StrJoin(lines, "],["), "]]}"));
    return absl::OkStatus();
  }
  for (const std::string& line : lines) PrintLine(line);
  return absl::OkStatus();
}

absl::Status Bench(const RunOptions& options, const CliContext& context) {
  BenchOptions bench = options.bench;
  bench.threads = options.threads;
  ASSIGN_OR_RETURN(const BenchReport report, RunBench(options.path, bench));
  const std::vector<std::pair<std::string, double>> lines = {
      {"open_seconds", report.open_seconds},
      {"open_to_first_token_seconds",
       report.open_seconds + report.first_token_seconds},
      {"prompt_tokens_per_second", report.prompt_rate},
      {"decode_tokens_per_second", report.decode_rate},
      {"decode_together_tokens_per_second", report.decode_rate_together},
      {"together_over_one", report.decode_rate_together / report.decode_rate},
      {"first_question_seconds", report.first_seconds},
      {"second_question_seconds", report.second_seconds},
      {"second_over_first", report.second_seconds / report.first_seconds},
  };
  if (context.json) {
    PrintLine(absl::StrCat(
        "{",
        absl::StrJoin(lines, ",",
                      [](std::string* out, const auto& line) {
                        absl::StrAppendFormat(out, "\"%s\":%.4g", line.first,
                                              line.second);
                      }),
        "}"));
    return absl::OkStatus();
  }
  for (const auto& [name, value] : lines) {
    PrintLine(absl::StrFormat("%-34s %.4g", name, value));
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterModelRunCommands(CLI::App* model, CliContext* context) {
  auto options = std::make_shared<RunOptions>();
  const auto add = [&](const char* name, const char* help,
                       std::function<absl::Status()> body) {
    CLI::App* command = AddCommand(model, context, name, help, std::move(body));
    command
        ->add_option("path", options->path,
                     "a folder with config.json and safetensors, or a GGUF "
                     "file")
        ->required();
    command
        ->add_option("--compute-threads", options->threads,
                     "threads that compute (default: one per CPU)")
        ->check(CLI::Range(1, 1024));
    return command;
  };
  add("golden",
      "compare with golden.safetensors in the folder; exit status 4 when they "
      "differ",
      [=] { return Golden(*options, *context, &context->exit_code); });
  CLI::App* logits = add("logits", "print the logits of token ids, a line each",
                         [=] { return PrintLogits(*options, *context); });
  logits->add_option("--ids", options->ids, "token ids: 1,2,3")
      ->delimiter(',')
      ->required();
  CLI::App* bench = add("bench", "measure tokens per second",
                        [=] { return Bench(*options, *context); });
  bench->add_option("--prompt", options->bench.prompt, "tokens of a prompt")
      ->check(CLI::Range(32, 100000))
      ->capture_default_str();
  bench->add_option("--tokens", options->bench.tokens, "tokens to decode")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  bench->add_option("--requests", options->bench.requests, "requests at once")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  bench
      ->add_option("--repetitions", options->bench.repetitions,
                   "medians are of these")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
}

}  // namespace footnote
