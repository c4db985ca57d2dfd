#include "generator/extractive/abstain.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "generator/extractive/candidates.h"
#include "generator/extractive/features.h"
#include "generator/extractive/question.h"
#include "generator/extractive/score.h"
#include "text/analyzer.h"
#include "text/language.h"

namespace footnote {
namespace extractive {
namespace {

class AbstainTest : public ::testing::Test {
 protected:
  // The signs of `question` asked of one passage under `title`; its first
  // sentence is thought best.
  SignRow SignsOf(const std::string& question, const std::string& title,
                  const std::string& text, double nearest = 0) {
    passages_.assign(1, SourcePassage());
    passages_[0].text = text;
    passages_[0].headings = {title};
    passages_[0].language = Language::kEn;
    passages_[0].total = passages_[0].lexical = 10;
    question_ =
        ReadQuestion(question, Language::kEn, Language::kEn, &analyzer_);
    if (!rarity_.empty()) question_.rarity = rarity_;
    const Candidates candidates =
        FindCandidates(question_, passages_, 450, &analyzer_);
    const Pool pool = DescribePool(question_, passages_, candidates);
    const std::vector<FeatureRow> features =
        Features(question_, passages_, candidates, pool);
    std::vector<double> scores(candidates.items.size());
    scores[0] = 1;
    const std::vector<double> probabilities = Probabilities(scores);
    const std::vector<double> similarities;
    return Signs({&question_, &passages_, &candidates, &pool, &features,
                  &scores, &probabilities, &similarities, nearest});
  }

  Analyzer analyzer_;
  std::vector<double> rarity_;
  std::vector<SourcePassage> passages_;
  Question question_;
};

constexpr char kQuestion[] = "Where was Ada Lovelace born?";

TEST_F(AbstainTest, ANameInTheTitleIsMissingFromTheSentenceOnly) {
  const SignRow signs =
      SignsOf(kQuestion, "Ada Lovelace", "She was born in London.");
  EXPECT_EQ(signs[kNameMissing], 1);
  EXPECT_EQ(signs[kPlaceNameMissing], 0);
  EXPECT_EQ(signs[kPlaceContentMissing], 0);
  EXPECT_GT(signs[kPlaceCoverage], signs[kWindowCoverage]);
}

TEST_F(AbstainTest, ANameFarBelowInThePassageIsInItsPlace) {
  const std::string far =
      "She was born in London. Her father left. He went abroad. Letters came. "
      "Ada Lovelace kept them.";
  const SignRow signs = SignsOf(kQuestion, "", far);
  EXPECT_EQ(signs[kNameMissing], 1);
  EXPECT_EQ(signs[kPlaceNameMissing], 0);
}

TEST_F(AbstainTest, ANameThatIsNowhereIsMissingFromThePlaceToo) {
  const SignRow signs = SignsOf(kQuestion, "", "She was born in London.");
  EXPECT_EQ(signs[kPlaceNameMissing], 1);
  EXPECT_GT(signs[kPlaceContentMissing], 0);
  EXPECT_GT(signs[kPlaceRarest], 0);
}

TEST_F(AbstainTest, WhatIsRareInTheCollectionIsMissedMore) {
  const std::string question = "kernel scheduler";
  const std::string text = "The kernel boots.";
  rarity_ = {9, 1};
  const SignRow common = SignsOf(question, "", text);
  rarity_ = {1, 9};
  const SignRow rare = SignsOf(question, "", text);
  EXPECT_GT(rare[kWideWindowRarest], common[kWideWindowRarest]);
  EXPECT_GT(rare[kWidePlaceRarest], common[kWidePlaceRarest]);
  EXPECT_LT(rare[kWideWindowCoverage], common[kWideWindowCoverage]);
  EXPECT_LT(rare[kWidePlaceCoverage], common[kWidePlaceCoverage]);
}

TEST_F(AbstainTest, NoSecondOpinionTellsNothing) {
  const std::string text = "She was born in London.";
  EXPECT_EQ(SignsOf(kQuestion, "", text)[kNearest], 0);
  EXPECT_GT(SignsOf(kQuestion, "", text, .95)[kNearest],
            SignsOf(kQuestion, "", text, .8)[kNearest]);
}

TEST_F(AbstainTest, ANearSentenceSupportsWhereASecondOpinionIsAsked) {
  const std::string text = "She was born in London.";
  const SignRow near = SignsOf(kQuestion, "", text, .95);
  const SignRow far = SignsOf(kQuestion, "", text, .8);
  EXPECT_GT(Support(near, Scored::kThoroughly),
            Support(far, Scored::kThoroughly));
}

TEST_F(AbstainTest, WhoFindsEveryWordAnswersHoweverLittleSupportThereIs) {
  const SignRow sure =
      SignsOf(kQuestion, "", "Ada Lovelace was born in London.");
  const SignRow unsure = SignsOf(kQuestion, "", "She was born in London.");
  for (const Scored scored : {Scored::kAlone, Scored::kThoroughly}) {
    EXPECT_FALSE(ShouldAbstain(sure, 0, scored));
    EXPECT_TRUE(ShouldAbstain(unsure, 0, scored));
    EXPECT_FALSE(ShouldAbstain(unsure, 1, scored));
  }
}

TEST_F(AbstainTest, ATitleThatNamesTheRestIsAnswered) {
  const SignRow named =
      SignsOf(kQuestion, "Ada Lovelace", "She was born in London.");
  // A number is asked for, and none is there.
  const SignRow unnumbered =
      SignsOf("How old was Ada Lovelace?", "Ada Lovelace", "She was old.");
  for (const Scored scored : {Scored::kAlone, Scored::kThoroughly}) {
    EXPECT_FALSE(ShouldAbstain(named, 0, scored));
    EXPECT_TRUE(ShouldAbstain(unnumbered, 0, scored));
  }
}

TEST_F(AbstainTest, EverySignHasANameOfItsOwn) {
  for (int a = 0; a < kSignCount; ++a) {
    for (int b = 0; b < a; ++b) {
      EXPECT_NE(SignName(static_cast<Sign>(a)), SignName(static_cast<Sign>(b)));
    }
  }
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
