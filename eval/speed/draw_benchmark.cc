// How long does the CPU take to choose a token from its logits?
//
//   draw_benchmark [--vocabulary N] [--draws N] [--rounds N]
//
// Needs no model: the logits are normal ones, of deviation 4, about as a
// language model gives them. Prints lines `name: value us`, the time of one
// choice, the best of the rounds by the processor's clock:
//   greedy    the most likely
//   all       a draw from all, at temperature 1
//   top_p     from those that reach .95
//   top_k     from the 40 most likely
//   min_p     from those at least .05 times as likely as the first
//   together  top_k, then top_p, then min_p
//   logprobs  the most likely and the log-probabilities of 5
// and `tokens`, a number made of all tokens chosen: the same for the same
// draws.
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "model/decoder/request.h"
#include "model/schedule/sampler.h"

namespace footnote {
namespace {

struct Options {
  int vocabulary = 262144;
  int draws = 20;
  int rounds = 5;
};

double ProcessorSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * now.tv_nsec;
}

// Box and Muller's, of numbers that are the same everywhere.
std::vector<float> NormalLogits(int vocabulary) {
  std::vector<float> logits(vocabulary);
  uint64_t state = 1;
  const auto uniform = [&state] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<double>((state >> 11) + 1) * 0x1p-53;
  };
  for (float& logit : logits) {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    logit = static_cast<float>(4 * radius * std::cos(6.283185307 * uniform()));
  }
  return logits;
}

void Measure(const char* name, const Options& options,
             const std::vector<float>& logits, const DecodeRequest& request,
             uint64_t* tokens) {
  Sampler sampler(request, options.vocabulary);
  double best = 1e9;
  for (int round = 0; round < options.rounds; ++round) {
    const double begin = ProcessorSeconds();
    for (int draw = 0; draw < options.draws; ++draw) {
      GeneratedToken token;
      sampler.Choose(logits, round * options.draws + draw, &token);
      *tokens = *tokens * 1099511628211u + static_cast<uint64_t>(token.id);
    }
    best = std::min(best, (ProcessorSeconds() - begin) / options.draws);
  }
  std::printf("%s: %.0f us\n", name, best * 1e6);
}

void Run(const Options& options) {
  const std::vector<float> logits = NormalLogits(options.vocabulary);
  uint64_t tokens = 0;
  DecodeRequest greedy;
  Measure("greedy", options, logits, greedy, &tokens);
  DecodeRequest all;
  all.sampling.temperature = 1;
  Measure("all", options, logits, all, &tokens);
  DecodeRequest top_p = all;
  top_p.sampling.top_p = .95f;
  Measure("top_p", options, logits, top_p, &tokens);
  DecodeRequest top_k = all;
  top_k.sampling.top_k = 40;
  Measure("top_k", options, logits, top_k, &tokens);
  DecodeRequest min_p = all;
  min_p.sampling.min_p = .05f;
  Measure("min_p", options, logits, min_p, &tokens);
  DecodeRequest together = top_k;
  together.sampling.top_p = .95f;
  together.sampling.min_p = .05f;
  Measure("together", options, logits, together, &tokens);
  DecodeRequest logprobs;
  logprobs.logprobs = 5;
  Measure("logprobs", options, logits, logprobs, &tokens);
  std::printf("tokens: %016" PRIx64 "\n", tokens);
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) {
  footnote::Options options;
  CLI::App app("How long does the CPU take to choose a token?");
  app.add_option("--vocabulary", options.vocabulary)
      ->check(CLI::Range(1, 1 << 20));
  app.add_option("--draws", options.draws)->check(CLI::Range(1, 1000000));
  app.add_option("--rounds", options.rounds)->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);
  footnote::Run(options);
  return 0;
}
