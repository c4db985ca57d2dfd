#include "generator/extractive/absent.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "generator/extractive/candidates.h"
#include "generator/extractive/question.h"
#include "text/analyzer.h"
#include "text/language.h"

namespace footnote {
namespace extractive {
namespace {

class AbsentTest : public ::testing::Test {
 protected:
  void Ask(const std::string& question, const std::string& title,
           const std::string& text) {
    text_ = text;
    title_ = title;
    asked_ = question;
    SourcePassage passage;
    passage.text = text_;
    passage.headings = {title_};
    passage.language = Language::kEn;
    question_ =
        ReadQuestion(question, Language::kEn, Language::kEn, &analyzer_);
    candidates_ = FindCandidates(question_, {passage}, 450, &analyzer_);
  }
  bool CodeIsAbsent() {
    return NamesAnAbsentCode(asked_, question_, candidates_);
  }
  bool AnotherRow(const std::vector<double>& probabilities) {
    EXPECT_EQ(probabilities.size(), candidates_.items.size());
    return AsksForAnotherRow(question_, candidates_, probabilities);
  }

  Analyzer analyzer_;
  std::string asked_;
  std::string title_;
  std::string text_;
  Question question_;
  Candidates candidates_;
};

TEST_F(AbsentTest, ACodeWhoseNumberIsNowhere) {
  const std::string text = "ERR-4012 means that the voltage is too low.";
  Ask("What does ERR-4012 mean?", "", text);
  EXPECT_FALSE(CodeIsAbsent());
  Ask("What does ERR-4099 mean?", "", text);
  EXPECT_TRUE(CodeIsAbsent());
  Ask("What does ERR-4099 mean?", "ERR-4099", text);
  EXPECT_FALSE(CodeIsAbsent());
  Ask("What does ERR4012 mean?", "", text);
  EXPECT_FALSE(CodeIsAbsent());
  // A year is no code.
  Ask("What was the voltage in 1999?", "", text);
  EXPECT_FALSE(CodeIsAbsent());
}

TEST_F(AbsentTest, ACodeMayBeWrittenOtherwise) {
  Ask("Who flew AS-206?", "", "AS206 flew without a crew.");
  EXPECT_FALSE(CodeIsAbsent());
  Ask("What is new in v2.3.1?", "Version 2.3.1", "Dark mode is new.");
  EXPECT_FALSE(CodeIsAbsent());
  Ask("What is new in v2.3.1?", "Version 2.4.0", "Dark mode is new.");
  EXPECT_TRUE(CodeIsAbsent());
}

constexpr char kRows[] =
    "City: Bergen | Manager: Solheim\n"
    "City: Gdynia | Manager: Kowalczyk\n"
    "City: Valencia | Manager: Ferrer\n";

TEST_F(AbsentTest, ARowThatNoRowIs) {
  Ask("Who is the manager of the city of Hamburg?", "Warehouses", kRows);
  EXPECT_TRUE(AnotherRow({.4, .3, .3}));
  // Its meaning tells one apart.
  EXPECT_FALSE(AnotherRow({.8, .1, .1}));
}

TEST_F(AbsentTest, ARowThatAWordTellsApart) {
  Ask("Who is the manager of Gdynia in Poland?", "Warehouses", kRows);
  EXPECT_FALSE(AnotherRow({.3, .4, .3}));
}

TEST_F(AbsentTest, AllRowsWhereNothingElseIsAsked) {
  Ask("Who are the managers?", "Warehouses", kRows);
  EXPECT_FALSE(AnotherRow({.4, .3, .3}));
  // What the title says is not missing.
  Ask("Who are the managers of the warehouses?", "Warehouses", kRows);
  EXPECT_FALSE(AnotherRow({.4, .3, .3}));
}

TEST_F(AbsentTest, SentencesAreNoRows) {
  Ask("Who is the manager of Hamburg?", "",
      "Solheim is manager. Kowalczyk is manager.");
  EXPECT_FALSE(AnotherRow({.5, .5}));
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
