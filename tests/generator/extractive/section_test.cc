#include "generator/extractive/section.h"

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

constexpr char kSteps[] =
    "Take a screenshot\n"
    "Press the Print key.\n"
    "Drag the area that you want.\n"
    "Click the round button.\n";
constexpr char kRemark[] =
    "Keyboard shortcuts\n"
    "To take a screenshot of a window, a screenshot tool takes a screenshot.\n";

class SectionTest : public ::testing::Test {
 protected:
  void AddPassage(const std::string& text,
                  const std::vector<absl::string_view>& headings,
                  Language language = Language::kEn) {
    SourcePassage passage;
    passage.text = text;
    passage.headings = headings;
    passage.language = language;
    texts_.push_back(text);
    passages_.push_back(passage);
  }

  std::vector<std::string> Ask(const std::string& text,
                               Language language = Language::kEn,
                               size_t max_sentences = 0,
                               double best_length = 300) {
    for (size_t i = 0; i < texts_.size(); ++i) passages_[i].text = texts_[i];
    const Question question =
        ReadQuestion(text, language, language, &analyzer_);
    if (!AsksForASection(text, question)) return {"asks for none"};
    const Candidates found =
        FindCandidates(question, passages_, 450, &analyzer_);
    std::vector<std::string> sentences;
    for (const size_t i :
         FromSection(question, found,
                     SectionLimits(question, max_sentences, best_length))) {
      const Candidate& candidate = found.items[i];
      sentences.emplace_back(passages_[candidate.passage].text.substr(
          candidate.span.begin, candidate.span.size()));
    }
    return sentences;
  }

  Analyzer analyzer_;
  std::vector<std::string> texts_;
  std::vector<SourcePassage> passages_;
};

TEST_F(SectionTest, HowToDoSomethingIsTheStepsBelowTheHeadingThatSaysIt) {
  AddPassage(kRemark, {"Screenshots", "Keyboard shortcuts"});
  AddPassage(kSteps, {"Screenshots", "Take a screenshot"});
  EXPECT_THAT(
      Ask("How do I take a screenshot?"),
      ElementsAre("Press the Print key.", "Drag the area that you want.",
                  "Click the round button."));
}

TEST_F(SectionTest, WhatOnlyNamesAThingIsItsSectionAtItsUsualLength) {
  AddPassage(kSteps, {"Screenshots", "Take a screenshot"});
  EXPECT_THAT(
      Ask("take a screenshot", Language::kEn, 2),
      ElementsAre("Press the Print key.", "Drag the area that you want."));
}

TEST_F(SectionTest, ItIsFoundInOtherLanguagesToo) {
  AddPassage("Een schermafdruk maken\nDruk op Print.\nKlik op de knop.\n",
             {"Een schermafdruk maken"}, Language::kNl);
  EXPECT_THAT(Ask("Hoe maak ik een schermafdruk?", Language::kNl),
              ElementsAre("Druk op Print.", "Klik op de knop."));
}

TEST_F(SectionTest, TheHeadingThatSaysMoreOfItIsBetter) {
  AddPassage("Connect to a wireless network\nOpen the menu.\n",
             {"Connect to a wireless network"});
  AddPassage("Connect to a hidden wireless network\nOpen the settings.\n",
             {"Connect to a hidden wireless network"});
  EXPECT_THAT(Ask("How do I connect to a hidden wireless network?"),
              ElementsAre("Open the settings."));
  EXPECT_THAT(Ask("How do I connect to a wireless network?"),
              ElementsAre("Open the menu."));
}

TEST_F(SectionTest, OfHeadingsThatSayItTheOneThatSaysLeastElseIsBetter) {
  AddPassage("Going further: tricks with LVM\nMove extents.\n",
             {"Going further: tricks with LVM"});
  AddPassage("LVM\nLVM joins disks.\n", {"LVM"});
  EXPECT_THAT(Ask("What is LVM?"), ElementsAre("LVM joins disks."));
}

TEST_F(SectionTest, HowIsBelowTheHeadingThatSaysItNotInTheIntroduction) {
  constexpr char kIntroduction[] =
      "Screenshots and screencasts\nA screenshot is a picture.\n";
  constexpr char kTaking[] = "Taking a screenshot\nPress Print.\n";
  AddPassage(kIntroduction, {"Screenshots and screencasts"});
  AddPassage("Where do they go?\nInto your folder.\n",
             {"Screenshots and screencasts", "Where do they go?"});
  AddPassage(kTaking, {"Screenshots and screencasts", "Taking a screenshot"});
  EXPECT_THAT(Ask("How do I make a screenshot?"), ElementsAre("Press Print."));
  EXPECT_THAT(Ask("What is a screenshot?"),
              ElementsAre("A screenshot is a picture."));
}

TEST_F(SectionTest, AnIntroductionGivesWayOnlyToASectionOfTheSameThing) {
  AddPassage("Installing packages\nChoose one and press Install.\n",
             {"Installing packages"});
  AddPassage("Removing packages\nWhat you install can be removed.\n",
             {"Installing packages", "Removing packages"});
  AddPassage("Fonts\nTo install a font package, copy it.\n",
             {"Installing packages", "Fonts"});
  EXPECT_THAT(Ask("How do I install a package?"),
              ElementsAre("Choose one and press Install."));
}

TEST_F(SectionTest, NoneIsTakenWhoseHeadingSaysHalfOfTheQuestion) {
  AddPassage(kSteps, {"Take a screenshot"});
  EXPECT_THAT(Ask("How do I take a screenshot of a penguin in winter?"),
              IsEmpty());
}

TEST_F(SectionTest, NoneIsTakenWhereASentenceSaysMoreOfWhatSomethingIs) {
  const std::string question = "क्रमांकित सूची प्रारंभ करने के लिए क्या टाइप करें?";
  AddPassage("जब आप टाइप कर रहे हों\nविकल्प चुनें.\n",
             {"क्रमांकित सूची", "जब आप टाइप कर रहे हों"}, Language::kHi);
  EXPECT_THAT(Ask(question, Language::kHi), ElementsAre("विकल्प चुनें."));
  AddPassage("क्रमांकित सूची प्रारंभ करने के लिए 1 टाइप करें.\n", {"मदद"},
             Language::kHi);
  EXPECT_THAT(Ask(question, Language::kHi), IsEmpty());
}

TEST_F(SectionTest, NoneIsTakenWhoseBeginningIsNotThere) {
  AddPassage("Click the round button.\nSave the file.\n",
             {"Screenshots", "Take a screenshot"});
  EXPECT_THAT(Ask("How do I take a screenshot?"), IsEmpty());
}

TEST_F(SectionTest, NoneIsTakenBelowWhoseHeadingNothingStands) {
  AddPassage("LVM\n", {"LVM"});
  AddPassage("Going further: tricks with LVM\nMove extents.\n",
             {"Going further: tricks with LVM"});
  EXPECT_THAT(Ask("What is LVM?"), ElementsAre("Move extents."));
}

constexpr char kDeleting[] =
    "Удаление файлов\n"
    "Чтобы удалить файл, выберите его.\n"
    "Нажмите Delete.\n";

TEST_F(SectionTest, TheBestPassagesHeadingMayNameTheThingWhereItsTextSaysHow) {
  AddPassage(kDeleting, {"Удаление файлов"}, Language::kRu);
  AddPassage("Поиск файлов\nЕсли файл удалить, его не найти.\n",
             {"Поиск файлов"}, Language::kRu);
  EXPECT_THAT(
      Ask("Как удалить файл?", Language::kRu),
      ElementsAre("Чтобы удалить файл, выберите его.", "Нажмите Delete."));
  EXPECT_THAT(Ask("Как переименовать файл?", Language::kRu), IsEmpty());
}

TEST_F(SectionTest, AnIntroductionThatOnlyNamesTheThingGivesWayToo) {
  AddPassage("Знімки та відеозаписи екрана\nЗнімок екрана є зображенням.\n",
             {"Знімки та відеозаписи екрана"}, Language::kUk);
  AddPassage("Де буде збережено дані?\nЗнімок екрана буде у теці.\n",
             {"Знімки та відеозаписи екрана", "Де буде збережено дані?"},
             Language::kUk);
  AddPassage(
      "Створення знімка екрана\nНатисніть Print.\nЗнімок екрана готовий.\n",
      {"Знімки та відеозаписи екрана", "Створення знімка екрана"},
      Language::kUk);
  EXPECT_THAT(Ask("Як зробити знімок екрана?", Language::kUk),
              ElementsAre("Натисніть Print.", "Знімок екрана готовий."));
}

TEST_F(SectionTest, AnotherPassagesHeadingMayNot) {
  AddPassage("Мышь\nЩёлкните левой кнопкой.\n", {"Мышь"}, Language::kRu);
  AddPassage(kDeleting, {"Удаление файлов"}, Language::kRu);
  EXPECT_THAT(Ask("Как удалить файл?", Language::kRu), IsEmpty());
}

TEST_F(SectionTest, TheVerbThatOnlyAsksIsNotLookedFor) {
  AddPassage("Captura de tela\nAperte Print.\n", {"Captura de tela"},
             Language::kPt);
  AddPassage("Chụp màn hình\nBấm phím Print.\n", {"Chụp màn hình"},
             Language::kVi);
  EXPECT_THAT(Ask("Como faço uma captura de tela?", Language::kPt),
              ElementsAre("Aperte Print."));
  EXPECT_THAT(Ask("Làm thế nào để chụp màn hình?", Language::kVi),
              ElementsAre("Bấm phím Print."));
}

TEST_F(SectionTest, WhoAsksForAFactIsNotGivenASection) {
  AddPassage(kSteps, {"Take a screenshot"});
  EXPECT_THAT(Ask("Who can take a screenshot?"), ElementsAre("asks for none"));
  EXPECT_THAT(Ask("When did you take a screenshot?"),
              ElementsAre("asks for none"));
}

TEST_F(SectionTest, StepsAreGivenAsFarAsTheLimitsGo) {
  std::string text = "Fold a boat\n";
  for (int i = 1; i <= 12; ++i) {
    text += "Fold corner number " + std::to_string(i) + ".\n";
  }
  AddPassage(text, {"Fold a boat"});
  EXPECT_EQ(Ask("How do I fold a boat?").size(), 8);
  EXPECT_EQ(Ask("How do I fold a boat?", Language::kEn, 3).size(), 3);
  EXPECT_EQ(Ask("How do I fold a boat?", Language::kEn, 0, 50).size(), 4);
  EXPECT_EQ(Ask("How do I fold a boat?", Language::kEn, 0, 1).size(), 1);
}

TEST_F(SectionTest, NothingIsAnnouncedThatDoesNotFollow) {
  AddPassage("Fold a boat\nTake paper.\nThen:\nFold it.\n", {"Fold a boat"});
  EXPECT_THAT(Ask("How do I fold a boat?", Language::kEn, 2),
              ElementsAre("Take paper."));
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
