#include "model/cli_run.h"

#include <stdio.h>

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
#include "model/language_model.h"
#include "model/rounding.h"
#include "model/schedule/engine.h"
#include "model/template/json_value.h"
#include "model/text_stream.h"
#include "model/tokenizer/open.h"

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
  // generate
  std::string prompt;
  DecodeRequest request;
  std::vector<std::string> stops;
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

absl::Status PrintRounding(const RunOptions& options,
                           const CliContext& context) {
  std::vector<int32_t> ids = options.ids;
  if (ids.empty()) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer,
                     OpenTokenizer(options.path));
    if (tokenizer->add_bos() && tokenizer->bos() >= 0) {
      ids.push_back(tokenizer->bos());
    }
    tokenizer->Encode(options.prompt, &ids);
  }
  ASSIGN_OR_RETURN(
      const RoundingReport report,
      MeasureRounding(options.path, ids, ThreadsOf(options.threads)));
  PrintLine(absl::StrFormat(
      context.json ? "{\"positions\":%d,\"error\":%.4g,\"most\":%.4g,"
                     "\"spread\":%.4g,\"same_most_likely\":%d}"
                   : "%d positions: rms error of the logits %.4g, at most "
                     "%.4g; the logits' own spread %.4g; the same most likely "
                     "token at %d",
      report.positions, report.error, report.most, report.spread,
      report.same_most_likely));
  return absl::OkStatus();
}

// All of standard input.
std::string ReadInput() {
  std::string text;
  char part[4096];
  while (const size_t count = fread(part, 1, sizeof(part), stdin)) {
    text.append(part, count);
  }
  return text;
}

absl::Status PrintGeneration(const RunOptions& options,
                             const CliContext& context) {
  EngineOptions engine_options;
  engine_options.threads = options.threads;
  ASSIGN_OR_RETURN(std::unique_ptr<LanguageModel> model,
                   LanguageModel::Open(options.path, engine_options));
  DecodeRequest request = options.request;
  const std::string prompt =
      options.prompt.empty() ? ReadInput() : options.prompt;
  const Tokenizer& tokenizer = model->tokenizer();
  if (tokenizer.add_bos() && tokenizer.bos() >= 0) {
    request.prompt.push_back(tokenizer.bos());
  }
  // The caller wrote the prompt, so control pieces may stand in it.
  tokenizer.EncodePrompt(prompt, {}, &request.prompt);
  TextStream stream(tokenizer, options.stops);
  std::string text;
  const auto show = [&](const std::string& piece) {
    text += piece;
    if (context.json) return;
    fwrite(piece.data(), 1, piece.size(), stdout);
    fflush(stdout);
  };
  request.on_token = [&](const GeneratedToken& token) {
    show(stream.Add(token.id));
    return !stream.stopped();
  };
  ASSIGN_OR_RETURN(const Generation generation,
                   model->engine().Generate(request));
  show(stream.Finish());
  if (!context.json) {
    PrintLine("");
    return absl::OkStatus();
  }
  const std::string ids =
      absl::StrJoin(generation.tokens, ",",
                    [](std::string* out, const GeneratedToken& token) {
                      absl::StrAppend(out, token.id);
                    });
  PrintLine(absl::StrFormat(
      "{\"text\":%s,\"ids\":[%s],\"finish\":\"%s\",\"prompt_tokens\":%d,"
      "\"first_token_seconds\":%.4f,\"seconds\":%.4f,"
      "\"drafted_tokens\":%d,\"accepted_tokens\":%d}",
      JsonString(text), ids, FinishReasonName(generation.finish),
      generation.prompt_tokens, generation.first_token_seconds,
      generation.seconds, generation.drafted_tokens,
      generation.accepted_tokens));
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
  CLI::App* rounding =
      add("rounding",
          "compare with the same weights as floats: what rounding costs",
          [=] { return PrintRounding(*options, *context); });
  rounding->add_option("--ids", options->ids, "token ids: 1,2,3")
      ->delimiter(',');
  rounding->add_option("--prompt", options->prompt, "or a text");
  CLI::App* generate = add("generate", "continue a text",
                           [=] { return PrintGeneration(*options, *context); });
  generate->add_option("--prompt", options->prompt,
                       "the text, control pieces and all (default: standard "
                       "input)");
  generate->add_option("--max-tokens", options->request.max_tokens)
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  Sampling* sampling = &options->request.sampling;
  generate
      ->add_option("--temperature", sampling->temperature,
                   "0: always the most likely token")
      ->capture_default_str();
  generate->add_option("--top-k", sampling->top_k)
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  generate->add_option("--top-p", sampling->top_p)->capture_default_str();
  generate->add_option("--seed", sampling->seed)->capture_default_str();
  generate->add_option("--stop", options->stops, "ends the answer, left out");
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
