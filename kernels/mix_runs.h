// Hashes of runs of numbers, such as the words of a text.
//
// Pure, safe from many threads, any alignment. Every instruction set gives the
// same bits, and so does every version: signatures of documents are stored.
#ifndef FOOTNOTE_KERNELS_MIX_RUNS_H_
#define FOOTNOTE_KERNELS_MIX_RUNS_H_

#include <cstddef>
#include <cstdint>

namespace footnote {

enum class Isa;

// Numbers of a run.
constexpr size_t kMixedRun = 4;

// out[i] is the hash of numbers[i] to numbers[i + 3], for each i < runs: from
// 0, each number is added to 31 times what was before and the sum goes through
// the finaliser of MurmurHash3, after which every bit depends on every bit.
// `numbers` and `out` do not overlap.
using MixRunsKernel = void (*)(const uint64_t* numbers, size_t runs,
                               uint64_t* out);

// That of the instruction set in use.
MixRunsKernel MixRuns();

// REQUIRES: this machine can run `isa`.
MixRunsKernel MixRunsKernelFor(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_MIX_RUNS_H_
