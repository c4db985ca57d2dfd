#include "model/quantise/blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace footnote {
namespace {

constexpr size_t kCount = 256 * 64;

std::vector<float> Uniform(float low, float high) {
  std::mt19937 random(7);
  std::vector<float> numbers(kCount);
  for (float& number : numbers) {
    number = low + (high - low) * static_cast<float>(random() % 100001) / 1e5f;
  }
  return numbers;
}

// Sums of twelve, as weights are spread.
std::vector<float> Bell(float size) {
  std::mt19937 random(11);
  std::vector<float> numbers(kCount);
  for (float& number : numbers) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) {
      sum += static_cast<double>(random()) / 4294967296.0;
    }
    number = size * static_cast<float>(sum);
  }
  return numbers;
}

std::vector<float> ThereAndBack(QuantType type,
                                const std::vector<float>& numbers) {
  std::string bytes(QuantRowBytes(type, numbers.size()), '\x5a');
  EXPECT_TRUE(QuantiseNumbers(type, numbers.data(), numbers.size(), &bytes[0]));
  std::vector<float> back(numbers.size());
  DequantizeWeights(type, bytes.data(), numbers.size(), back.data());
  return back;
}

struct Errors {
  double mean;  // root of the mean square
  double most;
};

Errors Compare(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0, most = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double off = std::fabs(double{a[i]} - b[i]);
    sum += off * off;
    most = std::max(most, off);
  }
  return {std::sqrt(sum / static_cast<double>(a.size())), most};
}

struct Step {
  QuantType type;
  double levels;  // a range is cut into so many steps
  double slack;   // what rounding the scales too may add
};

// Blocks without a low have a level for as much below zero as above.
constexpr Step kSteps[] = {
    {QuantType::kQ8_0, 254, 1.01}, {QuantType::kQ4_0, 15.5, 1.05},
    {QuantType::kQ4_1, 15, 1.05},  {QuantType::kQ5_0, 31.5, 1.05},
    {QuantType::kQ5_1, 31, 1.05},  {QuantType::kQ4K, 15, 1.10},
    {QuantType::kQ5K, 31, 1.10},   {QuantType::kQ6K, 63.5, 1.10},
};

TEST(BlocksTest, ErrorOfEvenlySpreadNumbersIsThatOfTheStep) {
  const std::vector<float> numbers = Uniform(-1, 1);
  for (const Step& step : kSteps) {
    const double width = 2 / step.levels;
    const Errors errors = Compare(numbers, ThereAndBack(step.type, numbers));
    EXPECT_LE(errors.mean, step.slack * width / std::sqrt(12.0))
        << QuantTypeName(step.type);
    EXPECT_LE(errors.most, 1.25 * width) << QuantTypeName(step.type);
    // And it can't be much better.
    EXPECT_GE(errors.mean, .8 * width / std::sqrt(12.0))
        << QuantTypeName(step.type);
  }
}

TEST(BlocksTest, TypesWithALowKeepNumbersFarFromZeroApart) {
  const std::vector<float> numbers = Uniform(5, 6);
  for (const QuantType type : {QuantType::kQ4_1, QuantType::kQ5_1}) {
    const double width = 1 / (type == QuantType::kQ4_1 ? 15.0 : 31.0);
    // The low is a half: between 4 and 8 they are 1/256 apart.
    EXPECT_LE(Compare(numbers, ThereAndBack(type, numbers)).most,
              1.25 * width + 1 / 512.0)
        << QuantTypeName(type);
  }
}

TEST(BlocksTest, SearchIsNoWorseThanTheExtremesAlone) {
  const std::vector<float> numbers = Bell(.02f);
  for (const int bits : {4, 5}) {
    for (const bool has_low : {false, true}) {
      const QuantType type =
          bits == 4 ? (has_low ? QuantType::kQ4_1 : QuantType::kQ4_0)
                    : (has_low ? QuantType::kQ5_1 : QuantType::kQ5_0);
      const int half = 1 << (bits - 1);
      std::vector<float> plain(numbers.size());
      for (size_t b = 0; b < numbers.size(); b += 32) {
        float low = numbers[b], high = numbers[b], extreme = 0;
        for (size_t i = b; i < b + 32; ++i) {
          low = std::min(low, numbers[i]);
          high = std::max(high, numbers[i]);
          if (std::fabs(numbers[i]) > std::fabs(extreme)) extreme = numbers[i];
        }
        const float scale = HalfBitsToFloat(
            FloatToHalfBits(has_low ? (high - low) / float(2 * half - 1)
                                    : extreme / float(-half)));
        const float base =
            has_low ? HalfBitsToFloat(FloatToHalfBits(low)) : 0.0f;
        for (size_t i = b; i < b + 32; ++i) {
          const float level =
              std::clamp(std::nearbyint((numbers[i] - base) / scale),
                         has_low ? 0.0f : float(-half),
                         has_low ? float(2 * half - 1) : float(half - 1));
          plain[i] = level * scale + base;
        }
      }
      EXPECT_LT(Compare(numbers, ThereAndBack(type, numbers)).mean,
                .99 * Compare(numbers, plain).mean)
          << QuantTypeName(type);
    }
  }
}

TEST(BlocksTest, MoreBitsErrLess) {
  const std::vector<float> numbers = Bell(.02f);
  const auto error = [&](QuantType type) {
    return Compare(numbers, ThereAndBack(type, numbers)).mean;
  };
  EXPECT_LT(error(QuantType::kQ4K), error(QuantType::kQ4_0));
  EXPECT_LT(error(QuantType::kQ5K), error(QuantType::kQ5_0));
  EXPECT_LT(error(QuantType::kQ5_0), error(QuantType::kQ4K));
  EXPECT_LT(error(QuantType::kQ6K), error(QuantType::kQ5K));
  EXPECT_LT(error(QuantType::kQ8_0), error(QuantType::kQ6K));
  EXPECT_LT(error(QuantType::kF16), error(QuantType::kQ8_0));
  EXPECT_EQ(error(QuantType::kF32), 0);
}

TEST(BlocksTest, WhatATypeCanSayComesBackExactly) {
  for (const QuantType type : kAllQuantTypes) {
    std::vector<float> zeros(256, 0.0f);
    EXPECT_EQ(ThereAndBack(type, zeros), zeros) << QuantTypeName(type);
    // Every second one at an end.
    std::vector<float> ends(256, 0.0f);
    for (size_t i = 0; i < ends.size(); i += 2) ends[i] = -8.0f;
    const Errors errors = Compare(ends, ThereAndBack(type, ends));
    EXPECT_LE(errors.most, 8 * .002) << QuantTypeName(type);
  }
}

TEST(BlocksTest, OneLargeNumberDoesNotSpoilOtherParts) {
  std::vector<float> numbers = Bell(.02f);
  numbers.resize(256);
  numbers[40] = 3.0f;  // in the second part of 32
  for (const QuantType type :
       {QuantType::kQ4K, QuantType::kQ5K, QuantType::kQ8_0}) {
    const std::vector<float> back = ThereAndBack(type, numbers);
    EXPECT_NEAR(back[40], 3.0f, .05) << QuantTypeName(type);
    for (size_t i = 64; i < 256; ++i) {
      EXPECT_NEAR(back[i], numbers[i], .025) << QuantTypeName(type);
    }
  }
}

TEST(BlocksTest, SmallNumbersBecomeZeroAndNotGarbage) {
  for (const QuantType type : kAllQuantTypes) {
    for (const float size : {1e-38f, 1e-12f, 1e-7f}) {
      std::vector<float> numbers = Bell(size);
      numbers.resize(512);
      const Errors errors = Compare(numbers, ThereAndBack(type, numbers));
      EXPECT_LE(errors.most, 8 * size) << QuantTypeName(type) << " " << size;
    }
  }
}

TEST(BlocksTest, RefusesWhatIsNotANumberOrTooLarge) {
  for (const QuantType type : kAllQuantTypes) {
    std::string bytes(QuantRowBytes(type, 256), '\0');
    for (const float bad : {NAN, INFINITY, -INFINITY}) {
      std::vector<float> numbers(256, 0.5f);
      numbers[255] = bad;
      EXPECT_FALSE(QuantiseNumbers(type, numbers.data(), 256, &bytes[0]))
          << QuantTypeName(type);
    }
    // No half is so large, times a few bits.
    std::vector<float> numbers(256, 0.5f);
    numbers[3] = 3e38f;
    const bool floats = type == QuantType::kF32 || type == QuantType::kBf16;
    EXPECT_EQ(QuantiseNumbers(type, numbers.data(), 256, &bytes[0]), floats)
        << QuantTypeName(type);
  }
}

}  // namespace
}  // namespace footnote
