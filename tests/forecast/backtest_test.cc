#include "forecast/backtest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(BacktestTest, ScoresForecastsAsTheyWereMade) {
  std::vector<Sample> samples;
  for (int t = 0; t < 300; ++t) {
    samples.push_back({10 + std::sin(0.1 * t), 1});
  }
  ForecasterOptions options;
  options.horizon = 4;
  const absl::StatusOr<BacktestResult> result = Backtest(samples, options);
  ASSERT_TRUE(result.ok());
  ASSERT_THAT(result->errors, SizeIs(4));
  EXPECT_EQ(result->errors[0].forecasts, 150);
  EXPECT_EQ(result->errors[3].forecasts, 147);
  EXPECT_FALSE(result->errors[0].last_value_is_better());
  EXPECT_LT(result->errors[0].rmse, 1e-3);
  EXPECT_NEAR(result->errors[0].last_value_rmse, 0.1 / std::sqrt(2), 0.01);
  // The same forecasts, made by hand.
  Forecaster forecaster(options);
  double sum = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    if (i >= 150) {
      const double miss = forecaster.Next()[0].value - samples[i].value;
      sum += miss * miss;
    }
    ASSERT_TRUE(forecaster.Observe(samples[i].value).ok());
  }
  EXPECT_DOUBLE_EQ(result->errors[0].rmse, std::sqrt(sum / 150));
  EXPECT_EQ(result->next[3].value, forecaster.Next()[3].value);
}

TEST(BacktestTest, SaysWhereTheLastValueIsAsGood) {
  std::mt19937 random(2);
  std::normal_distribution<double> normal;
  std::vector<Sample> samples;
  double value = 0;
  for (int t = 0; t < 600; ++t) samples.push_back({value += normal(random), 1});
  const auto result = Backtest(samples, ForecasterOptions());
  ASSERT_TRUE(result.ok());
  EXPECT_NEAR(result->errors[0].rmse / result->errors[0].last_value_rmse, 1,
              0.05);
  EXPECT_NEAR(result->errors[0].last_value_half_width, 1.645, 0.25);
}

TEST(BacktestTest, SkipsForecastsOfMissingValues) {
  std::vector<Sample> samples;
  for (int t = 0; t < 40; ++t)
    samples.push_back({1.0 * t, t == 30 ? 3.0 : 1.0});
  ForecasterOptions options;
  options.horizon = 3;
  const auto result = Backtest(samples, options);
  ASSERT_TRUE(result.ok());
  ASSERT_THAT(result->errors, SizeIs(3));
  // 20 values after the first half; the 31st has no value one step before, nor
  // those after it three steps before.
  EXPECT_EQ(result->errors[0].forecasts, 19);
  EXPECT_EQ(result->errors[2].forecasts, 16);
}

TEST(BacktestTest, NamesTheSampleThatIsNone) {
  const auto result =
      Backtest({{1, 1}, {std::nan(""), 1}}, ForecasterOptions());
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("sample 2"));
}

TEST(BacktestTest, SaysWhatTheSeriesAloneWouldHaveErred) {
  std::mt19937 random(6);
  std::normal_distribution<double> normal;
  std::vector<Sample> samples;
  std::vector<double> leader;
  double value = 0;
  for (int t = 0; t < 900; ++t) {
    samples.push_back({value, 1});
    leader.push_back(value = normal(random));
  }
  const auto result = Backtest(samples, ForecasterOptions(), {leader});
  ASSERT_TRUE(result.ok());
  EXPECT_GT(result->errors[0].alone_rmse, 0.9);
  EXPECT_LT(result->errors[0].rmse, 0.1);
  EXPECT_THAT(result->model, HasSubstr("corrected by the other series"));
  // The leader says nothing of what comes after the next value.
  EXPECT_NEAR(result->next[0].value, leader.back(), 0.2);
}

TEST(BacktestTest, RefusesOtherSeriesThatDoNotFit) {
  const std::vector<Sample> samples(20, Sample{1, 1});
  EXPECT_THAT(
      std::string(
          Backtest(samples, {}, {std::vector<double>(19)}).status().message()),
      HasSubstr("other series 1: 19 values"));
  const std::vector<std::vector<double>> many(8, std::vector<double>(20));
  EXPECT_THAT(std::string(Backtest(samples, {}, many).status().message()),
              HasSubstr("8 other series, want at most 7"));
}

}  // namespace
}  // namespace footnote
