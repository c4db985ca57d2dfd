#include "kernels/quant_types.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace footnote {
namespace {

std::vector<uint8_t> FromHex(const std::string& hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(
        static_cast<uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

// The weights in the golden file are what PyPI gguf reads from the bytes.
TEST(QuantTypesTest, ReadsEveryTypeAsGgufDoes) {
  std::ifstream file("tests/kernels/testdata/quant_golden.json");
  const nlohmann::json golden = nlohmann::json::parse(file);
  for (const QuantType type : kAllQuantTypes) {
    if (type == QuantType::kF32) continue;
    const nlohmann::json& entry = golden.at(QuantTypeName(type));
    const std::vector<uint8_t> bytes = FromHex(entry.at("bytes"));
    const std::vector<float> want = entry.at("weights");
    ASSERT_EQ(bytes.size(), QuantRowBytes(type, want.size()));
    std::vector<float> got(want.size());
    DequantizeWeights(type, bytes.data(), got.size(), got.data());
    for (size_t i = 0; i < want.size(); ++i) {
      EXPECT_EQ(got[i], want[i]) << QuantTypeName(type) << " weight " << i;
    }
  }
}

TEST(QuantTypesTest, CopiesFloatsAtAnyAlignment) {
  const float want[] = {1.5f, -2.0f, 1e-40f};
  char bytes[sizeof(want) + 1];
  std::memcpy(bytes + 1, want, sizeof(want));
  float got[3] = {};
  DequantizeWeights(QuantType::kF32, bytes + 1, 3, got);
  EXPECT_EQ(0, std::memcmp(want, got, sizeof(want)));
  DequantizeWeights(QuantType::kF32, bytes + 1, 0, got);
}

TEST(QuantTypesTest, NamesWhatGgufNumbers) {
  QuantType type = QuantType::kF32;
  EXPECT_TRUE(QuantTypeFromGgml(12, &type));
  EXPECT_STREQ(QuantTypeName(type), "Q4_K");
  EXPECT_TRUE(QuantTypeFromGgml(30, &type));
  EXPECT_STREQ(QuantTypeName(type), "BF16");
  EXPECT_FALSE(QuantTypeFromGgml(10, &type));
  EXPECT_FALSE(QuantTypeFromGgml(4000000000u, &type));
  EXPECT_EQ(type, QuantType::kBf16);
}

TEST(QuantTypesTest, EveryHalfComesBackFromItsFloat) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const float value = HalfBitsToFloat(static_cast<uint16_t>(bits));
    const uint16_t back = FloatToHalfBits(value);
    if (std::isnan(value)) {
      EXPECT_EQ(back & 0x7e00, 0x7e00);
    } else {
      EXPECT_EQ(back, bits);
    }
  }
}

TEST(QuantTypesTest, HalvesRoundToNearestEven) {
  EXPECT_EQ(FloatToHalfBits(1.0f + 0x1p-11f), 0x3c00);  // tie, to even
  EXPECT_EQ(FloatToHalfBits(1.0f + 0x1.8p-10f), 0x3c02);
  EXPECT_EQ(FloatToHalfBits(1.0f + 0x1.2p-11f), 0x3c01);
  EXPECT_EQ(FloatToHalfBits(0x1p-25f), 0);
  EXPECT_EQ(FloatToHalfBits(0x1.1p-25f), 1);
  EXPECT_EQ(FloatToHalfBits(65519.0f), 0x7bff);
  EXPECT_EQ(FloatToHalfBits(65520.0f), 0x7c00);
  EXPECT_EQ(FloatToHalfBits(-1e30f), 0xfc00);
  EXPECT_EQ(FloatToHalfBits(-0.0f), 0x8000);
}

TEST(QuantTypesTest, Bf16RoundsToNearestEven) {
  EXPECT_EQ(FloatToBf16Bits(1.0f), 0x3f80);
  EXPECT_EQ(FloatToBf16Bits(1.0f + 0x1p-8f), 0x3f80);
  EXPECT_EQ(FloatToBf16Bits(1.0f + 0x1.8p-7f), 0x3f82);
  EXPECT_EQ(FloatToBf16Bits(std::numeric_limits<float>::max()), 0x7f80);
  EXPECT_TRUE(std::isnan(Bf16BitsToFloat(
      FloatToBf16Bits(std::numeric_limits<float>::quiet_NaN()))));
}

}  // namespace
}  // namespace footnote
