#include "storage/half.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace footnote {
namespace {

TEST(HalfTest, EveryHalfSurvivesTheWayThroughFloat) {
  for (uint32_t half = 0; half <= 0xffff; ++half) {
    const float value = FloatFromHalf(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(FloatFromHalf(HalfFromFloat(value))));
    } else {
      ASSERT_EQ(HalfFromFloat(value), half) << value;
    }
  }
}

TEST(HalfTest, RoundsToTheNearestAndTiesToEven) {
  EXPECT_EQ(HalfFromFloat(1.0f), 0x3c00);
  EXPECT_EQ(HalfFromFloat(1.0f + 0x1p-11f), 0x3c00);
  EXPECT_EQ(HalfFromFloat(1.0f + 3 * 0x1p-11f), 0x3c02);
  EXPECT_EQ(HalfFromFloat(1.0f + 0x1.1p-11f), 0x3c01);
  EXPECT_EQ(HalfFromFloat(0x1p-25f), 0);
  EXPECT_EQ(HalfFromFloat(0x1.8p-25f), 1);
}

TEST(HalfTest, BecomesInfiniteBeyondItsRange) {
  EXPECT_EQ(HalfFromFloat(65504.0f), 0x7bff);
  EXPECT_EQ(HalfFromFloat(65519.0f), 0x7bff);
  EXPECT_EQ(HalfFromFloat(65520.0f), 0x7c00);
  EXPECT_EQ(HalfFromFloat(-std::numeric_limits<float>::infinity()), 0xfc00);
}

}  // namespace
}  // namespace footnote
