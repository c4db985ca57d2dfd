#include "model/schedule/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"

namespace footnote {
namespace {

// Probabilities .5, .25, .125, .125 for ids 2, 0, 1, 3.
std::vector<float> Logits() {
  return {std::log(.25f), std::log(.125f), std::log(.5f), std::log(.125f)};
}

DecodeRequest Request(float temperature) {
  DecodeRequest request;
  request.prompt = {3};
  request.sampling.temperature = temperature;
  return request;
}

std::map<int32_t, double> Shares(const DecodeRequest& request) {
  Sampler sampler(request, 4);
  std::map<int32_t, double> shares;
  constexpr int kDraws = 20000;
  for (int position = 0; position < kDraws; ++position) {
    GeneratedToken token;
    EXPECT_TRUE(sampler.Choose(Logits(), position, &token));
    shares[token.id] += 1.0 / kDraws;
  }
  return shares;
}

TEST(SamplerTest, GreedyTakesTheLowestOfEquals) {
  const DecodeRequest request = Request(0);
  Sampler sampler(request, 4);
  GeneratedToken token;
  ASSERT_TRUE(sampler.Choose(Logits(), 0, &token));
  EXPECT_EQ(token.id, 2);
  ASSERT_TRUE(sampler.Choose(std::vector<float>{1, 2, 2, 0}, 0, &token));
  EXPECT_EQ(token.id, 1);
}

TEST(SamplerTest, DrawsFollowTheProbabilities) {
  const auto shares = Shares(Request(1));
  EXPECT_NEAR(shares.at(2), .5, .02);
  EXPECT_NEAR(shares.at(0), .25, .02);
  EXPECT_NEAR(shares.at(1), .125, .02);
  EXPECT_NEAR(shares.at(3), .125, .02);
}

TEST(SamplerTest, TemperatureSharpens) {
  // Squares: .25, .0625, .015625, .015625.
  EXPECT_NEAR(Shares(Request(.5f)).at(2), .25 / .34375, .02);
}

TEST(SamplerTest, TopKThenTopP) {
  DecodeRequest request = Request(1);
  request.sampling.top_k = 2;
  auto shares = Shares(request);
  EXPECT_EQ(shares.size(), 2u);
  EXPECT_NEAR(shares.at(2), 2 / 3., .02);
  // Of the two that k leaves, the first alone has 2/3.
  request.sampling.top_p = .6f;
  EXPECT_EQ(Shares(request).size(), 1u);
  request.sampling.top_k = 0;
  EXPECT_EQ(Shares(request).size(), 2u);
}

TEST(SamplerTest, MinPCutsTheUnlikely) {
  DecodeRequest request = Request(1);
  request.sampling.min_p = .4f;
  EXPECT_EQ(Shares(request).size(), 2u);
}

TEST(SamplerTest, DrawDependsOnSeedAndPositionAlone) {
  DecodeRequest request = Request(1);
  Sampler one(request, 4);
  Sampler two(request, 4);
  std::vector<int32_t> first;
  std::vector<int32_t> second;
  for (int position = 0; position < 50; ++position) {
    GeneratedToken token;
    one.Choose(Logits(), position, &token);
    first.push_back(token.id);
  }
  for (int position = 49; position >= 0; --position) {
    GeneratedToken token;
    two.Choose(Logits(), position, &token);
    second.insert(second.begin(), token.id);
  }
  EXPECT_EQ(first, second);
}

TEST(SamplerTest, PenaltiesCountWhatWasSaid) {
  DecodeRequest request = Request(0);
  request.sampling.frequency_penalty = .5f;
  Sampler frequency(request, 4);
  GeneratedToken token;
  std::vector<int32_t> ids;
  for (int i = 0; i < 4; ++i) {
    frequency.Choose(Logits(), i, &token);
    frequency.Accept(token.id);
    ids.push_back(token.id);
  }
  // log .5 - .5 < log .25 - 0 < log .5 - 0; and so on.
  EXPECT_EQ(ids, (std::vector<int32_t>{2, 2, 0, 2}));

  request = Request(0);
  request.prompt = {2};
  request.sampling.repetition_penalty = 3;
  Sampler repetition(request, 4);
  repetition.Choose(Logits(), 0, &token);
  EXPECT_EQ(token.id, 0);
}

TEST(SamplerTest, NoNumberIsNeverChosenAndInfinityIsTheMost) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  GeneratedToken token;
  for (const float temperature : {0.f, 1.f}) {
    DecodeRequest request = Request(temperature);
    request.logprobs = 0;
    Sampler sampler(request, 4);
    const std::vector<float> one = {nan, -2, nan, -infinity};
    const std::vector<float> two = {5, infinity, nan, infinity};
    bool seen[4] = {};
    for (int position = 0; position < 50; ++position) {
      ASSERT_TRUE(sampler.Choose(one, position, &token));
      EXPECT_EQ(token.id, 1);
      EXPECT_EQ(token.logprob, 0);
      ASSERT_TRUE(sampler.Choose(two, position, &token));
      EXPECT_NEAR(token.logprob, std::log(.5), 1e-6);
      seen[token.id] = true;
    }
    EXPECT_TRUE(seen[1]);
    EXPECT_EQ(seen[3], temperature > 0);
    EXPECT_FALSE(seen[0] || seen[2]);
    EXPECT_FALSE(sampler.Choose(std::vector<float>(4, nan), 0, &token));
  }
}

TEST(SamplerTest, AllThatIsKeptIsDrawnByItsShareWhateverCutsIt) {
  // The same shares of ids 2 and 0, by k, by p, by min_p and all together.
  DecodeRequest by_k = Request(1);
  by_k.sampling.top_k = 2;
  DecodeRequest by_p = Request(1);
  by_p.sampling.top_p = .7f;
  DecodeRequest by_min_p = Request(1);
  by_min_p.sampling.min_p = .4f;
  DecodeRequest by_all = by_k;
  by_all.sampling.top_p = .9f;
  by_all.sampling.min_p = .4f;
  const auto want = Shares(by_k);
  EXPECT_EQ(want.size(), 2u);
  EXPECT_EQ(Shares(by_p), want);
  EXPECT_EQ(Shares(by_min_p), want);
  EXPECT_EQ(Shares(by_all), want);
}

TEST(SamplerTest, TheMostLikelyAreInOrderHoweverLogitsLie) {
  constexpr int kVocabulary = 3000;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  // Rising, falling, equals in groups, all the same, none that is a number.
  for (int kind = 0; kind < 5; ++kind) {
    std::vector<float> logits(kVocabulary);
    for (int i = 0; i < kVocabulary; ++i) {
      const float x[] = {i * .01f, i * -.01f, static_cast<float>(i * 7 % 13), 0,
                         nan};
      logits[i] = i % 11 == 5 ? nan : x[kind];
    }
    logits[kVocabulary - 1] = -5;
    std::vector<int32_t> order(kVocabulary);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
      return std::isnan(logits[b]) ? !std::isnan(logits[a])
                                   : logits[a] > logits[b];
    });
    for (const int count : {1, 5, 511, 512, 1024, 2999, 3000, 4000}) {
      DecodeRequest request = Request(0);
      request.logprobs = count;
      Sampler sampler(request, kVocabulary);
      GeneratedToken token;
      ASSERT_TRUE(sampler.Choose(logits, 0, &token));
      EXPECT_EQ(token.id, order[0]);
      std::vector<int32_t> ids;
      for (const TokenLogprob& top : token.top) ids.push_back(top.id);
      EXPECT_EQ(
          ids, std::vector<int32_t>(
                   order.begin(), order.begin() + std::min(count, kVocabulary)))
          << kind << " " << count;
    }
  }
}

}  // namespace
}  // namespace footnote
