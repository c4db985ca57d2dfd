#include "model/rounding.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "kernels/quant_types.h"
#include "model/tokenizer/open.h"
#include "tests/model/weights/gguf_bytes.h"

namespace footnote {
namespace {

constexpr int kHidden = 512;
constexpr int kWidth = 768;
constexpr int kWords = 256;
constexpr int kLayers = 3;

std::string Floats(const std::vector<float>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()),
                     values.size() * sizeof(float));
}

// Random blocks of `type` whose weights spread by about 1 / sqrt(columns).
std::string RandomBlocks(QuantType type, int columns, int rows,
                         std::mt19937* noise) {
  const size_t bytes = QuantRowBytes(type, columns) * rows;
  const size_t block = QuantBlockBytes(type);
  std::string out(bytes, '\0');
  for (char& c : out) c = static_cast<char>((*noise)());
  const float spread = 1 / std::sqrt(static_cast<float>(columns));
  const auto half = [&](size_t at, float value) {
    const uint16_t bits = FloatToHalfBits(value);
    std::memcpy(&out[at], &bits, sizeof(bits));
  };
  for (size_t at = 0; at < bytes; at += block) {
    switch (type) {
      case QuantType::kQ8_0:
        half(at, spread / 74);
        break;
      case QuantType::kQ4_0:
        half(at, spread / 4.6f);
        break;
      case QuantType::kQ4_1:
        half(at, spread / 4.6f);
        half(at + 2, -7.5f * spread / 4.6f);
        break;
      case QuantType::kQ5_0:
        half(at, spread / 9.2f);
        break;
      case QuantType::kQ5_1:
        half(at, spread / 9.2f);
        half(at + 2, -15.5f * spread / 9.2f);
        break;
      case QuantType::kQ6K:
        std::memset(&out[at + 192], 32, 16);
        half(at + 208, spread / (32 * 18.5f));
        break;
      default:  // Q4_K, Q5_K: scales and lows of 32
        std::memset(&out[at + 4], 160, 8);
        std::memset(&out[at + 12], 0, 4);
        half(at, spread / (32 * (type == QuantType::kQ4K ? 4.6f : 9.2f)));
        half(at + 2,
             spread / 32 *
                 (type == QuantType::kQ4K ? 7.5f / 4.6f : 15.5f / 9.2f));
    }
  }
  return out;
}

// A llama of random weights. A few channels are `outlier` times as large as the
// others before every product, as real models have them.
std::string MakeModel(QuantType type, TensorType stored, float outlier) {
  std::mt19937 noise(5);
  std::normal_distribution<float> normal;
  GgufBytes bytes;
  bytes.Text("general.architecture", "llama")
      .Whole("llama.block_count", kLayers)
      .Whole("llama.embedding_length", kHidden)
      .Whole("llama.feed_forward_length", kWidth)
      .Whole("llama.attention.head_count", 8)
      .Whole("llama.attention.head_count_kv", 4)
      .Real("llama.attention.layer_norm_rms_epsilon", 1e-5f);
  const auto matrix = [&](const std::string& name, int columns, int rows) {
    bytes.Add(name + ".weight", stored,
              {static_cast<uint64_t>(columns), static_cast<uint64_t>(rows)},
              RandomBlocks(type, columns, rows, &noise));
  };
  const auto norm = [&](const std::string& name) {
    std::vector<float> weight(kHidden);
    for (float& w : weight) w = 1 + 0.1f * normal(noise);
    for (const int channel : {77, 300}) weight[channel] *= outlier;
    bytes.Add(name + ".weight", TensorType::kFloat32, {kHidden},
              Floats(weight));
  };
  std::vector<float> words(size_t{kHidden} * kWords);
  for (float& word : words) word = normal(noise);
  bytes.Add("token_embd.weight", TensorType::kFloat32, {kHidden, kWords},
            Floats(words));
  for (int i = 0; i < kLayers; ++i) {
    const std::string layer = absl::StrCat("blk.", i, ".");
    norm(layer + "attn_norm");
    norm(layer + "ffn_norm");
    matrix(layer + "attn_q", kHidden, kHidden);
    matrix(layer + "attn_k", kHidden, kHidden / 2);
    matrix(layer + "attn_v", kHidden, kHidden / 2);
    matrix(layer + "attn_output", kHidden, kHidden);
    matrix(layer + "ffn_gate", kHidden, kWidth);
    matrix(layer + "ffn_up", kHidden, kWidth);
    matrix(layer + "ffn_down", kWidth, kHidden);
  }
  norm("output_norm");
  matrix("output", kHidden, kWords);
  const std::string path =
      absl::StrCat(::testing::TempDir(), "/", QuantTypeName(type), ".gguf");
  EXPECT_TRUE(WriteFileAtomically(path, bytes.Bytes()).ok());
  return path;
}

class RoundingTest : public ::testing::TestWithParam<QuantType> {
 protected:
  TensorType Stored() const {
    for (uint32_t number = 0; number < 64; ++number) {
      QuantType type;
      if (QuantTypeFromGgml(number, &type) && type == GetParam()) {
        return static_cast<TensorType>(number);
      }
    }
    return TensorType::kFloat32;
  }

  double Error(float outlier) const {
    std::vector<int32_t> ids;
    for (int i = 0; i < 40; ++i) ids.push_back(i * 37 % kWords);
    const auto report =
        MeasureRounding(MakeModel(GetParam(), Stored(), outlier), ids, 1);
    EXPECT_TRUE(report.ok()) << report.status();
    if (!report.ok()) return 1;
    EXPECT_GT(report->spread, 0.1);
    EXPECT_GT(report->error, 0);
    EXPECT_LE(report->error, report->most);
    return report->error / report->spread;
  }
};

TEST_P(RoundingTest, IsSmallBesideTheSpreadOfTheLogits) {
  EXPECT_LT(Error(1), 0.03);
}

// The numbers that share a scale with a large one lose bits: of 512, 64 where
// scales are of 32, all where they are of 256.
TEST_P(RoundingTest, OutliersCostThoseThatShareTheirScale) {
  EXPECT_LT(Error(30), QuantBlock(GetParam()) == 32 ? 0.09 : 0.2);
}

INSTANTIATE_TEST_SUITE_P(Types, RoundingTest,
                         ::testing::Values(QuantType::kQ8_0, QuantType::kQ4_0,
                                           QuantType::kQ4_1, QuantType::kQ5_0,
                                           QuantType::kQ5_1, QuantType::kQ4K,
                                           QuantType::kQ5K, QuantType::kQ6K),
                         [](const auto& info) {
                           return std::string(QuantTypeName(info.param));
                         });

TEST(RoundingTest, RealModelRoundsNoMoreThanItsPeer) {
  const char* const folder = std::getenv("FOOTNOTE_MODELS");
  const std::string path = absl::StrCat(folder == nullptr ? "" : folder,
                                        "/SmolLM2-135M-Instruct.Q4_1.gguf");
  const auto tokenizer = OpenTokenizer(path);
  if (!tokenizer.ok()) {
    GTEST_SKIP() << "no weights: tools/models pull SmolLM2-135M-Instruct";
  }
  std::vector<int32_t> ids;
  (*tokenizer)
      ->Encode(
          "The lighthouse was lit in 1859. It is 31 metres high, and its light "
          "is "
          "seen for forty kilometres; the keepers left when it was automated.",
          &ids);
  const auto report = MeasureRounding(path, ids, 2);
  ASSERT_TRUE(report.ok()) << report.status();
  // llama.cpp's, measured once on another text.
  EXPECT_LT(report->error, 0.33);
  EXPECT_GT(report->error, 0);
}

}  // namespace
}  // namespace footnote
