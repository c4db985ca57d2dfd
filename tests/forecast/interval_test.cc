#include "forecast/interval.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace footnote {
namespace {

TEST(IntervalTest, IsInfiniteUntilItHasSeenEnough) {
  Interval interval(0.9, 100, 0.02);
  for (size_t i = 0; i + 1 < Interval::kFewest; ++i) {
    interval.Observe(1, interval.half_width());
    EXPECT_TRUE(std::isinf(interval.half_width()));
  }
  interval.Observe(1, interval.half_width());
  EXPECT_EQ(interval.half_width(), 1);
}

TEST(IntervalTest, IsTheQuantileOfTheNewestErrors) {
  // The level stands still: what is said always just holds nine of ten.
  Interval interval(0.9, 50, 0);
  std::mt19937 random(3);
  std::vector<double> all;
  for (int i = 0; i < 400; ++i) {
    all.push_back(random() % 17);
    interval.Observe(all.back(), interval.half_width());
    if (all.size() < 50) continue;
    std::vector<double> sorted(all.end() - 50, all.end());
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(interval.half_width(), sorted[45]) << i;  // ceil(.9 * 51) = 46
  }
}

TEST(IntervalTest, HoldsAsOftenAsAskedWhenErrorsGrow) {
  Interval interval(0.9, 100, 0.02);
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  int held = 0;
  int said = 0;
  for (int i = 0; i < 6000; ++i) {
    const double miss = std::fabs(normal(random)) * std::exp(0.004 * i);
    const double half_width = interval.half_width();
    if (i >= 200) {
      ++said;
      held += miss <= half_width;
    }
    interval.Observe(miss, half_width);
  }
  EXPECT_NEAR(static_cast<double>(held) / said, 0.9, 0.02);
}

}  // namespace
}  // namespace footnote
