#include "forecast/interval.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <random>
#include <utility>
#include <vector>

namespace footnote {
namespace {

TEST(IntervalTest, IsInfiniteUntilItHasSeenEnough) {
  Interval interval(0.9, 100, 1);
  for (size_t i = 0; i + 1 < Interval::kFewest; ++i) {
    interval.Observe(1, interval.half_width());
    EXPECT_TRUE(std::isinf(interval.half_width()));
  }
  interval.Observe(1, interval.half_width());
  EXPECT_EQ(interval.half_width(), 1);
}

TEST(IntervalTest, IsTheQuantileOfTheNewestErrors) {
  Interval interval(0.9, 50, 1);
  std::mt19937 random(3);
  std::vector<double> all;
  for (int i = 0; i < 400; ++i) {
    all.push_back(random() % 17);
    // Nothing was said with it: the level stands still.
    interval.Observe(all.back(), std::numeric_limits<double>::infinity());
    if (all.size() < 50) continue;
    std::vector<double> sorted(all.end() - 50, all.end());
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(interval.half_width(), sorted[45]) << i;  // ceil(.9 * 51) = 46
  }
}

TEST(IntervalTest, HoldsAsOftenAsAskedWhenErrorsGrow) {
  Interval interval(0.9, 100, 1);
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

TEST(IntervalTest, HoldsAsOftenAsAskedWhereErrorsAreKnownLate) {
  constexpr int kSteps = 40;
  Interval interval(0.9, 200, kSteps);
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  std::deque<std::pair<double, double>> due;  // the miss, what was said with it
  int held = 0;
  int said = 0;
  for (int i = 0; i < 8000; ++i) {
    // Errors come in long swings, as those of forecasts far ahead do.
    const double swing = 1 + 0.9 * std::sin(0.02 * i);
    due.emplace_back(std::fabs(normal(random)) * swing, interval.half_width());
    if (due.size() <= kSteps) continue;
    const std::pair<double, double> now = due.front();
    due.pop_front();
    if (i >= 1000) {
      ++said;
      held += now.first <= now.second;
    }
    interval.Observe(now.first, now.second);
  }
  EXPECT_NEAR(static_cast<double>(held) / said, 0.9, 0.02);
}

}  // namespace
}  // namespace footnote
