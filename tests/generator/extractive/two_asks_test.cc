#include "generator/extractive/two_asks.h"

#include <gtest/gtest.h>

#include <string>

#include "text/language.h"

namespace footnote {
namespace extractive {
namespace {

// "first | second", or nothing.
std::string Both(const std::string& question, Language language) {
  const auto asks = FindTwoAsks(question, language);
  if (!asks.has_value()) return "";
  return std::string(asks->first.text) + " | " + std::string(asks->second.text);
}

TEST(TwoAsksTest, AreOnEitherSideOfTheWordForAnd) {
  EXPECT_EQ(Both("Who won, and in what year?", Language::kEn),
            "Who won | in what year");
  EXPECT_EQ(Both("When and where was he born?", Language::kEn),
            "When | where was he born");
  EXPECT_EQ(
      Both("Wer ist der Mieter und wie hoch ist die Kaution?", Language::kDe),
      "Wer ist der Mieter | wie hoch ist die Kaution");
  EXPECT_EQ(Both("¿Quién ganó y en qué año?", Language::kEs),
            "Quién ganó | en qué año");
  EXPECT_EQ(Both("Где завод и сколько весит роутер?", Language::kRu),
            "Где завод | сколько весит роутер");
  EXPECT_EQ(Both("من أسس الشركة ومتى يدفع الراتب؟", Language::kAr),
            "من أسس الشركة | متى يدفع الراتب");
}

TEST(TwoAsksTest, MayEndInWhatTheyAskFor) {
  EXPECT_EQ(
      Both("Taşınmadan kim sorumlu ve aylık kira ne kadar?", Language::kTr),
      "Taşınmadan kim sorumlu | aylık kira ne kadar");
  EXPECT_EQ(Both("Công suất là bao nhiêu và bảo hành bao lâu?", Language::kVi),
            "Công suất là bao nhiêu | bảo hành bao lâu");
}

TEST(TwoAsksTest, ArePartedByACommaWhereWordsAreNotParted) {
  EXPECT_EQ(Both("可以保存多少个指纹，怎么删除？", Language::kZh),
            "可以保存多少个指纹 | 怎么删除");
  EXPECT_EQ(Both("休館日はいつで、料金はいくらですか？", Language::kJa),
            "休館日はいつで | 料金はいくらですか");
}

TEST(TwoAsksTest, AreTwoSentences) {
  EXPECT_EQ(Both("Who won? And in what year?", Language::kEn),
            "Who won | And in what year");
}

TEST(TwoAsksTest, AreNoneWhereOneSideAsksNothing) {
  EXPECT_EQ(Both("Who wrote Romeo and Juliet?", Language::kEn), "");
  EXPECT_EQ(
      Both("Was ist der Unterschied zwischen Hof und Garten?", Language::kDe),
      "");
  EXPECT_EQ(Both("¿Quién dijo que llueve y que hace frío?", Language::kEs), "");
  EXPECT_EQ(Both("Who won and in what year", Language::kUnknown), "");
}

TEST(TwoAsksTest, SayWhatTheyAreAboutWithoutTheWordsThatAsk) {
  const auto asks =
      FindTwoAsks("Who won the race, and in what year?", Language::kEn);
  ASSERT_TRUE(asks.has_value());
  EXPECT_EQ(asks->first.about, "won the race");
  EXPECT_EQ(asks->second.about, "");
}

TEST(TwoAsksTest, AreReadOfAnyBytes) {
  EXPECT_EQ(Both("who \xff\xfe and when \xc3", Language::kEn),
            "who \xff\xfe | when \xc3");
  EXPECT_EQ(Both("", Language::kEn), "");
  EXPECT_EQ(Both("and", Language::kEn), "");
  EXPECT_EQ(Both("¿?", Language::kEs), "");
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
