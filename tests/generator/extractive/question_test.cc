#include "generator/extractive/question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace footnote {
namespace extractive {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

TEST(DigitRunsTest, ReadsDigitsOfEveryScript) {
  EXPECT_THAT(DigitRuns("1923, ١٩٢٣; ۱۹۲۳ १९२३ １９２３年"),
              ElementsAre("1923", "1923", "1923", "1923", "1923"));
  EXPECT_THAT(DigitRuns("3.14 x86"), ElementsAre("3", "14", "86"));
  EXPECT_THAT(DigitRuns("no digits"), IsEmpty());
  EXPECT_THAT(DigitRuns(""), IsEmpty());
}

TEST(DigitRunsTest, SurvivesInvalidBytes) {
  EXPECT_THAT(DigitRuns("1\xff\xfe"
                        "2"),
              ElementsAre("1", "2"));
}

TEST(HanNumbersTest, ReadsRunsOfNumerals) {
  EXPECT_THAT(HanNumbers("三分之二，共十二人"),
              ElementsAre("三", "二", "十二"));
  EXPECT_THAT(HanNumbers("一般的人一共五"), ElementsAre("五"));
  EXPECT_THAT(HanNumbers("nine 9"), IsEmpty());
  EXPECT_THAT(HanNumbers(""), IsEmpty());
}

TEST(HanNumbersTest, SurvivesInvalidBytes) {
  EXPECT_THAT(HanNumbers("三\xff\xfe"
                         "四\xe4"),
              ElementsAre("三", "四"));
}

Question Read(const std::string& text, Language language) {
  Analyzer analyzer;
  return ReadQuestion(text, language, language, &analyzer);
}

TEST(QuestionTest, IsEmptyWithStopWordsOnly) {
  EXPECT_TRUE(Read("", Language::kEn).IsEmpty());
  EXPECT_TRUE(Read("??? !!!", Language::kEn).IsEmpty());
  EXPECT_TRUE(Read("what is the of", Language::kEn).IsEmpty());
  EXPECT_TRUE(Read("was ist das", Language::kDe).IsEmpty());
  EXPECT_FALSE(Read("what is a kernel", Language::kEn).IsEmpty());
}

TEST(QuestionTest, SpeaksOfSomethingInHiraganaAlone) {
  EXPECT_FALSE(Read("ごみはいつだしますか", Language::kJa).IsEmpty());
  EXPECT_FALSE(Read("いちごはあまいですか？", Language::kJa).IsEmpty());
  EXPECT_FALSE(Read("りんご", Language::kJa).IsEmpty());
  EXPECT_TRUE(Read("いつですか", Language::kJa).IsEmpty());
  EXPECT_TRUE(Read("それはどこですか", Language::kJa).IsEmpty());
}

TEST(QuestionTest, KnowsNamesAndNumbers) {
  const Question question =
      Read("When did Ada Lovelace write 12 notes?", Language::kEn);
  int names = 0;
  int numbers = 0;
  for (const QuestionTerm& term : question.terms) {
    names += term.is_name;
    numbers += term.is_number;
  }
  // "When" is capitalised because it comes first.
  EXPECT_EQ(names, 2);
  EXPECT_EQ(numbers, 1);
  EXPECT_TRUE(question.numbers.contains("12"));
}

TEST(QuestionTest, CountsARepeatedWordOnce) {
  EXPECT_EQ(Read("disk disk disk", Language::kEn).terms.size(), 1u);
}

TEST(QuestionTest, ReadsAHundredThousandCharacters) {
  std::string text;
  for (int i = 0; text.size() < 100000; ++i) {
    text += "word" + std::to_string(i % 5000) + " ";
  }
  const Question question = Read(text, Language::kEn);
  EXPECT_EQ(question.terms.size(), 5000u);
}

// What a searcher would send: the keys of `text`, each with this rarity.
void Tell(const std::string& text, float rarity, std::vector<uint64_t>* keys,
          std::vector<float>* rarities) {
  Analyzer analyzer;
  std::vector<Token> tokens;
  analyzer.Analyze(text, Language::kEn, &tokens);
  for (const Token& token : tokens) {
    keys->push_back(token.key);
    rarities->push_back(rarity);
  }
}

TEST(QuestionTest, LooksForNoMoreDatesThanAnybodyAsksFor) {
  std::string text = "When was";
  for (int day = 1; day <= 28; ++day) {
    text += " " + std::to_string(day) + "/3/2026,";
  }
  EXPECT_EQ(Read(text, Language::kEn).dates.size(), kMostDatesAsked);
}

TEST(QuestionTest, TakesTheEndingOfAKoreanVerbForNothingThatIsAskedFor) {
  const std::string text = "사진은 어디에서 옮기나요?";
  const Question question = Read(text, Language::kKo);
  std::vector<std::string> content;
  for (const QuestionTerm& term : question.terms) {
    if (term.is_content()) {
      content.push_back(text.substr(term.span.begin, term.span.size()));
    }
  }
  EXPECT_THAT(content, IsSupersetOf({"옮기나요", "옮기", "사진"}));
  EXPECT_THAT(content, Not(Contains("기나")));
  EXPECT_THAT(content, Not(Contains("나요")));
  // The verb in another form is the verb, and something like its pairs.
  const auto found = question.matches.find(TermKey(kChannelStem, "옮긴다"));
  ASSERT_NE(found, question.matches.end());
  ASSERT_EQ(found->second.size(), 2u);
  EXPECT_EQ(found->second[0].strength, 1);
  EXPECT_LT(found->second[1].strength, 1);
}

TEST(QuestionTest, TakesAnotherStemOfAWordForTheWord) {
  Analyzer analyzer;
  const auto matches_of = [](const Question& question, const char* stem) {
    const auto found = question.matches.find(TermKey(kChannelStem, stem));
    return found == question.matches.end() ? std::vector<TermMatch>()
                                           : found->second;
  };
  const Question question = Read("Хто поставив піч?", Language::kUk);
  const std::vector<TermMatch> own = matches_of(question, "піч");
  const std::vector<TermMatch> other = matches_of(question, "печ");
  ASSERT_EQ(own.size(), 1u);
  ASSERT_EQ(other.size(), 1u);
  EXPECT_EQ(other[0].term, own[0].term);
  EXPECT_EQ(other[0].strength, 1);
  // Of passages in another language, its words are no forms.
  EXPECT_THAT(matches_of(ReadQuestion("Хто поставив піч?", Language::kUk,
                                      Language::kRu, &analyzer),
                         "печ"),
              IsEmpty());
}

TEST(SetRarityTest, GivesEachTermWhatItWeighsInTheCollection) {
  Question question = Read("kernel scheduler", Language::kEn);
  std::vector<uint64_t> keys;
  std::vector<float> rarities;
  Tell("scheduler", 9, &keys, &rarities);
  Tell("kernel", 2, &keys, &rarities);
  SetRarity(keys, rarities, &question);
  EXPECT_THAT(question.rarity, ElementsAre(2, 9));
}

TEST(SetRarityTest, TakesAnUnknownTermForRare) {
  Question question = Read("kernel scheduler", Language::kEn);
  std::vector<uint64_t> keys;
  std::vector<float> rarities;
  Tell("kernel", 2, &keys, &rarities);
  SetRarity(keys, rarities, &question);
  EXPECT_THAT(question.rarity, ElementsAre(2, 2));
}

TEST(SetRarityTest, IgnoresTermsOfAnotherReading) {
  Question question = Read("kernel scheduler waits", Language::kEn);
  std::vector<uint64_t> keys;
  std::vector<float> rarities;
  Tell("kernel und etwas anderes", 2, &keys, &rarities);
  SetRarity(keys, rarities, &question);
  EXPECT_THAT(question.rarity, IsEmpty());
  SetRarity({}, {}, &question);
  EXPECT_THAT(question.rarity, IsEmpty());
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
