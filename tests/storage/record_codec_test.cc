#include "storage/record_codec.h"

#include <limits>

#include "gtest/gtest.h"

namespace footnote {
namespace {

TEST(RecordCodecTest, ReadsBackWhatWasWritten) {
  std::string bytes;
  RecordWriter writer(&bytes);
  writer.Number(0);
  writer.Number(std::numeric_limits<uint64_t>::max());
  writer.Signed(-1);
  writer.Signed(std::numeric_limits<int64_t>::min());
  writer.Bytes(absl::string_view("a\0b", 3));
  writer.Bytes("");
  RecordReader reader(bytes);
  EXPECT_EQ(reader.Number(), 0);
  EXPECT_EQ(reader.Number(), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(reader.Signed(), -1);
  EXPECT_EQ(reader.Signed(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(reader.Bytes(), absl::string_view("a\0b", 3));
  EXPECT_FALSE(reader.done());
  EXPECT_EQ(reader.Bytes(), "");
  EXPECT_TRUE(reader.done());
}

TEST(RecordCodecTest, NoticesBytesThatEndEarly) {
  std::string bytes;
  RecordWriter(&bytes).Bytes("hello");
  for (size_t size = 0; size < bytes.size(); ++size) {
    RecordReader reader(absl::string_view(bytes).substr(0, size));
    EXPECT_EQ(reader.Bytes(), "");
    EXPECT_FALSE(reader.ok());
  }
}

TEST(RecordCodecTest, KeysOfPartsSortAndSplit) {
  std::string a, b;
  AppendKeyPart("collection", &a);
  AppendKeyNumber(255, &a);
  AppendKeyPart("collection", &b);
  AppendKeyNumber(256, &b);
  EXPECT_LT(a, b);
  absl::string_view key = b;
  std::string part;
  uint32_t number;
  ASSERT_TRUE(TakeKeyPart(&key, &part));
  ASSERT_TRUE(TakeKeyNumber(&key, &number));
  EXPECT_EQ(part, "collection");
  EXPECT_EQ(number, 256);
  EXPECT_FALSE(TakeKeyPart(&key, &part));
  // One name that begins with another is not under its prefix.
  std::string shorter, longer;
  AppendKeyPart("col", &shorter);
  AppendKeyPart("cola", &longer);
  EXPECT_NE(longer.substr(0, shorter.size()), shorter);
}

}  // namespace
}  // namespace footnote
