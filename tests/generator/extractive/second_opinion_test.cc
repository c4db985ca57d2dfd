#include "generator/extractive/second_opinion.h"

#include <string>
#include <utility>
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

// Passages that are made of sentences with a blank between.
class Sentences {
 public:
  // sentences[i] is of passage passages[i]; the passages are in order.
  Sentences(const std::vector<uint32_t>& passages,
            const std::vector<absl::string_view>& sentences,
            std::vector<double> scores)
      : scores_(std::move(scores)) {
    texts_.resize(passages.empty() ? 0 : passages.back() + 1);
    for (size_t i = 0; i < passages.size(); ++i) {
      std::string& text = texts_[passages[i]];
      if (!text.empty()) text += " ";
      Candidate candidate;
      candidate.passage = passages[i];
      candidate.span.begin = text.size();
      absl::StrAppend(&text, sentences[i]);
      candidate.span.end = text.size();
      candidates_.push_back(candidate);
    }
    for (const std::string& text : texts_) {
      passages_.emplace_back();
      passages_.back().text = text;
    }
  }

  SecondOpinion::Asked Ask(bool in_context = false) const {
    SecondOpinion::Asked asked;
    asked.question = "Which?";
    asked.passages = &passages_;
    asked.candidates = &candidates_;
    asked.scores = &scores_;
    asked.where.assign(passages_.size(), kHere);
    asked.in_context = in_context;
    return asked;
  }
  const std::vector<SourcePassage>& passages() const { return passages_; }
  std::vector<Candidate>& candidates() { return candidates_; }

 private:
  const std::vector<double> scores_;
  std::vector<std::string> texts_;
  std::vector<SourcePassage> passages_;
  std::vector<Candidate> candidates_;
};

std::vector<double> OpinionOf(const std::vector<uint32_t>& passages,
                              const std::vector<absl::string_view>& texts,
                              const std::vector<double>& scores) {
  LazyE5 encoders(HearsOnly("lamp"));
  SecondOpinion opinion(&encoders);
  const Sentences sentences(passages, texts, scores);
  auto of = opinion.Of(sentences.Ask());
  EXPECT_TRUE(of.ok()) << of.status();
  if (!of.ok()) return {};
  EXPECT_TRUE(of->in_context.empty());
  return of->by_candidate;
}

std::vector<double> InContext(const Sentences& sentences) {
  LazyE5 encoders(HearsOnly("lamp"));
  SecondOpinion opinion(&encoders);
  auto of = opinion.Of(sentences.Ask(true));
  EXPECT_TRUE(of.ok()) << of.status();
  return of.ok() ? of->in_context : std::vector<double>();
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
    const Sentences sentences({0, 1}, texts, {2, 1});
    auto of = opinion.Of(sentences.Ask(), SecondOpinion::Cost::kNone);
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
  const Sentences lamp({0, 0}, {"a rock", "a lamp"}, {2, 1});
  const auto near = opinion.Of(lamp.Ask());
  ASSERT_TRUE(near.ok());
  EXPECT_NEAR(near->nearest, 1, kNear);
  const Sentences rock({0}, {"a rock"}, {1});
  const auto far = opinion.Of(rock.Ask());
  ASSERT_TRUE(far.ok());
  EXPECT_NEAR(far->nearest, .6, kNear);
}

TEST(SecondOpinionTest, WithoutWeightsThereIsNoneAndNothingFails) {
  LazyE5 nowhere("/nowhere.enc");
  SecondOpinion opinion(&nowhere);
  const Sentences lamp({0}, {"a lamp"}, {1});
  const auto none = opinion.Of(lamp.Ask(true));
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->by_candidate.empty());
  EXPECT_TRUE(none->in_context.empty());
  EXPECT_EQ(
      opinion.HearInContext(lamp.passages(), *lamp.Ask().candidates, kHere, 1)
          .code(),
      absl::StatusCode::kFailedPrecondition);
}

TEST(SecondOpinionTest, InItsContextASentenceSaysWhatStandsBeforeIt) {
  // All of them are read, not the three best alone.
  EXPECT_THAT(InContext(Sentences({0, 0, 0, 0, 1, 1},
                                  {"a rock", "a lamp", "It", "was", "a", "b"},
                                  {9, 8, 7, 1, 5, 6})),
              ElementsAre(DoubleNear(-.4, kNear), DoubleNear(0, kNear),
                          DoubleNear(0, kNear), DoubleNear(0, kNear),
                          DoubleNear(-.4, kNear), DoubleNear(-.4, kNear)));
}

TEST(SecondOpinionTest, OfAPassageTheFirstSentencesAreReadAndSixteenPassages) {
  std::vector<uint32_t> passages(66, 0);
  std::vector<absl::string_view> texts(66, "a rock");
  texts[1] = "a lamp";
  passages.push_back(16);
  texts.push_back("a lamp");
  const std::vector<double> opinion =
      InContext(Sentences(passages, texts, std::vector<double>(67, 1)));
  ASSERT_EQ(opinion.size(), 67u);
  EXPECT_NEAR(opinion[0], -.4, kNear);
  EXPECT_NEAR(opinion[63], 0, kNear);
  // Who was not read has as little as who has least.
  EXPECT_NEAR(opinion[64], -.4, kNear);
  EXPECT_NEAR(opinion[66], -.4, kNear);
}

TEST(SecondOpinionTest, WhatLiesInAnotherIsNotReadTwice) {
  Sentences sentences({0, 0, 0}, {"a rock", "a lamp", "It"}, {1, 1, 1});
  sentences.candidates()[1].span.begin = 2;
  EXPECT_THAT(InContext(sentences),
              ElementsAre(DoubleNear(-.4, kNear), DoubleNear(-.4, kNear),
                          DoubleNear(0, kNear)));
}

TEST(SecondOpinionTest, WithoutCostPassagesMustHaveBeenReadToo) {
  LazyE5 encoders(HearsOnly("lamp"));
  SecondOpinion opinion(&encoders);
  const Sentences sentences({0, 0}, {"a lamp", "It"}, {1, 2});
  const auto is_there = [&](bool in_context) {
    const auto of =
        opinion.Of(sentences.Ask(in_context), SecondOpinion::Cost::kNone);
    EXPECT_TRUE(of.ok()) << of.status();
    return of.ok() && !of->by_candidate.empty();
  };
  const auto read = [&](uint64_t where) {
    return opinion.HearInContext(sentences.passages(),
                                 *sentences.Ask().candidates, where, 1);
  };
  ASSERT_TRUE(opinion.Hear("a lamp", kHere, 1).ok());
  ASSERT_TRUE(opinion.Hear("It", kHere, 1).ok());
  EXPECT_TRUE(is_there(false));
  EXPECT_FALSE(is_there(true));
  // That it stands in another collection must not show.
  ASSERT_TRUE(read(SecondOpinion::Where("there")).ok());
  EXPECT_FALSE(is_there(true));
  ASSERT_TRUE(read(kHere).ok());
  EXPECT_TRUE(is_there(true));
  opinion.ForgetHeardBefore(2);
  EXPECT_FALSE(is_there(true));
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
