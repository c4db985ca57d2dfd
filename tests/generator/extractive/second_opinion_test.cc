#include "generator/extractive/second_opinion.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/model/encoder/one_word_encoder.h"

namespace footnote {
namespace extractive {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

constexpr double kNear = 1e-6;
const uint64_t kHere = SecondOpinion::Where("here");

std::vector<Candidate> CandidatesOf(const std::vector<uint32_t>& passages) {
  std::vector<Candidate> candidates;
  for (const uint32_t passage : passages) {
    candidates.emplace_back();
    candidates.back().passage = passage;
  }
  return candidates;
}

std::vector<double> OpinionOf(const std::vector<uint32_t>& passages,
                              const std::vector<absl::string_view>& texts,
                              const std::vector<double>& scores) {
  LazyE5 encoders(HearsOnly("lamp"));
  SecondOpinion opinion(&encoders);
  auto of = opinion.Of("Which?", CandidatesOf(passages), texts, scores);
  EXPECT_TRUE(of.ok()) << of.status();
  return of.ok() ? of->by_candidate : std::vector<double>();
}

TEST(SecondOpinionTest, IsZeroForTheNearestAndLessForTheOthers) {
  EXPECT_THAT(OpinionOf({0, 1, 1}, {"a rock", "a lamp", "a rope"}, {3, 2, 1}),
              ElementsAre(DoubleNear(-.4, kNear), DoubleNear(0, kNear),
                          DoubleNear(-.4, kNear)));
}

TEST(SecondOpinionTest, IsAskedAboutThreeSentencesOfAPassageTheBest) {
  // The lamp scores least of its four: it is not heard.
  EXPECT_THAT(OpinionOf({0, 0, 0, 0}, {"a", "a lamp", "b", "c"}, {4, 1, 3, 2}),
              ElementsAre(DoubleNear(0, kNear), DoubleNear(-.01, kNear),
                          DoubleNear(0, kNear), DoubleNear(0, kNear)));
}

TEST(SecondOpinionTest, IsAskedAboutTheFirstSixteenPassages) {
  std::vector<uint32_t> passages;
  std::vector<absl::string_view> texts;
  for (uint32_t i = 0; i < 17; ++i) {
    passages.push_back(i);
    texts.push_back(i == 15 || i == 16 ? "a lamp" : "a rock");
  }
  const std::vector<double> opinion =
      OpinionOf(passages, texts, std::vector<double>(17, 1));
  ASSERT_EQ(opinion.size(), 17);
  EXPECT_NEAR(opinion[15], 0, kNear);
  EXPECT_NEAR(opinion[16], -.41, kNear);
}

TEST(SecondOpinionTest, OfALongSentenceItHearsTheBeginning) {
  const std::string late = absl::StrCat(std::string(500, 'x'), " lamp");
  EXPECT_THAT(OpinionOf({0, 1}, {late, "a lamp"}, {2, 1}),
              ElementsAre(DoubleNear(-.4, kNear), DoubleNear(0, kNear)));
  // Cut within a letter of three bytes, the text would be no UTF-8.
  std::string wide;
  for (int i = 0; i < 200; ++i) wide += "\u71c8";
  EXPECT_THAT(OpinionOf({0}, {wide}, {1}), ElementsAre(0));
}

TEST(SecondOpinionTest, ThatMayCostNothingThereIsOneOfWhatWasHeardAlone) {
  LazyE5 encoders(HearsOnly("lamp"));
  SecondOpinion opinion(&encoders);
  const auto heard_of = [&](const std::vector<absl::string_view>& texts) {
    auto of = opinion.Of("Which?", CandidatesOf({0, 1}), texts, {2, 1},
                         SecondOpinion::Cost::kNone, {kHere, kHere});
    EXPECT_TRUE(of.ok()) << of.status();
    return of.ok() ? of->by_candidate : std::vector<double>();
  };
  const std::string late = absl::StrCat(std::string(500, 'x'), " lamp");
  EXPECT_THAT(heard_of({late, "a lamp"}), ElementsAre());
  ASSERT_TRUE(opinion.Hear(late, kHere, 1).ok());
  EXPECT_THAT(heard_of({late, "a lamp"}), ElementsAre());
  // That it stands in another collection must not show.
  ASSERT_TRUE(opinion.Hear("a lamp", SecondOpinion::Where("there"), 1).ok());
  EXPECT_THAT(heard_of({late, "a lamp"}), ElementsAre());
  ASSERT_TRUE(opinion.Hear("a lamp", kHere, 1).ok());
  EXPECT_THAT(heard_of({late, "a lamp"}),
              ElementsAre(DoubleNear(-.4, kNear), DoubleNear(0, kNear)));
  // What is not heard again is forgotten.
  ASSERT_TRUE(opinion.Hear("a lamp", kHere, 2).ok());
  opinion.ForgetHeardBefore(2);
  EXPECT_THAT(heard_of({late, "a lamp"}), ElementsAre());
}

TEST(SecondOpinionTest, NothingIsHeardAheadWithoutWeights) {
  LazyE5 nowhere("/nowhere.enc");
  SecondOpinion opinion(&nowhere);
  EXPECT_EQ(opinion.Hear("a lamp", kHere, 1).code(),
            absl::StatusCode::kFailedPrecondition);
  opinion.ForgetHeardBefore(1);
}

TEST(SecondOpinionTest, OfNoSentencesThereIsNone) {
  EXPECT_THAT(OpinionOf({}, {}, {}), ElementsAre());
  // None that is near enough the front to be heard.
  EXPECT_THAT(OpinionOf({16}, {"a lamp"}, {1}), ElementsAre());
}

TEST(SecondOpinionTest, SaysHowNearTheNearestIs) {
  LazyE5 encoders(HearsOnly("lamp"));
  SecondOpinion opinion(&encoders);
  const auto near =
      opinion.Of("?", CandidatesOf({0, 0}), {"a rock", "a lamp"}, {2, 1});
  ASSERT_TRUE(near.ok());
  EXPECT_NEAR(near->nearest, 1, kNear);
  const auto far = opinion.Of("?", CandidatesOf({0}), {"a rock"}, {1});
  ASSERT_TRUE(far.ok());
  EXPECT_NEAR(far->nearest, .6, kNear);
}

TEST(SecondOpinionTest, WithoutWeightsThereIsNoneAndNothingFails) {
  LazyE5 nowhere("/nowhere.enc");
  SecondOpinion opinion(&nowhere);
  const auto none = opinion.Of("?", CandidatesOf({0}), {"a lamp"}, {1});
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->by_candidate.empty());
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
