// A decoder's steps with weights that are nobody's, kernel by kernel as
// model/decoder/device_cuda.cc starts them, in one graph a step.
#ifndef FOOTNOTE_TESTS_GPU_DECODE_BENCH_H_
#define FOOTNOTE_TESTS_GPU_DECODE_BENCH_H_

#include <cstdint>
#include <memory>
#include <string>

#include "kernels/cuda/layout.h"

namespace footnote {
namespace cuda {

struct DecoderShape {
  const char* name;
  int layers;
  int hidden;
  int heads;
  int kv_heads;
  int head_size;
  int intermediate;
  int vocabulary;
  int window;  // of three layers in four
};

inline constexpr DecoderShape kR7b = {"Command R7B", 32,    4096,   32,  8,
                                      128,           14336, 256000, 4096};
inline constexpr DecoderShape kCommandA = {"Command A", 64,    12288,  96,  8,
                                           128,         36864, 256000, 4096};
// For the emulator.
inline constexpr DecoderShape kTiny = {"tiny", 4, 64, 4, 2, 32, 96, 300, 48};

struct StepTime {
  bool fits = false;        // else: not enough memory
  double milliseconds = 0;  // the median of the steps
  double bytes = 0;         // that a step must read: weights, keys, values
};

// One step of `sequences` sequences, each the position `context` of its own
// and `guesses` before it, to tokens that are chosen on the device; `steps`
// times.
StepTime TimeDecode(const DecoderShape& shape, WeightKind kind, int sequences,
                    int context, int guesses, int steps);

// The first token of a prompt: chunks of `chunk` rows, then the choice;
// positions before `cached` are there already. By mma.sync, or by `wgmma`.
StepTime TimePrompt(const DecoderShape& shape, WeightKind kind, bool wgmma,
                    int prompt, int cached, int chunk, int steps);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_TESTS_GPU_DECODE_BENCH_H_
