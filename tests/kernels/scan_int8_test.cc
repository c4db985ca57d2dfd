#include "kernels/scan_int8.h"

#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"

namespace footnote {
namespace {

std::vector<int8_t> RandomCodes(size_t n, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> value(-127, 127);
  std::vector<int8_t> codes(n);
  for (int8_t& code : codes) code = static_cast<int8_t>(value(random));
  return codes;
}

TEST(ScanInt8Test, GivesTheSameIntegersOnEveryInstructionSet) {
  for (size_t stride : {64, 128, 384, 512, 1024}) {
    for (size_t rows : {0, 1, 2, 3, 4, 5, 7, 64, 129}) {
      // One byte more, to start on an odd address too.
      const auto codes = RandomCodes(stride * rows + 1, 7);
      const auto query = RandomCodes(stride, 11);
      std::vector<int32_t> want(rows);
      ScanInt8For(Isa::kScalar)(query.data(), codes.data() + 1, stride, rows,
                                want.data());
      for (Isa isa : kAllIsas) {
        if (!IsaIsSupported(isa)) continue;
        // A fence on either side shows a write beyond the rows.
        std::vector<int32_t> got(rows + 2, 123);
        ScanInt8For(isa)(query.data(), codes.data() + 1, stride, rows,
                         got.data() + 1);
        EXPECT_EQ(got.front(), 123);
        EXPECT_EQ(got.back(), 123);
        for (size_t i = 0; i < rows; ++i) {
          ASSERT_EQ(got[i + 1], want[i]) << IsaName(isa) << " row " << i;
        }
      }
    }
  }
}

TEST(ScanInt8Test, DoesNotOverflowAtTheExtremes) {
  const size_t stride = 1024;
  for (int a : {-127, 127}) {
    for (int b : {-127, 127}) {
      const std::vector<int8_t> query(stride, static_cast<int8_t>(a));
      const std::vector<int8_t> codes(stride * 5, static_cast<int8_t>(b));
      for (Isa isa : kAllIsas) {
        if (!IsaIsSupported(isa)) continue;
        std::vector<int32_t> got(5);
        ScanInt8For(isa)(query.data(), codes.data(), stride, 5, got.data());
        for (int32_t value : got) {
          EXPECT_EQ(value, a * b * static_cast<int32_t>(stride))
              << IsaName(isa);
        }
      }
    }
  }
}

}  // namespace
}  // namespace footnote
