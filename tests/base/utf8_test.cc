#include "base/utf8.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace footnote {
namespace {

// The definition, one byte at a time.
size_t SlowCount(absl::string_view bytes) {
  size_t count = 0;
  for (char c : bytes) count += (c & 0xC0) != 0x80;
  return count;
}

TEST(Utf8Test, AcceptsEveryCodePointAndNothingElse) {
  for (char32_t c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 7) {
    std::string utf8;
    AppendUtf8(c, &utf8);
    ASSERT_TRUE(IsValidUtf8(utf8)) << std::hex << static_cast<uint32_t>(c);
    int length;
    const char32_t back = DecodeUtf8(utf8, 0, &length);
    ASSERT_EQ(length, utf8.size());
    const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
    ASSERT_EQ(back, surrogate ? 0xFFFD : c);
    // Without its last byte it is not valid.
    if (utf8.size() > 1) {
      utf8.pop_back();
      ASSERT_FALSE(IsValidUtf8(utf8));
    }
  }
}

struct Row {
  const char* name;
  std::string bytes;
  std::string repaired;
};

const Row kRows[] = {
    {"Empty", "", ""},
    {"Ascii", "abc", "abc"},
    {"Nul", std::string("a\0b", 3), std::string("a\0b", 3)},
    {"LoneContinuation", "a\x80z", "a\uFFFDz"},
    {"LoneLead", "a\xC3z", "a\uFFFDz"},
    {"Overlong", "\xC0\xAF", "\uFFFD\uFFFD"},
    {"OverlongThree", "\xE0\x80\xAF", "\uFFFD\uFFFD\uFFFD"},
    {"Surrogate", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
    {"AboveTheEnd", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"TruncatedThree", "\xE3\x81z", "\uFFFDz"},
    {"TruncatedFour", "\xF0\x9F\x98", "\uFFFD"},
    {"InTheMiddle", "ab\xE6\xBC\xE6\xBC\xA2", "ab\uFFFD漢"},
    {"NeverUsed", "\xFE\xFF", "\uFFFD\uFFFD"},
    {"LongAsciiFirst", std::string(100, 'x') + "\xFF",
     std::string(100, 'x') + "\uFFFD"},
};

class Utf8RowTest : public testing::TestWithParam<Row> {};

TEST_P(Utf8RowTest, IsRepaired) {
  const Row& row = GetParam();
  EXPECT_EQ(ReplaceInvalidUtf8(row.bytes), row.repaired);
  EXPECT_EQ(IsValidUtf8(row.bytes), row.bytes == row.repaired);
  EXPECT_TRUE(IsValidUtf8(ReplaceInvalidUtf8(row.bytes)));
}

INSTANTIATE_TEST_SUITE_P(Rows, Utf8RowTest, testing::ValuesIn(kRows),
                         [](const testing::TestParamInfo<Row>& info) {
                           return info.param.name;
                         });

TEST(Utf8Test, CountsLikeTheDefinitionAtEveryLengthAndOffset) {
  std::mt19937 random(7);
  std::string bytes;
  for (int i = 0; i < 5000; ++i) bytes.push_back(static_cast<char>(random()));
  const absl::string_view all = bytes;
  for (size_t length : {0, 1, 15, 16, 17, 31, 32, 33, 1000, 4080, 4096, 4990}) {
    for (size_t offset : {0, 1, 3, 9}) {
      const absl::string_view part = all.substr(offset, length);
      EXPECT_EQ(CountCodePoints(part), SlowCount(part));
    }
  }
}

TEST(Utf8Test, ConvertsOffsetsThereAndBack) {
  std::string text;
  std::vector<size_t> begins;
  const char* const pieces[] = {"a", "é", "漢", "😀", "\n", "я"};
  for (int i = 0; i < 4000; ++i) {
    begins.push_back(text.size());
    text.append(pieces[(i * 7 + i / 5) % 6]);
  }
  const CodePointIndex index(text);
  EXPECT_EQ(index.size(), begins.size());
  for (size_t i = 0; i < begins.size(); ++i) {
    ASSERT_EQ(CodePointOffset(text, begins[i]), i);
    ASSERT_EQ(index.CodePointOffset(begins[i]), i);
    ASSERT_EQ(index.ByteOffset(i), begins[i]);
    if (i % 37 == 0) ASSERT_EQ(ByteOffset(text, i), begins[i]);
    ASSERT_EQ(FloorToCodePoint(text, begins[i]), begins[i]);
    if (begins[i] + 1 < text.size() &&
        (i + 1 == begins.size() || begins[i + 1] > begins[i] + 1)) {
      ASSERT_EQ(FloorToCodePoint(text, begins[i] + 1), begins[i]);
    }
  }
  EXPECT_EQ(index.ByteOffset(begins.size()), text.size());
  EXPECT_EQ(index.CodePointOffset(text.size() + 5), begins.size());
  EXPECT_EQ(ByteOffset(text, 1 << 20), text.size());
}

TEST(Utf8Test, IndexesAnEmptyText) {
  const CodePointIndex index("");
  EXPECT_EQ(index.size(), 0);
  EXPECT_EQ(index.CodePointOffset(0), 0);
  EXPECT_EQ(index.ByteOffset(0), 0);
}

TEST(Utf8Test, TakesAnyBytes) {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    const size_t size = random() % 40;
    for (size_t i = 0; i < size; ++i) {
      bytes.push_back(static_cast<char>(
          random() % 4 == 0 ? random() : 0x80 + random() % 0x80));
    }
    const std::string repaired = ReplaceInvalidUtf8(bytes);
    ASSERT_TRUE(IsValidUtf8(repaired));
    ASSERT_EQ(ValidUtf8Prefix(repaired), repaired.size());
    // Decoding by steps gives the same text.
    std::string decoded;
    for (size_t at = 0; at < bytes.size();) {
      int length;
      AppendUtf8(DecodeUtf8(bytes, at, &length), &decoded);
      ASSERT_GT(length, 0);
      at += length;
      ASSERT_LE(at, bytes.size());
    }
    ASSERT_EQ(decoded, repaired);
  }
}

}  // namespace
}  // namespace footnote
