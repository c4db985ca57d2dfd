#include "generator/ahead/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "generator/citation/verify.h"
#include "tests/generator/documents_23.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

// Sixty months of two columns: one that goes with the season, one that walks.
std::string Report() {
  std::string text = "Größe und Verkäufe\n\n";
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  double walk = 100;
  for (int i = 0; i < 60; ++i) {
    walk += normal(random);
    absl::StrAppendFormat(
        &text, "Month: %d-%02d | Sales: %.1f | Price: %.2f\n", 2020 + i / 12,
        i % 12 + 1, 100 + 2 * i + 30 * std::sin(i * 3.14159265 / 6), walk);
  }
  return text;
}

v1::GenerateRequest Request(const std::string& question) {
  v1::GenerateRequest request;
  request.set_question(question);
  request.set_language("en");
  *request.add_texts() = MakePassage("report.md", Report(), "en");
  return request;
}

bool Never() { return false; }

TEST(AheadAnswerTest, ForecastsTheColumnThatTheQuestionNames) {
  const v1::GenerateRequest request =
      Request("What will the sales be next month?");
  AheadQuestion ahead;
  ASSERT_TRUE(AsksAhead(request.question(), Language::kEn, &ahead));
  v1::Draft draft;
  ASSERT_TRUE(AnswerAhead(request, ahead, Language::kEn, Never, &draft));
  const v1::SeriesForecast& forecast = draft.forecast();
  EXPECT_EQ(forecast.column(), "Sales");
  EXPECT_EQ(forecast.time(), "2025-01");
  EXPECT_EQ(forecast.steps(), 1);
  EXPECT_EQ(forecast.rows(), 60);
  EXPECT_NEAR(forecast.value(), 100 + 2 * 60, 8);
  EXPECT_FALSE(forecast.last_value_is_better());
  EXPECT_LT(forecast.rmse(), forecast.last_value_rmse());
  EXPECT_LT(forecast.low(), forecast.value());
  EXPECT_GT(forecast.high(), forecast.value());
  EXPECT_THAT(forecast.summary(), HasSubstr("Sales, 2025-01"));
  EXPECT_THAT(forecast.summary(), HasSubstr("repeating the last value"));
}

TEST(AheadAnswerTest, QuotesTheRowsThatFedItByteForByte) {
  const v1::GenerateRequest request =
      Request("What will the sales be next month?");
  AheadQuestion ahead;
  ASSERT_TRUE(AsksAhead(request.question(), Language::kEn, &ahead));
  v1::Draft draft;
  ASSERT_TRUE(AnswerAhead(request, ahead, Language::kEn, Never, &draft));
  ASSERT_EQ(draft.citations_size(), 8);
  EXPECT_EQ(KeepOnlyFound(request.texts(), &draft), 0);
  const std::string& text = request.texts(0).text();
  for (const v1::Citation& citation : draft.citations()) {
    EXPECT_EQ(citation.verdict(), v1::FOUND);
    const v1::SourceSpan& source = citation.sources(0);
    EXPECT_EQ(text.substr(source.span().begin(),
                          source.span().end() - source.span().begin()),
              source.quote());
  }
  EXPECT_THAT(draft.citations(7).sources(0).quote(),
              HasSubstr("Month: 2024-12"));
  EXPECT_EQ(text.find("Month: 2020-01"), draft.forecast().rows_span().begin());
  EXPECT_EQ(text.size() - 1, draft.forecast().rows_span().end());
}

TEST(AheadAnswerTest, SaysWhereTheLastValueIsAsGood) {
  const v1::GenerateRequest request = Request("What price is next year?");
  AheadQuestion ahead;
  ASSERT_TRUE(AsksAhead(request.question(), Language::kEn, &ahead));
  v1::Draft draft;
  ASSERT_TRUE(AnswerAhead(request, ahead, Language::kEn, Never, &draft));
  const v1::SeriesForecast& forecast = draft.forecast();
  EXPECT_EQ(forecast.column(), "Price");
  EXPECT_EQ(forecast.steps(), 12);
  EXPECT_EQ(forecast.last_value_is_better(),
            forecast.rmse() >= forecast.last_value_rmse());
  if (forecast.last_value_is_better()) {
    EXPECT_EQ(forecast.value(), forecast.last_value());
    EXPECT_THAT(forecast.summary(), HasSubstr("so this is the last value"));
  }
}

TEST(AheadAnswerTest, MakesNoForecastForWhoDoesNotWait) {
  const v1::GenerateRequest request =
      Request("What will the sales be next month?");
  AheadQuestion ahead;
  ASSERT_TRUE(AsksAhead(request.question(), Language::kEn, &ahead));
  v1::Draft draft;
  const auto cancelled = [] { return true; };
  EXPECT_FALSE(AnswerAhead(request, ahead, Language::kEn, cancelled, &draft));
  EXPECT_EQ(draft.ByteSizeLong(), 0);
}

TEST(AheadAnswerTest, SaysNothingOfColumnsThatAreNotThere) {
  const v1::GenerateRequest request =
      Request("What will the temperature be tomorrow?");
  AheadQuestion ahead;
  ASSERT_TRUE(AsksAhead(request.question(), Language::kEn, &ahead));
  v1::Draft draft;
  EXPECT_FALSE(AnswerAhead(request, ahead, Language::kEn, Never, &draft));
  EXPECT_EQ(draft.ByteSizeLong(), 0);
}

TEST(AheadAnswerTest, WantsTheTextsOfPassagesThatHoldRows) {
  v1::GenerateRequest request;
  *request.add_passages() = MakePassage("a.txt", "No rows here.", "en");
  *request.add_passages() = MakePassage("report.md", Report(), "en", 2);
  *request.add_passages() = MakePassage("report.md", Report(), "en", 3);
  v1::Draft draft;
  WantTexts(request, &draft);
  ASSERT_EQ(draft.wants_size(), 1);
  EXPECT_EQ(draft.wants(0).document(), "report.md");
}

}  // namespace
}  // namespace footnote
