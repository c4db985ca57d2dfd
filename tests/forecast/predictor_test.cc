#include "forecast/predictor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
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

TEST(PredictorTest, ContinuesPolynomialsToDegreeTwoExactly) {
  const std::vector<std::function<double(double)>> curves = {
      [](double) { return 42.0; }, [](double t) { return 3 - 0.25 * t; },
      [](double t) { return 1 + 0.5 * t - 0.01 * t * t; }};
  for (size_t degree = 0; degree < curves.size(); ++degree) {
    SCOPED_TRACE("degree " + std::to_string(degree));
    Predictor predictor;
    int t = 0;
    for (; t < 400; ++t) ASSERT_TRUE(predictor.Observe(curves[degree](t)).ok());
    const std::vector<Forecast> next = predictor.Predict(5);
    ASSERT_THAT(next, SizeIs(5));
    for (int h = 0; h < 5; ++h) {
      const double want = curves[degree](t + h);
      EXPECT_NEAR(next[h].value, want, 1e-8 * std::max(1.0, std::fabs(want)));
    }
  }
}

TEST(PredictorTest, BeatsTheLastValueOnSmoothSignals) {
  Predictor predictor;
  for (int t = 0; t < 1000; ++t) {
    ASSERT_TRUE(
        predictor.Observe(std::sin(0.11 * t) + 0.5 * std::cos(0.23 * t)).ok());
  }
  EXPECT_LT(predictor.RelativeError(), 1e-3);
  EXPECT_GT(predictor.choice().order, 2u);
}

TEST(PredictorTest, SaysThatARandomWalkIsNoBetterThanItsLastValue) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  Predictor predictor;
  double value = 0;
  for (int t = 0; t < 3000; ++t) {
    value += normal(random);
    ASSERT_TRUE(predictor.Observe(value).ok());
  }
  EXPECT_GE(predictor.RelativeError(), 0.98);
}

TEST(PredictorTest, IntervalsHoldAsOftenAsAsked) {
  std::mt19937 random(11);
  std::normal_distribution<double> normal;
  PredictorOptions options;
  options.horizon = 4;
  Predictor predictor(options);
  int inside[4] = {};
  int said = 0;
  std::vector<std::vector<Forecast>> past;
  for (int t = 0; t < 6000; ++t) {
    // The noise doubles half way: a fixed interval would fail.
    const double noise = t < 3000 ? 0.1 : 0.2;
    const double value = std::sin(0.07 * t) + noise * normal(random);
    if (t > 1000) {
      ++said;
      for (int h = 1; h <= 4; ++h) {
        const Forecast& forecast = past[past.size() - h][h - 1];
        inside[h - 1] += value >= forecast.low && value <= forecast.high;
      }
    }
    ASSERT_TRUE(predictor.Observe(value).ok());
    past.push_back(predictor.Predict(4));
  }
  for (int h = 0; h < 4; ++h) {
    EXPECT_NEAR(static_cast<double>(inside[h]) / said, 0.9, 0.02) << h;
  }
}

TEST(PredictorTest, BridgesMissingValues) {
  Predictor predictor;
  double t = 0;
  for (int i = 0; i < 600; ++i) {
    const double spacing = i % 7 == 3 ? 2 : 1;
    t += i == 0 ? 0 : spacing;
    ASSERT_TRUE(predictor.Observe(2 * t - 5, spacing).ok());
  }
  EXPECT_NEAR(predictor.Predict(1)[0].value, 2 * (t + 1) - 5, 1e-6);
}

TEST(PredictorTest, ForgetsThePastAtAChangePoint) {
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  Predictor predictor;
  for (int t = 0; t < 500; ++t) {
    ASSERT_TRUE(
        predictor.Observe(std::sin(0.1 * t) + 0.01 * normal(random)).ok());
  }
  EXPECT_EQ(predictor.resets(), 0);
  for (int t = 0; t < 200; ++t) {
    const double jagged = (t % 2 == 0 ? 40 : -40) + 500;
    ASSERT_TRUE(predictor.Observe(jagged).ok());
  }
  EXPECT_GE(predictor.resets(), 1);
}

TEST(PredictorTest, RefusesWhatIsNoNumberAndStaysAsItWas) {
  Predictor predictor;
  EXPECT_THAT(predictor.Predict(3), IsEmpty());
  for (int t = 0; t < 50; ++t) ASSERT_TRUE(predictor.Observe(t).ok());
  const double before = predictor.Predict(1)[0].value;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(predictor.Observe(nan).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(predictor.Observe(1, -2).message()),
              HasSubstr("spacing -2"));
  EXPECT_EQ(predictor.Predict(1)[0].value, before);
}

TEST(PredictorTest, FollowsSamplesThatComeWhenTheyPlease) {
  std::mt19937 random(9);
  Predictor predictor;
  double t = 0;
  double worst = 0;
  for (int i = 0; i < 1500; ++i) {
    const double spacing = 0.5 + (random() % 1024) / 1024.0;
    t += spacing;
    ASSERT_TRUE(predictor.Observe(std::sin(0.1 * t), spacing).ok());
    if (i < 500) continue;
    worst = std::max(worst,
                     std::fabs(predictor.Value(1) - std::sin(0.1 * (t + 1))));
  }
  // The last value would be wrong by up to 0.1.
  EXPECT_LT(worst, 5e-3);
  EXPECT_LT(predictor.RelativeError(), 1e-2);
}

TEST(PredictorTest, RollsOutFurtherThanTheLastValue) {
  PredictorOptions options;
  options.horizon = 10;
  Predictor predictor(options);
  for (int t = 0; t < 1500; ++t) {
    ASSERT_TRUE(predictor.Observe(std::sin(0.05 * t)).ok());
  }
  for (int steps = 1; steps <= 10; ++steps) {
    EXPECT_LT(predictor.RelativeError(steps), 1e-3) << steps;
  }
  EXPECT_NEAR(predictor.Value(10), std::sin(0.05 * 1509), 1e-2);
}

TEST(PredictorTest, StaysFiniteOnHugeSteps) {
  PredictorOptions options;
  options.horizon = 50;
  Predictor predictor(options);
  EXPECT_THAT(std::string(predictor.Observe(1e150).message()),
              HasSubstr("1e+150"));
  for (int t = 0; t < 300; ++t) {
    ASSERT_TRUE(predictor.Observe(t % 3 == 0 ? 1e100 : -1e100).ok());
  }
  for (const Forecast& forecast : predictor.Predict(60)) {
    EXPECT_TRUE(std::isfinite(forecast.value));
  }
}

}  // namespace
}  // namespace footnote
