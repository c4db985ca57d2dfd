#include "gateway/replay.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

// An answer of sentences, found in passages [10 n, 10 n + 10) of one document.
v1::AnswerRecord Record(const std::vector<std::string>& sentences,
                        const std::vector<int>& passages) {
  v1::AnswerRecord record;
  v1::Answer& answer = *record.mutable_answer();
  answer.set_writer("extractive/1");
  for (const std::string& sentence : sentences) {
    if (!answer.text().empty()) answer.mutable_text()->append(" ");
    v1::Span& span = *answer.add_citations()->mutable_answer_span();
    span.set_begin(answer.text().size());
    answer.mutable_text()->append(sentence);
    span.set_end(answer.text().size());
  }
  if (sentences.empty()) answer.set_abstention(v1::NO_EVIDENCE);
  for (const int passage : passages) {
    v1::Retrieved& retrieved = *record.add_retrieved();
    retrieved.mutable_source()->set_document("a");
    retrieved.mutable_span()->set_begin(10 * passage);
    retrieved.mutable_span()->set_end(10 * passage + 10);
    retrieved.set_rank(record.retrieved_size());
  }
  return record;
}

TEST(CompareAnswersTest, TheSameIsTheSame) {
  const v1::AnswerRecord record = Record({"A.", "B."}, {1, 2, 3});
  const v1::ReplayAnswerResponse same = CompareAnswers(record, record);
  EXPECT_TRUE(same.same_evidence());
  EXPECT_TRUE(same.same_text());
  EXPECT_TRUE(same.same_makers());
}

TEST(CompareAnswersTest, SaysWhatIsMissingNewAndMoved) {
  const v1::ReplayAnswerResponse changed =
      CompareAnswers(Record({"A."}, {1, 2, 3}), Record({"A."}, {2, 1, 4}));
  EXPECT_FALSE(changed.same_evidence());
  EXPECT_TRUE(changed.same_text());
  ASSERT_EQ(changed.missing_size(), 1);
  EXPECT_EQ(changed.missing(0).span().begin(), 30u);
  ASSERT_EQ(changed.added_size(), 1);
  EXPECT_EQ(changed.added(0).span().begin(), 40u);
  ASSERT_EQ(changed.moved_size(), 2);
  EXPECT_EQ(changed.moved(0).recorded_rank(), 1u);
  EXPECT_EQ(changed.moved(0).rank(), 2u);
}

TEST(CompareAnswersTest, ANewVersionIsOtherEvidence) {
  v1::AnswerRecord today = Record({"A."}, {1});
  today.mutable_retrieved(0)->mutable_source()->set_version(2);
  const v1::ReplayAnswerResponse changed =
      CompareAnswers(Record({"A."}, {1}), today);
  EXPECT_EQ(changed.missing_size(), 1);
  EXPECT_EQ(changed.added_size(), 1);
}

TEST(CompareAnswersTest, SaysWhichSentencesDiffer) {
  const v1::ReplayAnswerResponse changed =
      CompareAnswers(Record({"A.", "B."}, {1}), Record({"B.", "C."}, {1}));
  EXPECT_FALSE(changed.same_text());
  ASSERT_EQ(changed.only_recorded_size(), 1);
  EXPECT_EQ(changed.only_recorded(0), "A.");
  ASSERT_EQ(changed.only_today_size(), 1);
  EXPECT_EQ(changed.only_today(0), "C.");
}

TEST(CompareAnswersTest, AnAbstentionIsADifference) {
  EXPECT_FALSE(
      CompareAnswers(Record({"A."}, {1}), Record({}, {1})).same_text());
}

TEST(CompareAnswersTest, NamesTheMakersThatAreOthers) {
  v1::AnswerRecord today = Record({"A."}, {1});
  today.set_encoder("other");
  today.set_program_version("2");
  const v1::ReplayAnswerResponse changed =
      CompareAnswers(Record({"A."}, {1}), today);
  EXPECT_FALSE(changed.same_makers());
  ASSERT_EQ(changed.other_makers_size(), 2);
  EXPECT_EQ(changed.other_makers(0), "encoder");
  EXPECT_EQ(changed.other_makers(1), "program");
}

v1::AnswerRecord HeardBy(const std::string& search, const std::string& writer) {
  v1::AnswerRecord record = Record({"A."}, {1});
  record.set_search_second_encoder(search.empty() ? "" : "e5");
  record.set_search_second_encoder_sha256(search);
  record.set_writer_second_encoder(writer.empty() ? "" : "e5");
  record.set_writer_second_encoder_sha256(writer);
  return record;
}

TEST(CompareAnswersTest, TheSecondEncoderOfSearchAndWriterAreMakersToo) {
  const std::string one(32, '1');
  const std::string two(32, '2');
  const v1::AnswerRecord recorded = HeardBy(one, one);
  EXPECT_TRUE(CompareAnswers(recorded, recorded).same_makers());
  for (const v1::AnswerRecord& today : {HeardBy(two, one), HeardBy(one, two),
                                        HeardBy(one, ""), HeardBy("", one)}) {
    const v1::ReplayAnswerResponse changed = CompareAnswers(recorded, today);
    ASSERT_EQ(changed.other_makers_size(), 1) << today.ShortDebugString();
    EXPECT_EQ(changed.other_makers(0), "second encoder");
  }
}

TEST(CompareAnswersTest, ARecordThatNamesTheSecondAfterTheFirstStillReplays) {
  v1::AnswerRecord recorded = Record({"A."}, {1});
  recorded.set_encoder("use/int8, then e5/int8 31313131");
  v1::AnswerRecord today = HeardBy(std::string(32, '1'), std::string(32, '1'));
  today.set_encoder("use/int8, then e5/int8 31313131");
  EXPECT_TRUE(CompareAnswers(recorded, today).same_makers());
  today.set_encoder("use/int8, then e5/int8 32323232");
  ASSERT_EQ(CompareAnswers(recorded, today).other_makers_size(), 1);
  EXPECT_EQ(CompareAnswers(recorded, today).other_makers(0), "encoder");
}

}  // namespace
}  // namespace footnote
