#include "generator/extractive/select.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace footnote {
namespace extractive {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Candidate> OfLengths(const std::vector<double>& lengths) {
  std::vector<Candidate> candidates;
  for (const double length : lengths) {
    candidates.emplace_back();
    candidates.back().length = length;
  }
  return candidates;
}

TEST(SelectTest, TakesTheBestFirst) {
  EXPECT_THAT(Select({}, OfLengths({50, 50, 50}), {"a", "b", "c"},
                     {0.2, 0.5, 0.3}, {2, 300}),
              ElementsAre(1, 2));
}

TEST(SelectTest, LeavesOutASecondSentenceThatIsNotWorthItsLength) {
  EXPECT_THAT(
      Select({}, OfLengths({50, 900}), {"a", "b"}, {0.95, 0.05}, {2, 300}),
      ElementsAre(0));
}

TEST(SelectTest, TakesFewerTheSurerItIs) {
  const std::vector<absl::string_view> texts = {"a", "b", "c", "d"};
  const auto taken = [&](const std::vector<double>& probabilities) {
    return Select({}, OfLengths({120, 120, 120, 120}), texts, probabilities, {})
        .size();
  };
  EXPECT_EQ(taken({0.9, 0.05, 0.03, 0.02}), 1);
  EXPECT_EQ(taken({0.6, 0.3, 0.05, 0.05}), 2);
  EXPECT_EQ(taken({0.4, 0.3, 0.2, 0.1}), 3);
  EXPECT_EQ(taken({0.25, 0.25, 0.25, 0.25}), 3);
}

TEST(SelectTest, ShortScrapsThatAreUnlikelyDoNotJoin) {
  EXPECT_THAT(
      Select({}, OfLengths({120, 4}), {"a", "b"}, {0.99, 0.01}, {3, 300}),
      ElementsAre(0));
}

TEST(SelectTest, TheLikeliestStandsHoweverShortAnotherIs) {
  EXPECT_THAT(
      Select({}, OfLengths({280, 20}), {"a", "b"}, {0.5, 0.45}, {1, 300}),
      ElementsAre(0));
}

TEST(SelectTest, WhatNeitherHasNorStandsBesideWhatIsAskedDoesNotJoin) {
  Question question;
  question.terms.resize(1);
  std::vector<Candidate> candidates = OfLengths({30, 30, 30, 30});
  for (uint32_t i = 0; i < 4; ++i) {
    candidates[i].ordinal = i;
    candidates[i].count = 4;
    candidates[i].strength = {i == 3 ? 1.0f : 0.0f};
  }
  const std::vector<absl::string_view> texts = {"a", "b", "c", "d"};
  EXPECT_THAT(Select(question, candidates, texts, {0.1, 0, 0.1, 0.8}, {}),
              ElementsAre(3, 2));
  // What may as well be the answer joins wherever it stands.
  EXPECT_THAT(Select(question, candidates, texts, {0.3, 0, 0.1, 0.6}, {}),
              ElementsAre(3, 0, 2));
}

TEST(SelectTest, AHeadingIsChosenOnlyWhereThereIsNothingElse) {
  std::vector<Candidate> candidates = OfLengths({20, 120, 120});
  candidates[0].is_heading = true;
  EXPECT_THAT(
      Select({}, candidates, {"a", "b", "c"}, {0.98, 0.019, 0.001}, {3, 300}),
      ElementsAre(1));
  EXPECT_THAT(Select({}, candidates, {"a", "b", "c"}, {1, 0, 0}, {3, 300}),
              ElementsAre(0));
  EXPECT_THAT(Select({}, {candidates[0]}, {"a"}, {1}, {3, 300}),
              ElementsAre(0));
}

TEST(SelectTest, AHeadingWithAYearAnswersWhen) {
  std::vector<Candidate> candidates = OfLengths({20, 120});
  candidates[0].is_heading = true;
  Question question;
  const auto selected = [&] {
    return Select(question, candidates, {"a", "b"}, {0.98, 0.02}, {3, 300});
  };
  question.type = AnswerType::kDate;
  EXPECT_THAT(selected(), ElementsAre(1));
  candidates[0].has_new_year = true;
  EXPECT_THAT(selected(), ElementsAre(0));
  question.type = AnswerType::kPerson;
  EXPECT_THAT(selected(), ElementsAre(1));
}

TEST(SelectTest, GivesOneSentenceHoweverLong) {
  EXPECT_THAT(Select({}, OfLengths({90000}), {"a"}, {1.0}, {2, 300}),
              ElementsAre(0));
}

TEST(SelectTest, NeverSaysTheSameTwice) {
  EXPECT_THAT(Select({}, OfLengths({50, 50, 50}), {"a", "a", "b"},
                     {0.4, 0.4, 0.2}, {2, 300}),
              ElementsAre(0, 2));
}

TEST(SelectTest, ARowThatHasLessOfTheQuestionDoesNotJoin) {
  // "How many hammers are in shelf B2": many, hammers, shelf, B2.
  Question question;
  question.terms.resize(4);
  question.terms[0].is_question_word = true;
  std::vector<Candidate> rows = OfLengths({50, 50, 50, 50});
  rows[0].strength = {0, 1, 1, 1};
  rows[1].strength = {1, 0, 1, 1};
  rows[2].strength = {0, 0, 1, 0};
  rows[3].strength = {0, 1, 1, 1};
  const auto selected = [&] {
    return Select(question, rows, {"a", "b", "c", "d"}, {0.4, 0.3, 0.2, 0.1},
                  {4, 300});
  };
  EXPECT_THAT(selected(), ElementsAre(0, 1, 2, 3)) << "sentences explain";
  for (Candidate& row : rows) row.is_row = true;
  EXPECT_THAT(selected(), ElementsAre(0, 3));
  // What each has for itself counts, and something like a word is not nothing.
  rows[0].strength = {0, 1, 1, 0.5};
  rows[1].strength = {0, 0.5, 0.5, 0.5};
  rows[2].strength = {0, 0, 0, 1};
  rows[3].strength = {0, 0, 0, 0.5};
  EXPECT_THAT(selected(), ElementsAre(0, 1, 2));
}

TEST(SelectTest, ObeysTheLimit) {
  EXPECT_THAT(Select({}, OfLengths({5, 5}), {"a", "b"}, {0.5, 0.5}, {1, 300}),
              ElementsAre(0));
}

TEST(SelectTest, TakesNothingFromNothing) {
  EXPECT_THAT(Select({}, {}, {}, {}, {2, 300}), IsEmpty());
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
