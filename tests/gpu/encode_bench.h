// The sentence encoder's part that runs on a device, with weights that are
// nobody's.
#ifndef FOOTNOTE_TESTS_GPU_ENCODE_BENCH_H_
#define FOOTNOTE_TESTS_GPU_ENCODE_BENCH_H_

#include <string>

namespace footnote {

struct EncodeTime {
  std::string why;          // empty, or what went wrong
  double milliseconds = 0;  // the better of the runs
  double operations = 0;    // products and sums of 8 bits
};

// One batch of `texts` texts of `tokens` tokens each, from tokens in the host's
// memory to sums there (model/encoder/use_cuda.h).
EncodeTime TimeEncode(int texts, int tokens, int runs);

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_GPU_ENCODE_BENCH_H_
