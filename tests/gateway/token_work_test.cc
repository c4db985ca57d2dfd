#include "gateway/token_work.h"

#include <gtest/gtest.h>

#include "absl/time/time.h"

namespace footnote {
namespace {

absl::Time At(double seconds) {
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

// One answer after the other.
void Write(TokenWork* work, const char* writer, double begin, double end,
           int64_t tokens) {
  const uint64_t answer = work->Begin(writer, At(begin));
  work->End(answer, tokens, At(end));
}

TEST(TokenWorkTest, KnowsNothingBeforeTheFirstAnswer) {
  TokenWork work;
  EXPECT_LT(work.Rate(), 0);
  EXPECT_EQ(work.Mean("m"), 0);
  work.Begin("m", At(0));
  EXPECT_EQ(work.Left(10, At(1)), 0) << "nobody knows how much m writes";
}

TEST(TokenWorkTest, EachWriterHasItsOwnMean) {
  TokenWork work;
  Write(&work, "m", 0, 1, 100);
  Write(&work, "m", 1, 2, 200);
  Write(&work, "n", 2, 3, 10);
  EXPECT_DOUBLE_EQ(work.Mean("m"), 150);
  EXPECT_DOUBLE_EQ(work.Mean("n"), 10);
  EXPECT_DOUBLE_EQ(work.Mean("o"), 0);
  // A writer that changes is followed.
  for (int i = 0; i < 100; ++i) Write(&work, "n", i, i + 1, 50);
  EXPECT_NEAR(work.Mean("n"), 50, 0.1);
}

TEST(TokenWorkTest, RateCountsTimeInWhichSeveralWriteOnce) {
  TokenWork work;
  const uint64_t long_one = work.Begin("m", At(0));
  const uint64_t short_one = work.Begin("m", At(4));
  work.End(short_one, 30, At(6));
  EXPECT_DOUBLE_EQ(work.Rate(), 15);
  work.End(long_one, 70, At(10));
  EXPECT_DOUBLE_EQ(work.Rate(), 10);
  // Nor does time count in which nobody writes.
  Write(&work, "m", 1000, 1005, 50);
  EXPECT_DOUBLE_EQ(work.Rate(), 10);
}

TEST(TokenWorkTest, RateForgetsWhatIsLongAgo) {
  TokenWork work;
  for (int i = 0; i < 50; ++i) Write(&work, "m", i, i + 1, 1000);
  for (int i = 50; i < 70; ++i) Write(&work, "m", i, i + 1, 10);
  EXPECT_DOUBLE_EQ(work.Rate(), 10);
}

TEST(TokenWorkTest, AnswersWithoutALanguageModelAreNoWork) {
  TokenWork work;
  Write(&work, "m", 0, 10, 100);
  Write(&work, "", 10, 1000, 0);
  EXPECT_DOUBLE_EQ(work.Rate(), 10);
  EXPECT_EQ(work.written(), 1);
  work.Begin("", At(1000));
  EXPECT_EQ(work.Left(10, At(1000)), 0);
}

TEST(TokenWorkTest, AnswersThatFailedTeachNothing) {
  TokenWork work;
  Write(&work, "m", 0, 10, 100);
  Write(&work, "m", 10, 20, -1);
  EXPECT_DOUBLE_EQ(work.Mean("m"), 100);
  EXPECT_DOUBLE_EQ(work.Rate(), 10);
  EXPECT_EQ(work.Left(10, At(20)), 0) << "nor do they count as under way";
}

TEST(TokenWorkTest, WhatIsLeftIsSharedByThoseThatWrite) {
  TokenWork work;
  Write(&work, "m", 0, 10, 100);
  work.Begin("m", At(20));
  EXPECT_DOUBLE_EQ(work.Left(10, At(20)), 100);
  EXPECT_DOUBLE_EQ(work.Left(10, At(24)), 60);
  work.Begin("m", At(24));
  // Half of the rate each: 100 - 4 * 5 and 100.
  EXPECT_DOUBLE_EQ(work.Left(10, At(24)), 180);
  // What takes longer than expected is about to end, not over.
  EXPECT_DOUBLE_EQ(work.Left(10, At(1000)), 0);
}

}  // namespace
}  // namespace footnote
