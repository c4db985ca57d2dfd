#include "generator/extractive/missing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "text/analyzer.h"
#include "text/language.h"

namespace footnote {
namespace extractive {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MissingTest : public ::testing::Test {
 protected:
  std::vector<std::string> MissingOf(const std::string& question,
                                     Language language, const std::string& text,
                                     const std::string& title = "") {
    std::vector<SourcePassage> passages(1);
    passages[0].text = text;
    passages[0].headings = {title};
    passages[0].language = language;
    const Question read =
        ReadQuestion(question, language, language, &analyzer_);
    std::vector<std::string> words;
    for (const absl::string_view word : MissingWords(
             question, read, FindCandidates(read, passages, 450, &analyzer_))) {
      words.emplace_back(word);
    }
    return words;
  }

  Analyzer analyzer_;
};

TEST_F(MissingTest, NamesWhatNoSentenceSpeaksOfAsItWasWritten) {
  EXPECT_THAT(MissingOf("What is the capital of Mongolia?", Language::kEn,
                        "Paris is the capital of France."),
              ElementsAre("Mongolia"));
  EXPECT_THAT(MissingOf("Wie hoch ist der Kölner Dom?", Language::kDe,
                        "Der Berliner Dom ist 98 Meter hoch."),
              ElementsAre("Kölner"));
}

TEST_F(MissingTest, NamesNothingThatATitleOrAnotherFormOfTheWordHolds) {
  EXPECT_THAT(
      MissingOf("Who opened the libraries of Reykjavik?", Language::kEn,
                "The mayor was opening the library.", "Reykjavik in winter"),
      IsEmpty());
}

TEST_F(MissingTest, NamesNoWordThatAsksForAMeasureWhoseUnitIsThere) {
  constexpr char kQuestion[] = "¿Cuánto cuesta el billete?";
  EXPECT_THAT(
      MissingOf(kQuestion, Language::kEs, "El billete sale por 48 euros."),
      IsEmpty());
  EXPECT_THAT(MissingOf(kQuestion, Language::kEs,
                        "El precio del billete está en el tablón."),
              IsEmpty());
  EXPECT_THAT(
      MissingOf(kQuestion, Language::kEs, "El billete vale por tres meses."),
      ElementsAre("cuesta"));
  EXPECT_THAT(MissingOf("Сколько длится поездка?", Language::kRu,
                        "Поездка займёт три часа."),
              IsEmpty());
  EXPECT_THAT(
      MissingOf("How heavy is the pump?", Language::kEn, "Of the pump: 640 g."),
      IsEmpty());
  EXPECT_THAT(MissingOf("Скільки важить насос?", Language::kUk,
                        "Маса насоса без води."),
              IsEmpty());
  EXPECT_THAT(MissingOf("How heavy is the pump?", Language::kEn,
                        "The pump has 12 bar."),
              ElementsAre("heavy"));
}

TEST_F(MissingTest, NamesNoWordThatIsOneSlipAway) {
  EXPECT_THAT(MissingOf("How long is the waranty?", Language::kEn,
                        "The warranty is two years."),
              IsEmpty());
  EXPECT_THAT(MissingOf("How long is the waranty?", Language::kEn,
                        "It is two years.", "Warranty"),
              IsEmpty());
  // Short words and numbers are others then.
  EXPECT_THAT(MissingOf("Where was the bear in 18450?", Language::kEn,
                        "The beer of 18460 was here."),
              ElementsAre("bear", "18450"));
}

TEST_F(MissingTest, NamesVietnameseWordsWithoutTheParticlesAroundThem) {
  EXPECT_THAT(MissingOf("Thủ đô của Mông Cổ là gì?", Language::kVi,
                        "Thủ đô của Pháp là Paris."),
              ElementsAre("Mông Cổ"));
}

TEST_F(MissingTest, NamesWordsWithHyphensAsAWhole) {
  EXPECT_THAT(
      MissingOf("Où est le porte-avions ?", Language::kFr, "Le chat dort."),
      ElementsAre("porte-avions"));
  EXPECT_THAT(
      MissingOf("Où est Saint-Malo ?", Language::kFr, "Un saint est venu."),
      ElementsAre("Saint-Malo"));
  EXPECT_THAT(MissingOf("Où se trouve-t-il ?", Language::kFr, "Le chat dort."),
              ElementsAre("trouve"));
}

TEST_F(MissingTest, NamesAWordOnce) {
  EXPECT_THAT(MissingOf("Is the yurt a yurt of wood?", Language::kEn,
                        "The door is of wood."),
              ElementsAre("yurt"));
}

TEST_F(MissingTest, NamesRunsOfCharactersWhereWordsAreNotParted) {
  EXPECT_THAT(MissingOf("モンゴルの首都はどこですか。", Language::kJa,
                        "フランスの首都はパリである。"),
              ElementsAre("モンゴル"));
  EXPECT_THAT(MissingOf("モンゴルの首都はどこですか。", Language::kJa,
                        "フランスの首都はパリである。ネパールの町。"),
              ElementsAre("モンゴル"));
  EXPECT_THAT(
      MissingOf("蒙古的首都在哪里？", Language::kZh, "法国的首都是巴黎。"),
      ElementsAre("蒙古"));
}

TEST_F(MissingTest, NamesNoWordThatAsks) {
  EXPECT_THAT(MissingOf("東京大学の学長は誰ですか。", Language::kJa,
                        "京都大学の学長は山田である。"),
              ElementsAre("東京"));
  EXPECT_THAT(MissingOf("谁是学校的校长？", Language::kZh, "学校的校长老了。"),
              IsEmpty());
}

TEST_F(MissingTest, NamesWordsOfHangulAsAWhole) {
  EXPECT_THAT(MissingOf("대한민국의 수도는 어디인가?", Language::kKo,
                        "중화민국의 수도는 타이베이다."),
              ElementsAre("대한민국의"));
}

TEST(TellMissingTest, NamesThreeAndSaysThatThereAreMore) {
  EXPECT_EQ(TellMissing({"a"}, 1),
            "the one passage that was found does not speak of “a”");
  EXPECT_EQ(TellMissing({"a", "b"}, 8),
            "none of the 8 passages that were found speaks of “a” or “b”");
  EXPECT_EQ(TellMissing({"a", "b", "c"}, 8),
            "none of the 8 passages that were found speaks of “a”, “b” or “c”");
  EXPECT_EQ(TellMissing({"a", "b", "c", "d"}, 8),
            "none of the 8 passages that were found speaks of “a”, “b”, “c” …");
}

// A question may have a hundred thousand bytes: time grows with them alone.
TEST_F(MissingTest, NamesEachOfVeryManyWordsInTheirOrder) {
  std::string question = "Where are";
  std::vector<std::string> words;
  for (int i = 0; i < 12000; ++i) {
    std::string word = "x";
    for (int rest = i; word.size() < 6; rest /= 10) {
      word += static_cast<char>('b' + rest % 10);
    }
    question += " " + word;
    words.push_back(word);
  }
  EXPECT_EQ(MissingOf(question, Language::kEn, "The door is of wood."), words);
}

TEST(TellMissingTest, TellsOfALongWordItsBeginning) {
  std::string word;
  for (int i = 0; i < 40; ++i) word += "語";
  EXPECT_EQ(TellMissing({word}, 1),
            "the one passage that was found does not speak of “" +
                word.substr(0, 99) + "…”");
}

TEST(TellMissingTest, SaysThatItIsSpokenOfWhereNothingIsMissing) {
  EXPECT_EQ(TellMissing({}, 8),
            "the best of 8 passages speaks of it, but does not seem to say "
            "what was asked");
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
