// How many tokens a second does a decoder read and write on this machine?
//
//   decoder_benchmark MODEL [--threads N] [--prompt N] [--tokens N]
//                     [--sequences N] [--rounds N]
//
// MODEL is a *.gguf file or a folder as Hugging Face has it. Prints lines
// `name: value unit`, the best of the rounds by the wall clock:
//   load      from nothing to the first token after a prompt of 16
//   prefill   one prompt in one step, the logits of its last token
//   decode    one sequence, token by token
//   together  `sequences` at once, tokens of all of them
// The sequences say the same, so their logits must be the same to the bit as
// those of one alone: the program fails if they are not.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "model/decoder/decoder.h"
#include "model/decoder/device.h"
#include "model/weights/model_files.h"

namespace footnote {
namespace {

constexpr int kPagePositions = 16;

struct Options {
  std::string model;
  int threads = 2;
  int prompt = 512;
  int tokens = 64;
  int sequences = 8;
  int rounds = 3;
};

double Seconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Each sequence has pages of its own.
class Stopwatch {
 public:
  static absl::StatusOr<std::unique_ptr<Stopwatch>> Open(
      const Options& options) {
    std::unique_ptr<Stopwatch> watch(new Stopwatch);
    ASSIGN_OR_RETURN(watch->files_, ModelFiles::Open(options.model));
    const int rows = std::max({options.prompt, options.sequences, 16});
    ASSIGN_OR_RETURN(
        watch->decoder_,
        Decoder::Create(*watch->files_, MakeCpuDevice(options.threads), rows,
                        options.sequences));
    const int positions = std::max(options.prompt, options.tokens + 16);
    const int pages = (positions + kPagePositions - 1) / kPagePositions;
    for (int s = 0; s < options.sequences; ++s) {
      std::vector<int32_t> mine;
      for (int p = 0; p < pages; ++p) mine.push_back(s * pages + p);
      watch->pages_.push_back(std::move(mine));
    }
    const size_t kinds = watch->decoder_->shape().windows.size();
    RETURN_IF_ERROR(watch->decoder_->MakePages(
        std::vector<int>(kinds, pages * options.sequences)));
    return watch;
  }

  // `rows` tokens from `position` on, for each of `sequences`; logits of the
  // last of each.
  absl::Span<const float> Step(int sequences, int position, int rows) {
    Batch batch;
    const size_t kinds = decoder_->shape().windows.size();
    for (int s = 0; s < sequences; ++s) {
      SequenceRows sequence;
      sequence.first_row = s * rows;
      sequence.rows = rows;
      sequence.position = position;
      sequence.pages.assign(kinds, pages_[s].data());
      batch.sequences.push_back(sequence);
      for (int r = 0; r < rows; ++r) batch.ids.push_back(Id(position + r));
      batch.logit_rows.push_back(s * rows + rows - 1);
    }
    return decoder_->Forward(batch);
  }

  int vocabulary() const { return decoder_->config().vocabulary; }

 private:
  Stopwatch() = default;
  int32_t Id(int position) const {
    return static_cast<int32_t>((100 + 37 * position) %
                                std::min(vocabulary(), 10000));
  }

  std::unique_ptr<ModelFiles> files_;
  std::unique_ptr<Decoder> decoder_;
  std::vector<std::vector<int32_t>> pages_;
};

absl::Status CheckSequences(const Options& options, Stopwatch* watch) {
  absl::Span<const float> logits = watch->Step(1, 0, 16);
  const std::vector<float> alone(logits.begin(), logits.end());
  for (const float logit : alone) {
    if (!std::isfinite(logit)) {
      return absl::InternalError("a logit is not a number");
    }
  }
  for (int position = 0; position < 16; ++position) {
    logits = watch->Step(options.sequences, position, 1);
  }
  for (int s = 0; s < options.sequences; ++s) {
    if (std::memcmp(alone.data(), logits.data() + s * alone.size(),
                    alone.size() * sizeof(float)) != 0) {
      return absl::InternalError("a sequence among others got other logits");
    }
  }
  return absl::OkStatus();
}

absl::Status Run(const Options& options) {
  const double start = Seconds();
  ASSIGN_OR_RETURN(std::unique_ptr<Stopwatch> watch, Stopwatch::Open(options));
  watch->Step(1, 0, 16);
  std::printf("load: %.2f s\n", Seconds() - start);
  RETURN_IF_ERROR(CheckSequences(options, watch.get()));
  double prefill = 1e9, decode = 1e9, together = 1e9;
  const auto write = [&](int sequences) {
    const double begin = Seconds();
    for (int t = 0; t < options.tokens; ++t) watch->Step(sequences, t, 1);
    return Seconds() - begin;
  };
  for (int round = 0; round < options.rounds; ++round) {
    if (options.prompt > 0) {
      const double begin = Seconds();
      watch->Step(1, 0, options.prompt);
      prefill = std::min(prefill, Seconds() - begin);
    }
    if (options.tokens == 0) continue;
    decode = std::min(decode, write(1));
    if (options.sequences > 1) {
      together = std::min(together, write(options.sequences));
    }
  }
  if (options.prompt > 0) {
    std::printf("prefill: %.1f tokens/s\n", options.prompt / prefill);
  }
  if (options.tokens == 0) return absl::OkStatus();
  std::printf("decode: %.1f tokens/s\n", options.tokens / decode);
  if (options.sequences > 1) {
    std::printf("together: %.1f tokens/s\n",
                options.tokens * options.sequences / together);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) {
  footnote::Options options;
  CLI::App app("How many tokens a second does a decoder read and write?");
  app.add_option("model", options.model, "a .gguf file or a folder")
      ->required();
  app.add_option("--threads", options.threads)->check(CLI::Range(1, 256));
  app.add_option("--prompt", options.prompt, "0: none")
      ->check(CLI::Range(0, 65536));
  app.add_option("--tokens", options.tokens, "0: none")
      ->check(CLI::Range(0, 65536));
  app.add_option("--sequences", options.sequences)->check(CLI::Range(1, 64));
  app.add_option("--rounds", options.rounds)->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = footnote::Run(options);
  if (!status.ok()) {
    std::fprintf(stderr, "decoder_benchmark: %s\n",
                 std::string(status.message()).c_str());
    return 1;
  }
  return 0;
}
