#include "forecast/coupled.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

ForecasterOptions Plain(int horizon) {
  ForecasterOptions options;
  options.horizon = horizon;
  options.find_seasons = false;
  return options;
}

// A leader, and a follower that does a step later what the leader did.
struct Pair {
  std::vector<double> leader, follower;
};

Pair LeaderAndFollower(int samples) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  Pair pair;
  double leader = 0;
  double before = 0;
  for (int t = 0; t < samples; ++t) {
    before = leader;
    leader = 0.6 * leader + normal(random);
    pair.leader.push_back(leader);
    pair.follower.push_back(before + 0.05 * normal(random));
  }
  return pair;
}

TEST(CoupledTest, HearsTheSeriesThatLeads) {
  const Pair pair = LeaderAndFollower(1500);
  CoupledForecaster forecaster(2, Plain(1));
  double joint = 0;
  double alone = 0;
  for (size_t t = 0; t + 1 < pair.leader.size(); ++t) {
    ASSERT_TRUE(forecaster.Observe({pair.follower[t], pair.leader[t]}).ok());
    if (t < 500) continue;
    const double next = pair.follower[t + 1];
    joint += std::pow(forecaster.Next(0)[0].value - next, 2);
    alone += std::pow(forecaster.Alone(0).Next()[0].value - next, 2);
  }
  // What the leader does is all but known; the follower alone is not.
  EXPECT_LT(joint, 0.05 * alone);
  EXPECT_TRUE(forecaster.Driven(0, 1));
}

TEST(CoupledTest, IsTheSeriesAloneWhereNothingDrivesIt) {
  std::mt19937 random(4);
  std::normal_distribution<double> normal;
  CoupledForecaster coupled(2, Plain(3));
  Forecaster alone(Plain(3));
  double walk = 0;
  int driven = 0;
  for (int t = 0; t < 800; ++t) {
    const double value = std::sin(0.1 * t);
    walk += normal(random);
    ASSERT_TRUE(coupled.Observe({value, walk}).ok());
    ASSERT_TRUE(alone.Observe(value).ok());
    driven += coupled.Driven(0, 1);
    ASSERT_THAT(coupled.Next(0), SizeIs(3));
    if (!coupled.Driven(0, 3)) {
      EXPECT_EQ(coupled.Next(0)[2].value, alone.Next()[2].value) << t;
    }
  }
  EXPECT_EQ(driven, 0);
}

TEST(CoupledTest, IntervalsOfDrivenForecastsHoldAsOftenAsAsked) {
  const Pair pair = LeaderAndFollower(4000);
  CoupledForecaster forecaster(2, Plain(2));
  int held = 0;
  int said = 0;
  double width = 0;
  for (size_t t = 0; t + 1 < pair.leader.size(); ++t) {
    ASSERT_TRUE(forecaster.Observe({pair.follower[t], pair.leader[t]}).ok());
    if (t < 500) continue;
    const Forecast& next = forecaster.Next(0)[0];
    ++said;
    held +=
        pair.follower[t + 1] >= next.low && pair.follower[t + 1] <= next.high;
    width += next.high - next.low;
  }
  EXPECT_NEAR(static_cast<double>(held) / said, 0.9, 0.02);
  // As narrow as the follower's own noise allows.
  EXPECT_LT(width / said, 2 * 1.645 * 0.05 * 1.5);
}

TEST(CoupledTest, GoesOnAfterGapsAndChangePoints) {
  const Pair pair = LeaderAndFollower(1200);
  CoupledForecaster forecaster(2, Plain(4));
  for (size_t t = 0; t < pair.leader.size(); ++t) {
    const double shift = t < 600 ? 0 : 1e4;
    const double spacing = t % 97 == 5 ? 2 : 1;
    ASSERT_TRUE(
        forecaster.Observe({pair.follower[t] + shift, pair.leader[t]}, spacing)
            .ok());
    for (const Forecast& next : forecaster.Next(0)) {
      ASSERT_TRUE(std::isfinite(next.value)) << t;
    }
  }
  EXPECT_NEAR(forecaster.Next(0)[0].value, 1e4, 10);
}

TEST(CoupledTest, KeepsSeriesThatStandStillOrAreTheSame) {
  CoupledForecaster forecaster(3, Plain(2));
  for (int t = 0; t < 400; ++t) {
    const double value = std::sin(0.2 * t);
    ASSERT_TRUE(forecaster.Observe({value, value, 7}).ok());
  }
  EXPECT_NEAR(forecaster.Next(0)[0].value, std::sin(0.2 * 400), 1e-3);
  EXPECT_EQ(forecaster.Next(2)[1].value, 7);
}

TEST(CoupledTest, NamesTheSeriesWhoseValueIsNoneAndStaysAsItWas) {
  CoupledForecaster forecaster(2, Plain(1));
  EXPECT_THAT(forecaster.Next(0), IsEmpty());
  for (int t = 0; t < 50; ++t) {
    ASSERT_TRUE(forecaster.Observe({1.0 * t, 2.0 * t}).ok());
  }
  const double before = forecaster.Next(0)[0].value;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(std::string(forecaster.Observe({50, nan}).message()),
              HasSubstr("series 2: value nan"));
  EXPECT_EQ(forecaster.Observe({50, 100}, 0).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(forecaster.Next(0)[0].value, before);
  EXPECT_EQ(forecaster.Alone(0).observed(), 50);
}

}  // namespace
}  // namespace footnote
