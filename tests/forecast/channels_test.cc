#include "forecast/channels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>
#include <vector>

namespace footnote {
namespace {

TEST(ChannelsTest, ForecastsEachSeriesByItself) {
  // Not a whole number of blocks.
  const size_t kSeries = 37;
  Channels channels(kSeries);
  const auto f = [](size_t series, int t) {
    return std::sin((0.05 + 0.005 * static_cast<double>(series)) * t);
  };
  std::vector<float> values(kSeries), next(kSeries);
  double wrong = 0, still = 0;
  for (int t = 0; t < 600; ++t) {
    for (size_t i = 0; i < kSeries; ++i) {
      values[i] = static_cast<float>(f(i, t));
    }
    channels.Step(values.data(), next.data());
    if (t < 300) continue;
    for (size_t i = 0; i < kSeries; ++i) {
      const double want = f(i, t + 1);
      wrong += (next[i] - want) * (next[i] - want);
      still += (values[i] - want) * (values[i] - want);
    }
  }
  EXPECT_LT(wrong / still, 1e-4);
}

TEST(ChannelsTest, GivesTheSameFromSeveralThreads) {
  const size_t kSeries = 1000;
  Channels one(kSeries);
  Channels two(kSeries);
  std::vector<float> values(kSeries), a(kSeries), b(kSeries);
  for (int t = 0; t < 60; ++t) {
    for (size_t i = 0; i < kSeries; ++i) {
      values[i] = static_cast<float>(std::cos(0.2 * t + 0.01 * i));
    }
    one.Step(values.data(), a.data());
    two.Begin(values.data());
    std::thread other([&] { two.StepBlocks(0, 20, b.data()); });
    two.StepBlocks(20, two.blocks(), b.data());
    other.join();
    two.End();
    ASSERT_EQ(a, b) << t;
  }
}

TEST(ChannelsTest, BeginsWithTheValueItself) {
  Channels channels(1);
  float value = 5;
  float next = 0;
  channels.Step(&value, &next);
  EXPECT_EQ(next, 5);
  Channels none(0);
  none.Step(nullptr, nullptr);
}

}  // namespace
}  // namespace footnote
