#include "kernels/draw.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace footnote {
namespace {

TEST(DrawTest, WeightsAreExponentials) {
  EXPECT_EQ(DistanceWeight(0), kWholeWeight);
  for (double x = 0; x > -30.5; x -= 0.00137) {
    // Cut to an integer, and the polynomial's own error.
    const double want = std::exp(x) * kWholeWeight;
    ASSERT_NEAR(DistanceWeight(x), want, 1 + want * 4e-16) << x;
  }
  EXPECT_EQ(DistanceWeight(-32), 0);
  EXPECT_EQ(DistanceWeight(-1e300), 0);
  EXPECT_EQ(DistanceWeight(-std::numeric_limits<double>::infinity()), 0);
}

TEST(DrawTest, AMillionOfTheMostLikelyFit) {
  EXPECT_GT(kWholeWeight << 20, kWholeWeight);
}

TEST(DrawTest, TopPIsReachedByWhatReachesIt) {
  EXPECT_EQ(TopPWeight(0, 100), 1);
  EXPECT_EQ(TopPWeight(.5f, 100), 50);
  EXPECT_EQ(TopPWeight(.5f, 101), 51);
  EXPECT_EQ(TopPWeight(1, 100), 100);
  EXPECT_EQ(TopPWeight(1, kWholeWeight << 20), kWholeWeight << 20);
  EXPECT_EQ(MinPWeight(0), 1);
  EXPECT_EQ(MinPWeight(1), kWholeWeight);
}

TEST(DrawTest, DrawsAreBelowTheWholeAndSpread) {
  int lower = 0;
  for (uint64_t position = 0; position < 10000; ++position) {
    EXPECT_EQ(DrawnWeight(7, position, 1), 0);
    const uint64_t whole = ~uint64_t{0};
    lower += DrawnWeight(7, position, whole) < whole / 2;
    ASSERT_LT(DrawnWeight(7, position, whole), whole);
  }
  EXPECT_NEAR(lower, 5000, 200);
}

TEST(DrawTest, LogitsAreCleaned) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(CleanLogit(std::numeric_limits<float>::quiet_NaN()), NeverLogit());
  EXPECT_EQ(CleanLogit(infinity), std::numeric_limits<float>::max());
  EXPECT_EQ(CleanLogit(-infinity), NeverLogit());
  EXPECT_EQ(CleanLogit(-3), -3);
  EXPECT_EQ(LogitWeight(NeverLogit(), -1e38f, 1e40), 0);
}

}  // namespace
}  // namespace footnote
