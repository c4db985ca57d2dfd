#include "audit/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/grpc_status.h"
#include "base/hash.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

v1::AnswerRecord Record() {
  v1::AnswerRecord record;
  record.mutable_answer()->set_id("01HF8Z5Q2V3W4X5Y6Z7A8B9C0D");
  record.mutable_answer()->set_question("¿Cuándo?");
  record.mutable_answer()->set_text("En 1923.");
  record.set_request_id("r1");
  return record;
}

std::string Zeros() { return std::string(kNoRecordSha256, 32); }

TEST(RecordTest, ComesBackAsItWasWritten) {
  const std::string bytes =
      EncodeRecord(7, 1234567, Sha256("before"), Record());
  const absl::StatusOr<StoredRecord> stored = DecodeRecord(bytes);
  ASSERT_EQ(stored.status(), absl::OkStatus());
  EXPECT_EQ(stored->sequence, 7u);
  EXPECT_EQ(stored->time_us, 1234567);
  EXPECT_EQ(stored->previous_sha256, Sha256("before"));
  EXPECT_EQ(stored->record.answer().question(), "¿Cuándo?");
  const v1::Receipt& receipt = stored->record.answer().receipt();
  EXPECT_EQ(receipt.answer_id(), Record().answer().id());
  EXPECT_EQ(receipt.sequence(), 7u);
  EXPECT_EQ(receipt.previous_sha256(), Sha256("before"));
  EXPECT_EQ(receipt.time_us(), 1234567);
}

TEST(RecordTest, ItsHashIsThatOfTheBytesBeforeIt) {
  const std::string bytes = EncodeRecord(1, 1, Zeros(), Record());
  EXPECT_EQ(DecodeRecord(bytes)->sha256,
            Sha256(bytes.substr(0, bytes.size() - 32)));
  EXPECT_EQ(bytes.substr(0, 4), "FNAR");
}

TEST(RecordTest, EveryFlippedByteShows) {
  const std::string good = EncodeRecord(1, 1, Zeros(), Record());
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] ^= 1;
    EXPECT_FALSE(DecodeRecord(bad).ok()) << "byte " << i;
  }
}

TEST(RecordTest, EveryTruncationShows) {
  const std::string good = EncodeRecord(1, 1, Zeros(), Record());
  for (size_t size = 0; size < good.size(); ++size) {
    const absl::Status status = DecodeRecord(good.substr(0, size)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << size;
    EXPECT_EQ(ErrorReason(status), "RECORD_DAMAGED");
  }
}

TEST(RecordTest, SaysWhenItIsOfANewerRelease) {
  std::string bytes = EncodeRecord(1, 1, Zeros(), Record());
  bytes[4] = 2;
  const absl::Status status = DecodeRecord(bytes).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(status.message()), HasSubstr("format 2"));
}

TEST(RecordTest, LeavesAForeignReceiptOut) {
  v1::AnswerRecord record = Record();
  record.mutable_answer()->mutable_receipt()->set_sequence(99);
  EXPECT_EQ(EncodeRecord(1, 1, Zeros(), record),
            EncodeRecord(1, 1, Zeros(), Record()));
}

}  // namespace
}  // namespace footnote
