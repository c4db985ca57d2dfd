#include "generator/extractive/features.h"

#include <gtest/gtest.h>

namespace footnote {
namespace extractive {
namespace {

class FeaturesTest : public ::testing::Test {
 protected:
  void Weigh(const std::string& question, const std::string& text) {
    text_ = text;
    SourcePassage passage;
    passage.text = text_;
    passage.language = Language::kEn;
    passage.total = passage.lexical = 10;
    passages_ = {passage};
    question_ =
        ReadQuestion(question, Language::kEn, Language::kEn, &analyzer_);
    candidates_ = FindCandidates(question_, passages_, 450, &analyzer_);
    pool_ = DescribePool(question_, passages_, candidates_);
    rows_ = Features(question_, passages_, candidates_, pool_);
  }

  Analyzer analyzer_;
  std::string text_;
  std::vector<SourcePassage> passages_;
  Question question_;
  Candidates candidates_;
  Pool pool_;
  std::vector<FeatureRow> rows_;
};

TEST_F(FeaturesTest, ARareTermCoversMoreThanACommonOne) {
  Weigh("kernel scheduler",
        "The kernel boots. The kernel runs. The kernel stops. The scheduler "
        "waits.");
  ASSERT_EQ(rows_.size(), 4u);
  EXPECT_GT(rows_[3][kCoverage], rows_[0][kCoverage]);
  EXPECT_GT(rows_[0][kCoverage], 0);
}

TEST_F(FeaturesTest, ANeighbourGivesOnlyWhatTheSentenceLacks) {
  Weigh("kernel scheduler", "The kernel boots. The scheduler waits.");
  EXPECT_GT(rows_[1][kPreviousGain], 0);
  EXPECT_EQ(rows_[0][kPreviousGain], 0);
  EXPECT_GT(rows_[0][kNextGain], 0);
  Weigh("kernel", "The kernel boots. The kernel waits.");
  EXPECT_EQ(rows_[1][kPreviousGain], 0);
}

TEST_F(FeaturesTest, ADateIsGivenOrMissing) {
  Weigh("When did the kernel boot?", "The kernel booted at nine.");
  EXPECT_EQ(rows_[0][kDateNumberGiven], 1);
  Weigh("When did the kernel boot?",
        "The kernel booted in 1991. The kernel booted twice. Kernel 7 booted.");
  EXPECT_EQ(rows_[0][kYearGiven], 1);
  EXPECT_EQ(rows_[1][kDateMissing], 1);
  EXPECT_EQ(rows_[2][kDateNumberGiven], 1);
}

TEST_F(FeaturesTest, ANumberIsGivenSpeltOrMissing) {
  Weigh("How many kernels booted?",
        "There 12 kernels booted. There twelve kernels booted. There kernels "
        "booted.");
  EXPECT_EQ(rows_[0][kNumberGiven], 1);
  EXPECT_EQ(rows_[1][kNumberSpelt], 1);
  EXPECT_EQ(rows_[1][kNumberMissing], 0);
  EXPECT_EQ(rows_[2][kNumberMissing], 1);
}

TEST_F(FeaturesTest, AShortSentenceIsNotTooShort) {
  Weigh("when does it open", "Opens at nine.\nOpens at nine\nOpens.");
  ASSERT_EQ(rows_.size(), 3u);
  EXPECT_EQ(rows_[0][kIsShort], 0);
  EXPECT_EQ(rows_[1][kIsShort], 1);
  EXPECT_EQ(rows_[2][kIsShort], 1);
}

TEST_F(FeaturesTest, ALabelWithItsValueIsNotTooShort) {
  Weigh("weight", "Weight: 640 g\nThe weight.\nOpens at 9:30\nWeight:");
  ASSERT_EQ(rows_.size(), 4u);
  EXPECT_EQ(rows_[0][kIsShort], 0);
  EXPECT_EQ(rows_[1][kIsShort], 1);
  EXPECT_EQ(rows_[2][kIsShort], 1);
  EXPECT_EQ(rows_[3][kIsShort], 1);
  Weigh("重量", "重量：640克");
  EXPECT_EQ(rows_[0][kIsShort], 0);
}

TEST_F(FeaturesTest, NeighboursInTheQuestionAreWantedAsNeighbours) {
  Weigh("kernel scheduler",
        "The kernel scheduler waits. The kernel of this fine machine has a "
        "very old scheduler.");
  EXPECT_GT(rows_[0][kPairCoverage], rows_[1][kPairCoverage]);
}

TEST_F(FeaturesTest, WideCoverageFollowsTheCollection) {
  const std::string text =
      "The kernel boots. The kernel runs. The kernel stops. The scheduler "
      "waits.";
  Weigh("kernel scheduler", text);
  EXPECT_EQ(rows_[0][kWideCoverage], rows_[0][kCoverage]);
  question_.rarity = {9, 1};
  pool_ = DescribePool(question_, passages_, candidates_);
  rows_ = Features(question_, passages_, candidates_, pool_);
  EXPECT_GT(rows_[0][kWideCoverage], rows_[3][kWideCoverage]);
  EXPECT_GT(rows_[3][kCoverage], rows_[0][kCoverage]);
}

TEST_F(FeaturesTest, KnowsWhichNamesAndNumbersAreThere) {
  Weigh("When did Ada Lovelace write note 12?",
        "Ada wrote it. Lovelace wrote note 12.");
  EXPECT_EQ(rows_[0][kNameCoverage], 0.5);
  EXPECT_EQ(rows_[0][kNumberCoverage], 0);
  EXPECT_EQ(rows_[1][kNumberCoverage], 1);
  Weigh("kernel", "The kernel waits.");
  EXPECT_EQ(rows_[0][kNameCoverage], 1);
}

TEST_F(FeaturesTest, EveryFeatureHasANameOfItsOwn) {
  for (int a = 0; a < kFeatureCount; ++a) {
    for (int b = 0; b < a; ++b) {
      EXPECT_NE(FeatureName(static_cast<Feature>(a)),
                FeatureName(static_cast<Feature>(b)));
    }
  }
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
