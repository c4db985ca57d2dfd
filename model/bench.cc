#include "model/bench.h"

#include <algorithm>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "model/schedule/engine.h"

namespace footnote {
namespace {

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double Since(absl::Time start) {
  return absl::ToDoubleSeconds(absl::Now() - start);
}

std::vector<int32_t> RandomIds(int count, int vocabulary, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<int32_t> ids(count);
  for (int32_t& id : ids) id = static_cast<int32_t>(random() % vocabulary);
  return ids;
}

DecodeRequest Request(std::vector<int32_t> prompt, int tokens) {
  DecodeRequest request;
  request.prompt = std::move(prompt);
  request.max_tokens = tokens;
  request.ignore_model_ends = true;
  request.speculate = false;
  return request;
}

}  // namespace

absl::StatusOr<BenchReport> RunBench(const std::string& path,
                                     const BenchOptions& options) {
  BenchReport report;
  EngineOptions engine_options;
  engine_options.threads = options.threads;
  absl::Time start = absl::Now();
  ASSIGN_OR_RETURN(std::unique_ptr<Engine> engine,
                   Engine::Open(path, engine_options));
  report.open_seconds = Since(start);
  const int vocabulary = engine->config().vocabulary;
  uint32_t seed = 1;
  const auto prompt = [&](int count) {
    return RandomIds(count, vocabulary, ++seed);
  };
  ASSIGN_OR_RETURN(const Generation warm,
                   engine->Generate(Request(prompt(16), 1)));
  report.first_token_seconds = warm.first_token_seconds;

  std::vector<double> prompts;
  std::vector<double> decodes;
  std::vector<double> together;
  std::vector<double> seconds;
  for (int i = 0; i < options.repetitions; ++i) {
    const std::vector<int32_t> ids = prompt(options.prompt);
    ASSIGN_OR_RETURN(const Generation one, engine->Generate(Request(ids, 1)));
    prompts.push_back(one.first_token_seconds);
    std::vector<int32_t> next = ids;
    const std::vector<int32_t> end = prompt(16);
    std::copy(end.begin(), end.end(), next.end() - 16);
    ASSIGN_OR_RETURN(const Generation two, engine->Generate(Request(next, 1)));
    seconds.push_back(two.first_token_seconds);

    ASSIGN_OR_RETURN(const Generation long_one,
                     engine->Generate(Request(prompt(16), options.tokens + 1)));
    decodes.push_back(options.tokens /
                      (long_one.seconds - long_one.first_token_seconds));

    // All together; their prompts are short, and counted.
    start = absl::Now();
    std::vector<std::shared_ptr<Ticket>> tickets;
    for (int r = 0; r < options.requests; ++r) {
      ASSIGN_OR_RETURN(std::shared_ptr<Ticket> ticket,
                       engine->Submit(Request(prompt(16), options.tokens + 1)));
      tickets.push_back(std::move(ticket));
    }
    double first = 0;
    for (const std::shared_ptr<Ticket>& ticket : tickets) {
      ASSIGN_OR_RETURN(const Generation generation, ticket->Wait());
      first = std::max(first, generation.first_token_seconds);
    }
    together.push_back(options.requests * options.tokens /
                       (Since(start) - first));
  }
  report.first_seconds = Median(prompts);
  report.second_seconds = Median(seconds);
  report.prompt_rate = options.prompt / report.first_seconds;
  report.decode_rate = Median(decodes);
  report.decode_rate_together = Median(together);
  return report;
}

}  // namespace footnote
