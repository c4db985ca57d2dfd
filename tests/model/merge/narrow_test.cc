#include "model/merge/narrow.h"

#include <cmath>
#include <cstring>

#include "gtest/gtest.h"

namespace footnote {
namespace {

float Wide(TensorType type, uint16_t bits) {
  float value;
  ConvertFloats(type, reinterpret_cast<const char*>(&bits), 1, &value);
  return value;
}

TEST(NarrowTest, EveryNumberOfTheNarrowTypeKeepsItsBits) {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float half = Wide(TensorType::kFloat16, bits);
    if (!std::isnan(half)) {
      EXPECT_EQ(Float16Of(half), bits);
    }
    const float brain = Wide(TensorType::kBFloat16, bits);
    if (!std::isnan(brain)) {
      EXPECT_EQ(BFloat16Of(brain), bits);
    }
  }
}

TEST(NarrowTest, NumbersBetweenTwoGoToTheNearestAndHalvesToTheEvenOne) {
  for (const TensorType type : {TensorType::kFloat16, TensorType::kBFloat16}) {
    const auto narrow = [type](float value) {
      return type == TensorType::kFloat16 ? Float16Of(value)
                                          : BFloat16Of(value);
    };
    // All neighbours of positive finite numbers of the type.
    const uint32_t end = type == TensorType::kFloat16 ? 0x7bff : 0x7f7f;
    for (uint32_t bits = 0; bits < end; ++bits) {
      const double low = Wide(type, bits);
      const double high = Wide(type, bits + 1);
      const float middle = static_cast<float>((low + high) / 2);
      ASSERT_EQ(narrow(middle), bits % 2 == 0 ? bits : bits + 1) << bits;
      ASSERT_EQ(narrow(std::nextafter(middle, 0.0f)), bits);
      ASSERT_EQ(narrow(std::nextafter(middle, INFINITY)), bits + 1);
    }
  }
}

TEST(NarrowTest, TooLargeIsInfiniteAndNoNumberStaysNone) {
  EXPECT_EQ(Float16Of(65520.0f), 0x7c00);
  EXPECT_EQ(Float16Of(-1e9f), 0xfc00);
  EXPECT_EQ(Float16Of(65519.0f), 0x7bff);
  EXPECT_TRUE(std::isnan(Wide(TensorType::kFloat16, Float16Of(NAN))));
  EXPECT_TRUE(std::isnan(Wide(TensorType::kBFloat16, BFloat16Of(NAN))));
}

}  // namespace
}  // namespace footnote
