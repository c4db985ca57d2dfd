#include "forecast/forecaster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace footnote {
namespace {

using ::testing::HasSubstr;

constexpr double kPi = 3.14159265358979323846;

// Growth times a season of twelve, as shops and airlines have it.
double Sales(int month) {
  return 100 * std::exp(0.01 * month) *
         (1 + 0.3 * std::sin(2 * kPi * month / 12.0));
}

TEST(ForecasterTest, FollowsASeasonThatTheCalendarSuggests) {
  ForecasterOptions options;
  options.horizon = 12;
  options.seasons = {12};
  Forecaster forecaster(options);
  for (int t = 0; t < 120; ++t) {
    ASSERT_TRUE(forecaster.Observe(Sales(t)).ok());
  }
  for (int h = 1; h <= 12; ++h) {
    EXPECT_NEAR(forecaster.Next()[h - 1].value / Sales(119 + h), 1, 0.02) << h;
  }
  EXPECT_LT(forecaster.RelativeError(1), 0.05);
}

TEST(ForecasterTest, FindsASeasonThatNobodyNamed) {
  ForecasterOptions options;
  options.horizon = 17;
  Forecaster forecaster(options);
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  const auto f = [](int t) {
    return t % 17 == 0 ? 10.0 : t % 17 < 6 ? 3.0 : 0.0;
  };
  for (int t = 0; t < 400; ++t) {
    ASSERT_TRUE(forecaster.Observe(f(t) + 0.1 * normal(random)).ok());
  }
  for (int h = 1; h <= 17; ++h) {
    EXPECT_NEAR(forecaster.Next()[h - 1].value, f(399 + h), 1.0) << h;
  }
  EXPECT_THAT(forecaster.Model(5), HasSubstr("17 samples"));
}

TEST(ForecasterTest, KeepsTheSeasonOverMissingValues) {
  ForecasterOptions options;
  options.horizon = 12;
  options.seasons = {12};
  Forecaster forecaster(options);
  double gap = 1;
  for (int t = 0; t < 240; ++t) {
    if (t % 29 == 3) {
      ++gap;
      continue;
    }
    ASSERT_TRUE(forecaster.Observe(Sales(t), gap).ok());
    gap = 1;
  }
  for (int h = 1; h <= 12; ++h) {
    EXPECT_NEAR(forecaster.Next()[h - 1].value / Sales(239 + h), 1, 0.05) << h;
  }
}

TEST(ForecasterTest, IsNoBetterThanTheLastValueOfARandomWalk) {
  Forecaster forecaster{ForecasterOptions()};
  std::mt19937 random(4);
  std::normal_distribution<double> normal;
  double value = 100;
  int held = 0;
  for (int t = 0; t < 2000; ++t) {
    value += normal(random);
    if (t >= 500) {
      held += value >= forecaster.Next()[0].low &&
              value <= forecaster.Next()[0].high;
    }
    ASSERT_TRUE(forecaster.Observe(value).ok());
  }
  EXPECT_NEAR(forecaster.RelativeError(1), 1, 0.1);
  EXPECT_NEAR(held / 1500.0, 0.9, 0.02);
}

TEST(ForecasterTest, TakesValuesOfEverySignAndSpacing) {
  ForecasterOptions options;
  options.horizon = 3;
  options.seasons = {4, 7, 12, 24, 1, 9999};
  Forecaster forecaster(options);
  EXPECT_TRUE(forecaster.Next().empty());
  std::mt19937 random(5);
  for (int t = 0; t < 6000; ++t) {
    const double value = t < 50 ? 1 + t : static_cast<double>(random() % 7) - 3;
    const double spacing = t == 3000 ? 1.5 : t == 4000 ? 1e6 : 1 + t % 3;
    ASSERT_TRUE(forecaster.Observe(value, spacing).ok());
    ASSERT_EQ(forecaster.Next().size(), 3u);
    for (const Forecast& next : forecaster.Next()) {
      ASSERT_TRUE(std::isfinite(next.value)) << t;
    }
  }
  EXPECT_THAT(std::string(forecaster.Observe(std::nan("")).message()),
              HasSubstr("nan"));
  EXPECT_FALSE(forecaster.Observe(1, 0).ok());
}

}  // namespace
}  // namespace footnote
