#include "kernels/scan_pq4.h"

#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"

namespace footnote {
namespace {

std::vector<uint8_t> RandomBytes(size_t n, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<uint8_t> bytes(n);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

TEST(ScanPq4Test, GivesTheSameSumsOnEveryInstructionSet) {
  for (size_t pairs : {1, 2, 3, 16, 47, 64, 128}) {
    for (size_t blocks : {0, 1, 2, 5}) {
      const auto codes = RandomBytes(blocks * pairs * 32 + 1, 1);
      const auto tables = RandomBytes(pairs * 32 + 1, 2);
      std::vector<uint16_t> want(blocks * kPq4Block);
      ScanPq4For(Isa::kScalar)(codes.data() + 1, tables.data() + 1, pairs,
                               blocks, want.data());
      for (Isa isa : kAllIsas) {
        if (!IsaIsSupported(isa)) continue;
        std::vector<uint16_t> got(want.size() + 1, 4321);
        ScanPq4For(isa)(codes.data() + 1, tables.data() + 1, pairs, blocks,
                        got.data());
        EXPECT_EQ(got.back(), 4321) << IsaName(isa);
        got.pop_back();
        EXPECT_EQ(got, want) << IsaName(isa) << " pairs " << pairs;
      }
    }
  }
}

TEST(ScanPq4Test, HoldsTheLargestSum) {
  const std::vector<uint8_t> codes(128 * 32, 0xF0);
  const std::vector<uint8_t> tables(128 * 32, 255);
  for (Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    std::vector<uint16_t> got(kPq4Block);
    ScanPq4For(isa)(codes.data(), tables.data(), 128, 1, got.data());
    EXPECT_EQ(got, std::vector<uint16_t>(kPq4Block, 65280)) << IsaName(isa);
  }
}

}  // namespace
}  // namespace footnote
