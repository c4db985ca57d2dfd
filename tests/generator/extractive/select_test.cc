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
    candidates[i].is_sentence = true;
  }
  const std::vector<absl::string_view> texts = {"a", "b", "c", "d"};
  EXPECT_THAT(Select(question, candidates, texts, {0.1, 0, 0.1, 0.8}, {}),
              ElementsAre(3, 2));
  // What may as well be the answer joins wherever it stands.
  EXPECT_THAT(Select(question, candidates, texts, {0.3, 0, 0.1, 0.6}, {}),
              ElementsAre(3, 0, 2));
}

TEST(SelectTest, WhatIsNoSentenceJoinsOnlyWhereItIsLikely) {
  std::vector<Candidate> candidates = OfLengths({60, 10, 60});
  candidates[0].is_sentence = candidates[2].is_sentence = true;
  const std::vector<absl::string_view> texts = {"It moves.", "From: Ann", "c"};
  const auto chosen = [&](const std::vector<double>& probabilities,
                          size_t most = 3) {
    return Select({}, candidates, texts, probabilities, {most, 300});
  };
  EXPECT_THAT(chosen({0.7, 0.09, 0.01}), ElementsAre(0));
  EXPECT_THAT(chosen({0.7, 0.2, 0.01}), ElementsAre(0, 1));
  EXPECT_THAT(chosen({0.2, 0.7, 0.01}), ElementsAre(1, 0));
  // Nothing less likely has its place.
  EXPECT_THAT(chosen({0.7, 0.1, 0.1}, 2), ElementsAre(0));
  // Nor is what has a word of the question, or is a row of a table.
  candidates[1].strength = {1};
  EXPECT_THAT(chosen({0.7, 0.09, 0.01}), ElementsAre(0, 1));
  candidates[1].strength = {0};
  EXPECT_THAT(chosen({0.7, 0.09, 0.01}), ElementsAre(0));
  candidates[1].is_row = true;
  EXPECT_THAT(chosen({0.7, 0.09, 0.01}), ElementsAre(0, 1));
}

TEST(SelectTest, ADateThatNothingElseTellsJoinsThoughItIsNoSentence) {
  Question question;
  question.type = AnswerType::kDate;
  std::vector<Candidate> candidates = OfLengths({60, 10});
  candidates[0].new_terms = 1;
  candidates[1].has_new_number = true;
  candidates[0].is_sentence = true;
  const std::vector<absl::string_view> texts = {"Signed today.", "5 March"};
  EXPECT_THAT(Select(question, candidates, texts, {0.7, 0.09}, {3, 300}),
              ElementsAre(0, 1));
  candidates[0].has_new_number = true;
  EXPECT_THAT(Select(question, candidates, texts, {0.7, 0.09}, {3, 300}),
              ElementsAre(0));
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
  candidates[1].new_terms = 5;
  Question question;
  const auto selected = [&] {
    return Select(question, candidates, {"a", "b"}, {0.98, 0.02}, {3, 300});
  };
  question.type = AnswerType::kDate;
  EXPECT_THAT(selected(), ElementsAre(1));
  candidates[0].has_new_year = true;
  candidates[0].has_new_number = true;
  EXPECT_THAT(selected(), ElementsAre(0));
  question.type = AnswerType::kPerson;
  EXPECT_THAT(selected(), ElementsAre(1));
}

// Four lines below each other in one passage.
std::vector<Candidate> Below(const std::vector<double>& lengths) {
  std::vector<Candidate> candidates = OfLengths(lengths);
  for (uint32_t i = 0; i < candidates.size(); ++i) {
    candidates[i].ordinal = i;
    candidates[i].count = static_cast<uint32_t>(candidates.size());
    candidates[i].new_terms = 5;
  }
  return candidates;
}

TEST(SelectTest, AQuestionIsAnsweredByWhatStandsBelowIt) {
  std::vector<Candidate> candidates = Below({40, 40, 40, 40});
  candidates[0].is_question = true;
  const std::vector<absl::string_view> texts = {"a", "b", "c", "d"};
  const std::vector<double> sure = {0.97, 0.01, 0.01, 0.01};
  EXPECT_THAT(Select({}, candidates, texts, sure, {}), ElementsAre(0, 1));
  EXPECT_THAT(Select({}, candidates, texts, sure, {1, 300}), ElementsAre(1));
  // "No." says too little, and more of it stands behind.
  candidates[1].length = 3;
  EXPECT_THAT(Select({}, candidates, texts, sure, {}), ElementsAre(0, 1, 2));
  EXPECT_THAT(Select({}, candidates, texts, sure, {2, 300}), ElementsAre(1, 2));
  // Of two questions the second is answered.
  candidates[1].is_question = true;
  EXPECT_THAT(Select({}, candidates, texts, {0.5, 0.49, 0.009, 0.001}, {}),
              ElementsAre(1, 2));
  // What belongs to the next section answers none.
  candidates[1].is_question = false;
  candidates[1].is_heading = true;
  EXPECT_THAT(Select({}, candidates, texts, {0.9, 0.02, 0.06, 0.02}, {1, 300}),
              ElementsAre(2));
}

TEST(SelectTest, AQuestionThatNothingAnswersIsChosenOnlyWhereItIsAlone) {
  std::vector<Candidate> candidates = Below({40, 40});
  candidates[1].is_question = true;
  EXPECT_THAT(Select({}, candidates, {"a", "b"}, {0.05, 0.95}, {}),
              ElementsAre(0));
  EXPECT_THAT(Select({}, {candidates[1]}, {"b"}, {1}, {}), ElementsAre(0));
}

TEST(SelectTest, WhoIsNotAnsweredByTheQuestionsOwnWords) {
  // "Who is the head of sales?" "Regards", "Jane Roe", "Head of Sales", "York".
  std::vector<Candidate> candidates = Below({9, 9, 14, 5});
  candidates[1].new_terms = 2;
  candidates[1].new_capitalised = 2;
  candidates[2].new_terms = 0;
  const std::vector<absl::string_view> texts = {"a", "b", "c", "d"};
  const std::vector<double> sure = {0, 0.01, 0.98, 0.01};
  Question question;
  question.type = AnswerType::kPerson;
  EXPECT_THAT(Select(question, candidates, texts, sure, {}), ElementsAre(2, 1));
  EXPECT_THAT(Select(question, candidates, texts, sure, {1, 300}),
              ElementsAre(1));
  // When and how many are told by what stands below.
  question.type = AnswerType::kNumber;
  EXPECT_THAT(Select(question, candidates, texts, sure, {}), ElementsAre(2, 3));
  // Who asks what stands there is told.
  question.type = AnswerType::kAny;
  EXPECT_THAT(Select(question, candidates, texts, sure, {}), ElementsAre(2));
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

TEST(SelectTest, NorWhatAnswersAQuestionOfAnotherDocument) {
  // "Is it open on Sundays?" "No." "It opens on Monday."; and both in another.
  std::vector<Candidate> candidates = Below({40, 4, 40});
  candidates[0].is_question = true;
  for (const Candidate& elsewhere : Below({40, 4, 40})) {
    candidates.push_back(elsewhere);
    candidates.back().passage = 1;
  }
  const std::vector<absl::string_view> texts = {"a", "b", "c", "d", "b", "c"};
  EXPECT_THAT(Select({}, candidates, texts, {0.4, 0, 0, 0, 0.6, 0}, {}),
              ElementsAre(4));
  EXPECT_THAT(Select({}, candidates, texts, {0.4, 0, 0, 0, 0, 0.6}, {}),
              ElementsAre(5, 0, 1));
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
