#include "model/golden.h"

#include <string>

#include "gtest/gtest.h"

namespace footnote {
namespace {

constexpr double kTolerance = 1e-4;

class GoldenTest : public ::testing::TestWithParam<const char*> {};

TEST_P(GoldenTest, LogitsAndGreedyTokensAreThoseOfTransformers) {
  const std::string folder = std::string("tests/golden/models/") + GetParam();
  for (const int threads : {1, 3}) {
    const auto report = CompareGolden(folder, threads);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_FALSE(report->differences.empty());
    for (const auto& [name, difference] : report->differences) {
      EXPECT_LE(difference, kTolerance) << name;
    }
    EXPECT_LE(report->logits, kTolerance);
    EXPECT_LE(report->greedy_logits, kTolerance);
    EXPECT_GE(report->greedy_tokens, 24);
    EXPECT_EQ(report->greedy_equal, report->greedy_tokens);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, GoldenTest,
                         ::testing::Values("tiny-cohere2", "tiny-cohere2-moe",
                                           "tiny-llama", "cohere2_moe_plain",
                                           "cohere2_moe_softmax", "gemma3",
                                           "llama", "llama_304", "mistral",
                                           "qwen2", "qwen3"),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

TEST(GoldenTest, ModelWithoutGoldenNumbersIsNotFound) {
  EXPECT_EQ(CompareGolden("tests/golden/models", 1).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace footnote
