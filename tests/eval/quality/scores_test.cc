#include "eval/quality/scores.h"

#include <gtest/gtest.h>

namespace footnote {
namespace {

TEST(ScoresTest, RankCountsFromOneAndZeroMeansNotFound) {
  const std::vector<std::string> ranked = {"de/1", "en/1", "en/2"};
  EXPECT_EQ(RankOf("de/1", ranked), 1);
  EXPECT_EQ(RankOf("en/2", ranked), 3);
  EXPECT_EQ(RankOf("fr/1", ranked), 0);
}

TEST(ScoresTest, ReciprocalRankIsNothingBeyondItsDepth) {
  EXPECT_DOUBLE_EQ(ReciprocalRank(4, 10), .25);
  EXPECT_DOUBLE_EQ(ReciprocalRank(10, 10), .1);
  EXPECT_DOUBLE_EQ(ReciprocalRank(11, 10), 0);
  EXPECT_DOUBLE_EQ(ReciprocalRank(0, 10), 0);
}

struct ContainsCase {
  const char* name;
  const char* text;
  const char* answer;
  bool contains;
};

TEST(ScoresTest, ContainsLooksAtWordCharactersOnly) {
  const ContainsCase cases[] = {
      {"case", "It was the DENVER Broncos.", "Denver broncos", true},
      {"punctuation", "in the 1,500-metre race", "1500 metre", true},
      {"width", "価格は１２３円です", "123円", true},
      {"compatibility", "ﬁve ﬁelds", "five fields", true},
      {"hindi marks drop on both sides", "यह हिन्दी है", "हिन्दी", true},
      {"arabic", "في عام 1066، غزا", "1066", true},
      {"turkish dotted capital", "İstanbul'da", "İstanbul", true},
      {"other word", "the New England Patriots", "Denver", false},
      {"no accents are lost", "resume", "résumé", false},
      {"nothing left of the answer", "anything", "-- !", false},
      {"empty answer text", "", "x", false},
  };
  for (const ContainsCase& c : cases) {
    EXPECT_EQ(ContainsAnswer(c.text, {c.answer}), c.contains) << c.name;
  }
}

TEST(ScoresTest, OneOfSeveralAnswersIsEnough) {
  EXPECT_TRUE(ContainsAnswer("308 points", {"three hundred", "308"}));
  EXPECT_FALSE(ContainsAnswer("308 points", {}));
}

// An answer of two sentences with the citation of the second.
class CitationTest : public testing::Test {
 protected:
  CitationTest() {
    citation_.mutable_answer_span()->set_begin(4);
    citation_.mutable_answer_span()->set_end(10);
    citation_.add_sources()->set_quote("größ");
  }
  const std::string text_ = "Ja. größe.";
  v1::Citation citation_;
};

TEST_F(CitationTest, ExactWhenQuoteStoredBytesAndAnswerAgree) {
  EXPECT_TRUE(CitationExact(text_, citation_, {"größ"}));
}

TEST_F(CitationTest, NotExactWhenOneStoredByteDiffers) {
  EXPECT_FALSE(CitationExact(text_, citation_, {"groß"}));
}

TEST_F(CitationTest, NotExactWhenTheAnswerSaysOtherWords) {
  EXPECT_FALSE(CitationExact("Ja. große.", citation_, {"größ"}));
}

TEST_F(CitationTest, NotExactWhenTheSpanIsLongerThanTheQuote) {
  citation_.mutable_answer_span()->set_end(11);
  EXPECT_FALSE(CitationExact(text_, citation_, {"größ"}));
}

TEST_F(CitationTest, NotExactWhenTheSpanIsEmptyOrOutside) {
  citation_.mutable_answer_span()->set_end(4);
  EXPECT_FALSE(CitationExact(text_, citation_, {"größ"}));
  citation_.mutable_answer_span()->set_end(400);
  EXPECT_FALSE(CitationExact(text_, citation_, {"größ"}));
}

TEST_F(CitationTest, NotExactWithoutSources) {
  citation_.clear_sources();
  EXPECT_FALSE(CitationExact(text_, citation_, {}));
}

TEST_F(CitationTest, EverySourceMustSayTheCitedWords) {
  *citation_.add_sources() = citation_.sources(0);
  EXPECT_TRUE(CitationExact(text_, citation_, {"größ", "größ"}));
  EXPECT_FALSE(CitationExact(text_, citation_, {"größ", "groß"}));
  EXPECT_FALSE(CitationExact(text_, citation_, {"größ"}));
  citation_.mutable_sources(1)->set_quote("groß");
  EXPECT_FALSE(CitationExact(text_, citation_, {"größ", "groß"}));
}

TEST(ScoresTest, PercentileIsTheNearestRank) {
  std::vector<double> values;
  for (int i = 100; i >= 1; --i) values.push_back(i);
  EXPECT_EQ(Percentile(values, .5), 50);
  EXPECT_EQ(Percentile(values, .99), 99);
  EXPECT_EQ(Percentile(values, 1), 100);
  EXPECT_EQ(Percentile({7}, .99), 7);
}

TEST(ScoresTest, NearestIsAlignedCountsRowsThatFindTheirOwnNumber) {
  // Nine dimensions: one more than the eight sums of the loop.
  std::vector<float> b(3 * 9, 0.f);
  b[0 * 9 + 0] = b[1 * 9 + 8] = b[2 * 9 + 4] = 1;
  std::vector<float> a = b;
  EXPECT_DOUBLE_EQ(NearestIsAligned(a, b, 9), 1);
  std::swap_ranges(a.begin(), a.begin() + 9, a.begin() + 9);
  EXPECT_DOUBLE_EQ(NearestIsAligned(a, b, 9), 1. / 3);
}

}  // namespace
}  // namespace footnote
