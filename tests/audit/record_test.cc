#include "audit/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/hash.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

RecordParts Parts() {
  RecordParts parts;
  parts.sequence = 7;
  parts.time_us = 1234567;
  parts.nonce = "0123456789abcdef";
  parts.body = "body";
  parts.sections = {{{1}, Sha256("a"), "sealed"}, {{1, 300}, Sha256("b"), ""}};
  return parts;
}

// The bytes as docs/formats/answer_record.md draws them.
TEST(RecordTest, HasTheDocumentedBytes) {
  const std::string want = absl::StrCat(
      Hex("FNAR"), "02", "01", "0200", "0700000000000000", "87d6120000000000",
      Hex("0123456789abcdef"), "04000000", Hex("body"),
      // the sections
      "0100", "01000000", Hex(Sha256("a")), "06000000", Hex("sealed"),  //
      "0200", "01000000", "2c010000", Hex(Sha256("b")), "00000000");
  EXPECT_EQ(Hex(EncodeRecord(Parts())), want);
}

TEST(RecordTest, ComesBackAsItWasWritten) {
  const auto parts = DecodeRecord(EncodeRecord(Parts()));
  ASSERT_EQ(parts.status(), absl::OkStatus());
  EXPECT_EQ(parts->sequence, 7u);
  EXPECT_EQ(parts->time_us, 1234567);
  EXPECT_EQ(parts->nonce, "0123456789abcdef");
  EXPECT_EQ(parts->body, "body");
  ASSERT_EQ(parts->sections.size(), 2u);
  EXPECT_EQ(parts->sections[1].keys, (std::vector<uint32_t>{1, 300}));
  EXPECT_EQ(parts->sections[0].sealed, "sealed");
  EXPECT_EQ(parts->sections[0].commitment, Sha256("a"));
}

TEST(RecordTest, AStampIsTheSequenceAndTheTime) {
  RecordParts parts = Parts();
  parts.sequence = 0;
  parts.time_us = 0;
  std::string bytes = EncodeRecord(parts);
  StampRecord(7, 1234567, &bytes);
  EXPECT_EQ(bytes, EncodeRecord(Parts()));
}

TEST(RecordTest, EveryTruncationShows) {
  const std::string good = EncodeRecord(Parts());
  for (size_t size = 0; size < good.size(); ++size) {
    const absl::Status status = DecodeRecord(good.substr(0, size)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << size;
    EXPECT_EQ(ErrorReason(status), "RECORD_DAMAGED");
    EXPECT_FALSE(OutlineRecord(good.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(DecodeRecord(good + "x").ok());
  EXPECT_FALSE(OutlineRecord(good + "x").ok());
}

TEST(RecordTest, AnOutlineSaysTheSame) {
  const std::string bytes = EncodeRecord(Parts());
  const auto outline = OutlineRecord(bytes);
  ASSERT_EQ(outline.status(), absl::OkStatus());
  EXPECT_EQ(outline->head.sequence, 7u);
  EXPECT_EQ(outline->body, "body");
  EXPECT_EQ(outline->first_key, 1u);
  EXPECT_EQ(outline->largest_key, 300u);
}

TEST(RecordTest, RefusesTheFormatsOfOtherReleases) {
  std::string bytes = EncodeRecord(Parts());
  for (const char version : {1, 3}) {
    bytes[4] = version;
    const absl::Status status = DecodeRecord(bytes).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(absl::StrCat("format ", int{version}, ", want 2")));
  }
}

TEST(RecordTest, AnAnswersIdLeadsToItsRecord) {
  const std::string id = AnswerId(7, "0123456789abcdef");
  EXPECT_EQ(id.size(), 26u);
  EXPECT_EQ(SequenceOfAnswerId(id), 7u);
  EXPECT_LT(id, AnswerId(8, std::string(16, '\0')));
  EXPECT_EQ(SequenceOfAnswerId(AnswerId((uint64_t{1} << 48) - 1, id)),
            (uint64_t{1} << 48) - 1);
  EXPECT_EQ(SequenceOfAnswerId("x"), 0u);
  EXPECT_EQ(SequenceOfAnswerId(std::string(26, 'U')), 0u);
}

}  // namespace
}  // namespace footnote
