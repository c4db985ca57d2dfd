// How fast a model runs here.
#ifndef FOOTNOTE_MODEL_BENCH_H_
#define FOOTNOTE_MODEL_BENCH_H_

#include <string>

#include "absl/status/statusor.h"

namespace footnote {

struct BenchOptions {
  int threads = 0;
  int prompt = 512;     // tokens of the prompt
  int tokens = 64;      // tokens decoded
  int requests = 8;     // at once
  int repetitions = 3;  // medians are of these
};

struct BenchReport {
  double open_seconds = 0;          // from the path to an engine
  double first_token_seconds = 0;   // of a prompt of 16 tokens after that
  double prompt_rate = 0;           // tokens a second, one request
  double decode_rate = 0;           // tokens a second, one request
  double decode_rate_together = 0;  // of all requests at once, in sum
  double first_seconds = 0;         // to the first token of a prompt, and
  double second_seconds = 0;  // of another with the same beginning: the last
                              // 16 tokens differ
};

// Prompts are random tokens; nothing is guessed from repetitions.
absl::StatusOr<BenchReport> RunBench(const std::string& path,
                                     const BenchOptions& options);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_BENCH_H_
