#include "kernels/mix_runs.h"

#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"

namespace footnote {
namespace {

uint64_t Finalise(uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccd;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53;
  return x ^ (x >> 33);
}

std::vector<uint64_t> Numbers(size_t count) {
  std::mt19937_64 random(1);
  std::vector<uint64_t> numbers(count);
  for (uint64_t& number : numbers) number = random();
  return numbers;
}

TEST(MixRunsTest, EveryInstructionSetGivesWhatTheHeaderSays) {
  const std::vector<uint64_t> numbers = Numbers(300);
  std::vector<uint64_t> want;
  for (size_t i = 0; i + kMixedRun <= numbers.size(); ++i) {
    uint64_t run = 0;
    for (size_t j = 0; j < kMixedRun; ++j) {
      run = Finalise(run * 31 + numbers[i + j]);
    }
    want.push_back(run);
  }
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    for (const size_t runs : {0, 1, 2, 7, 8, 9, 31, 64, 65, 296}) {
      for (const size_t begin : {0, 1}) {
        std::vector<uint64_t> got(runs + 1, 7);
        MixRunsKernelFor(isa)(numbers.data() + begin, runs, got.data());
        EXPECT_EQ(got[runs], 7) << "written behind the last";
        got.pop_back();
        EXPECT_EQ(got, std::vector<uint64_t>(want.begin() + begin,
                                             want.begin() + begin + runs))
            << IsaName(isa) << ", " << runs << " runs from " << begin;
      }
    }
  }
}

// Stored signatures were made of it.
TEST(MixRunsTest, HashesOfTodayAreThoseOfYesterday) {
  const uint64_t numbers[] = {1, 2, 3, 4, 5};
  uint64_t out[2];
  MixRuns()(numbers, 2, out);
  EXPECT_EQ(out[0], 0xf8d2d568306f88e9);
  EXPECT_EQ(out[1], 0x7020a474f71a37df);
}

}  // namespace
}  // namespace footnote
