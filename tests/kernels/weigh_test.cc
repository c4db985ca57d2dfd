#include "kernels/weigh.h"

#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/draw.h"

namespace footnote {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kLargest = std::numeric_limits<float>::max();

// By the definition, one logit after the other.
int32_t MostLikelyOneByOne(const std::vector<float>& logits) {
  float most = NeverLogit();
  int32_t best = -1;
  for (size_t i = 0; i < logits.size(); ++i) {
    if (CleanLogit(logits[i]) > most) {
      most = CleanLogit(logits[i]);
      best = static_cast<int32_t>(i);
    }
  }
  return best;
}

void ExpectTheDefinitions(const std::vector<float>& logits,
                          double temperature) {
  const int32_t best = MostLikely(logits.data(), logits.size());
  ASSERT_EQ(best, MostLikelyOneByOne(logits));
  if (best < 0) return;
  const float most = CleanLogit(logits[best]);
  std::vector<uint64_t> weights(logits.size());
  const uint64_t sum = WeighLogits(logits.data(), logits.size(), most,
                                   1 / temperature, weights.data());
  uint64_t want_sum = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    const uint64_t want =
        LogitWeight(CleanLogit(logits[i]), most, 1 / temperature);
    ASSERT_EQ(weights[i], want) << logits[i] << " of " << most;
    want_sum += want;
  }
  EXPECT_EQ(sum, want_sum);
}

TEST(WeighTest, HasTheBitsOfOneAfterTheOther) {
  std::mt19937 random(1);
  for (const double temperature : {1e-6, .3, 1., 1.7, 100., 1e6}) {
    for (const int count : {1, 2, 3, 15, 16, 17, 31, 33, 100003}) {
      std::normal_distribution<float> normal(-3, temperature < 10 ? 6 : 1e6f);
      std::vector<float> logits(count);
      for (float& logit : logits) logit = normal(random);
      ExpectTheDefinitions(logits, temperature);
    }
  }
}

TEST(WeighTest, TakesWhatIsNoNumberAndWhatIsTooLarge) {
  const std::vector<float> odd = {kNan,    kInfinity, -kInfinity, 0,
                                  -0.0f,   kLargest,  -kLargest,  1e-45f,
                                  -1e-45f, -30.999f,  -31,        -31.001f,
                                  1000000, -1e10f,    3};
  std::mt19937 random(2);
  for (int round = 0; round < 20000; ++round) {
    std::vector<float> logits(1 + random() % 40);
    // Few kinds at once, so that there are equals and rounds without infinity.
    const size_t first = random() % odd.size();
    const size_t kinds = 1 + random() % 4;
    for (float& logit : logits) {
      logit = odd[(first + random() % kinds) % odd.size()];
    }
    ExpectTheDefinitions(logits, round % 3 == 0 ? 1e-6 : round % 3);
  }
}

TEST(WeighTest, SumsOfALargeVocabularyOfEqualsAreWhole) {
  const std::vector<float> logits(1 << 18, -7);
  std::vector<uint64_t> weights(logits.size());
  EXPECT_EQ(WeighLogits(logits.data(), logits.size(), -7, 1e6, weights.data()),
            kWholeWeight << 18);
  EXPECT_EQ(MostLikely(logits.data(), logits.size()), 0);
}

}  // namespace
}  // namespace footnote
