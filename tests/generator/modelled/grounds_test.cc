#include "generator/modelled/grounds.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "generator/modelled/align.h"
#include "text/analyzer.h"

namespace footnote {
namespace {

using extractive::Candidate;

constexpr char kFirst[] =
    "Lit in 1859. It is 31 metres high. Nobody lives there. Ferries pass it.";
constexpr char kSecond[] = "Keepers left in 1988.";

class GroundsTest : public testing::Test {
 protected:
  GroundsTest()
      : aligner_("How high is the lighthouse?", {kFirst, kSecond},
                 Language::kEn, &analyzer_) {
    weighed_.passages.resize(2);
    weighed_.passages[0].text = kFirst;
    weighed_.passages[1].text = kSecond;
  }

  void Weigh(int passage, const std::string& sentence, double probability) {
    const absl::string_view text = weighed_.passages[passage].text;
    Candidate candidate;
    candidate.passage = static_cast<uint32_t>(passage);
    candidate.span.begin = static_cast<uint32_t>(text.find(sentence));
    candidate.span.end =
        candidate.span.begin + static_cast<uint32_t>(sentence.size());
    weighed_.candidates.items.push_back(candidate);
    weighed_.probabilities.push_back(probability);
  }

  // The ground under `sentence`, or "none".
  std::string Under(const std::string& sentence) {
    const Grounds grounds(weighed_);
    const Ground* const ground = grounds.Under(sentence, aligner_);
    return ground == nullptr ? "none" : std::string(grounds.TextOf(*ground));
  }

  // What stands beside the ground under `sentence`, or "none".
  std::string Beside(const std::string& sentence) {
    const Grounds grounds(weighed_);
    const Ground* const ground = grounds.Under(sentence, aligner_);
    EXPECT_NE(ground, nullptr);
    if (ground == nullptr) return "";
    const Ground* const other = grounds.Beside(*ground);
    return other == nullptr ? "none" : std::string(grounds.TextOf(*other));
  }

  Analyzer analyzer_;
  Aligner aligner_;
  ExtractiveWriter::Explanation weighed_;
};

TEST_F(GroundsTest, ThereAreNoneWhereNothingWasWeighed) {
  EXPECT_TRUE(Grounds(weighed_).empty());
  EXPECT_EQ(Under("It is 31 metres high."), "none");
}

TEST_F(GroundsTest, TheBestSentencesAreShownInTheOrderOfTheirText) {
  Weigh(0, "Lit in 1859.", 0.3);
  Weigh(0, "It is 31 metres high.", 0.5);
  Weigh(0, "Nobody lives there.", 0.1);
  const Grounds grounds(weighed_);
  EXPECT_EQ(grounds.passages(), std::vector<int>{0});
  EXPECT_EQ(grounds.Shown(0), "Lit in 1859. It is 31 metres high.");
}

TEST_F(GroundsTest, WhatIsLeftOutBetweenThemIsAnEllipsis) {
  Weigh(0, "Lit in 1859.", 0.3);
  Weigh(0, "It is 31 metres high.", 0.1);
  Weigh(0, "Ferries pass it.", 0.5);
  EXPECT_EQ(Grounds(weighed_).Shown(0), "Lit in 1859. … Ferries pass it.");
}

TEST_F(GroundsTest, ThePassageOfTheBestSentenceComesFirst) {
  Weigh(0, "Lit in 1859.", 0.3);
  Weigh(1, kSecond, 0.5);
  const Grounds grounds(weighed_);
  EXPECT_EQ(grounds.passages(), (std::vector<int>{1, 0}));
  EXPECT_EQ(grounds.Shown(0), "Lit in 1859.");
  EXPECT_EQ(grounds.Shown(1), kSecond);
}

TEST_F(GroundsTest, ASentenceRestsOnTheGroundThatHasItsWords) {
  Weigh(0, "It is 31 metres high.", 0.48);
  Weigh(1, kSecond, 0.5);
  EXPECT_EQ(Under("The lighthouse is 31 metres high."),
            "It is 31 metres high.");
  EXPECT_EQ(Under("The keepers left the lighthouse in 1988."), kSecond);
}

TEST_F(GroundsTest, WordsOfTheQuestionAloneRestOnNothing) {
  Weigh(0, "It is 31 metres high.", 0.9);
  EXPECT_EQ(Under("The lighthouse is high."), "none");
}

TEST_F(GroundsTest, ASentenceThatSaysMoreThanItsGroundRestsOnNothing) {
  Weigh(0, "It is 31 metres high.", 0.9);
  EXPECT_EQ(Under("Ferries pass a building of 31 floors daily."), "none");
}

TEST_F(GroundsTest, ASentenceThatHardlyAnswersIsNoGround) {
  Weigh(0, "It is 31 metres high.", 0.05);
  Weigh(0, "Lit in 1859.", 0.04);
  EXPECT_EQ(Under("The lighthouse is 31 metres high."), "none");
}

TEST_F(GroundsTest, CopiesOfASentenceAreOneGround) {
  const std::string high = "It is 31 metres high.";
  weighed_.passages.resize(5);
  for (int i = 2; i < 5; ++i) weighed_.passages[i].text = kFirst;
  Weigh(0, high, 0.15);
  Weigh(1, kSecond, 0.2);
  for (int i = 2; i < 5; ++i) Weigh(i, high, i == 3 ? 0.16 : 0.15);
  const Grounds grounds(weighed_);
  // The copy that is thought best.
  EXPECT_EQ(grounds.passages(), (std::vector<int>{3, 1}));
  EXPECT_EQ(grounds.Shown(3), high);
  EXPECT_EQ(grounds.Shown(1), kSecond);
  // What is sure that it answers is not doubtful because it stands in four.
  EXPECT_EQ(Under("The lighthouse is 31 metres high."), high);
}

TEST_F(GroundsTest, NorIsOneWhereAnotherSentenceAnswersTwiceAsWell) {
  Weigh(0, "Lit in 1859.", 0.61);
  Weigh(0, "It is 31 metres high.", 0.3);
  EXPECT_EQ(Under("The lighthouse is 31 metres high."), "none");
}

TEST_F(GroundsTest, WhatAnswersNearlyAsWellStandsBeside) {
  const std::string high = "It is 31 metres high.";
  Weigh(0, "Lit in 1859.", 0.5);
  Weigh(0, high, 0.3);
  EXPECT_EQ(Under("The lighthouse is 31 metres high."), high);
  EXPECT_EQ(Beside("The lighthouse is 31 metres high."), "Lit in 1859.");
  EXPECT_EQ(Beside("The lighthouse was lit in 1859."), high);
}

TEST_F(GroundsTest, WhatIsByFarTheWorseAnswerDoesNot) {
  Weigh(0, "Lit in 1859.", 0.5);
  Weigh(0, "It is 31 metres high.", 0.2);
  EXPECT_EQ(Beside("The lighthouse was lit in 1859."), "none");
}

}  // namespace
}  // namespace footnote
