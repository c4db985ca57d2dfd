#include "generator/extractive/carriers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "generator/extractive/question.h"
#include "text/analyzer.h"
#include "text/language.h"
#include "text/span.h"

namespace footnote {
namespace extractive {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Found(const std::string& question, Language language) {
  std::vector<std::string> found;
  for (const TextSpan& span : FindCarriers(question, language)) {
    found.push_back(question.substr(span.begin, span.size()));
  }
  return found;
}

std::vector<std::string> AboutWhat(const std::string& question,
                                   Language language) {
  Analyzer analyzer;
  const Question read = ReadQuestion(question, language, language, &analyzer);
  std::vector<std::string> about;
  for (const QuestionTerm& term : read.terms) {
    if (!term.is_content()) continue;
    about.push_back(
        question.substr(term.span.begin, term.span.end - term.span.begin));
  }
  return about;
}

TEST(CarriersTest, AreTheWordsThatSayNothing) {
  EXPECT_THAT(Found("What happens when the valve closes?", Language::kEn),
              ElementsAre("happens"));
  EXPECT_THAT(Found("Was bedeutet F-12?", Language::kDe),
              ElementsAre("bedeutet"));
  EXPECT_THAT(Found("Dove si è svolta l'assemblea?", Language::kIt),
              ElementsAre("svolta"));
  EXPECT_THAT(Found("מתי צריך כפפות?", Language::kHe), ElementsAre("צריך"));
  EXPECT_THAT(Found("E3は何を意味しますか？", Language::kJa),
              Contains("何を意味しますか"));
  EXPECT_THAT(Found("What closes the valve?", Language::kEn), IsEmpty());
  EXPECT_THAT(Found("What happens?", Language::kUnknown), IsEmpty());
  EXPECT_THAT(Found("", Language::kEn), IsEmpty());
  EXPECT_THAT(Found("\xff happens \xe4", Language::kEn),
              ElementsAre("happens"));
}

TEST(CarriersTest, AreFoundWithoutAccents) {
  EXPECT_THAT(Found("¿Qué ocurrió? ¿Que ocurrio?", Language::kEs),
              ElementsAre("ocurrió", "ocurrio"));
}

TEST(CarriersTest, AQuestionIsNotAboutThem) {
  EXPECT_THAT(AboutWhat("Hoe lang mag je laden?", Language::kNl),
              ElementsAre("laden"));
  EXPECT_THAT(AboutWhat("¿Qué hago si aparece E-15?", Language::kEs),
              ElementsAre("15"));
}

TEST(CarriersTest, AQuestionOfThemAloneIsAboutThem) {
  EXPECT_THAT(AboutWhat("What happened?", Language::kEn),
              ElementsAre("happened"));
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
