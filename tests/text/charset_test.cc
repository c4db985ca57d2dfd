#include "text/charset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

DecodedText Decode(const std::string& bytes, absl::string_view declared = "") {
  const absl::StatusOr<DecodedText> decoded = DecodeText(bytes, declared);
  EXPECT_TRUE(decoded.ok()) << decoded.status();
  if (!decoded.ok()) return DecodedText();
  EXPECT_TRUE(IsValidUtf8(decoded->utf8));
  return *decoded;
}

TEST(CharsetTest, LeavesUtf8AsItIs) {
  const DecodedText text = Decode(
      "gr\xc3\xb6\xc3\x9f"
      "er \xe6\xbc\xa2");
  EXPECT_EQ(text.utf8,
            "gr\xc3\xb6\xc3\x9f"
            "er \xe6\xbc\xa2");
  EXPECT_EQ(text.encoding, "UTF-8");
  EXPECT_EQ(text.replaced_sequences, 0);
  EXPECT_FALSE(text.guessed);
}

TEST(CharsetTest, AMarkDecidesAndGoes) {
  EXPECT_EQ(Decode("\xef\xbb\xbf"
                   "abc")
                .utf8,
            "abc");
  EXPECT_EQ(Decode(std::string("\xff\xfe"
                               "a\0\xe9\0",
                               6))
                .utf8,
            "a\xc3\xa9");
  EXPECT_EQ(Decode(std::string("\xfe\xff\0a\0\xe9", 6)).utf8, "a\xc3\xa9");
  EXPECT_EQ(Decode(std::string("\xff\xfe\0\0a\0\0\0", 8)).utf8, "a");
  EXPECT_EQ(Decode(std::string("\0\0\xfe\xff\0\0\0a", 8)).utf8, "a");
}

TEST(CharsetTest, KnowsUtf16ByItsZeros) {
  std::string bytes;
  for (char c : std::string("This is a text without any mark.")) {
    bytes += c;
    bytes += '\0';
  }
  const DecodedText text = Decode(bytes);
  EXPECT_EQ(text.utf8, "This is a text without any mark.");
  EXPECT_EQ(text.encoding, "UTF-16LE");
  EXPECT_TRUE(text.guessed);
}

TEST(CharsetTest, KeepsSurrogatePairsThatMeetAPieceBorder) {
  // One unit first, so that pairs lie across even borders.
  std::string bytes = std::string(
      "\xff\xfe"
      "a\0",
      4);
  for (int i = 0; i < 10000; ++i) bytes.append("\x3d\xd8\x00\xde", 4);
  const DecodedText text = Decode(bytes);
  EXPECT_EQ(text.replaced_sequences, 0);
  EXPECT_EQ(CountCodePoints(text.utf8), 10001);
}

TEST(CharsetTest, ObeysADeclarationOnlyWhereBytesAreNotUtf8) {
  EXPECT_EQ(Decode("\xcf\xf0\xe8\xe2\xe5\xf2", "windows-1251").utf8,
            "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82");
  EXPECT_EQ(Decode("\xc3\xa9", "windows-1251").utf8, "\xc3\xa9");
}

TEST(CharsetTest, FindsTheEncodingOfOldText) {
  const DecodedText text = Decode(
      "Der K\xe4se ist sch\xf6n und die Stra\xdf"
      "e gr\xf6\xdf"
      "er als "
      "gew\xf6hnlich.");
  EXPECT_THAT(text.utf8, HasSubstr("K\xc3\xa4se"));
  EXPECT_TRUE(text.guessed);
}

TEST(CharsetTest, TellsUtf8FromWhatIsNotAsEverybodyElse) {
  // Every sequence of bytes at the edges of what UTF-8 allows, over the border
  // of two pieces of 64 bytes.
  const std::string edges =
      "a\x7f\x80\x8f\x90\x9f\xa0\xbf\xc1\xc2\xdf\xe0\xec\xed\xee\xef\xf0\xf3"
      "\xf4"
      "\xf5\xff";
  const size_t count = edges.size();
  for (size_t i = 0; i < count * count * count * count; ++i) {
    std::string text(210 + i % 16, 'x');
    size_t rest = i;
    for (size_t at = 126; at < 130; ++at, rest /= count) {
      text[at] = edges[rest % count];
    }
    const absl::StatusOr<DecodedText> decoded = DecodeText(text, "latin1");
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    ASSERT_EQ(decoded->encoding == "UTF-8", IsValidUtf8(text)) << i;
  }
}

TEST(CharsetTest, RepairsUtf8WithALittleDamage) {
  std::string bytes;
  for (int i = 0; i < 10; ++i) bytes += "gr\xc3\xbcn ";
  const DecodedText text = Decode(bytes + "\xc3 und \xff");
  EXPECT_EQ(text.encoding, "UTF-8");
  EXPECT_EQ(text.replaced_sequences, 2);
}

TEST(CharsetTest, DoesNotCountTheReplacementCharactersOfTheText) {
  EXPECT_EQ(Decode("a\xef\xbf\xbd").replaced_sequences, 0);
}

TEST(CharsetTest, RefusesWhatIsNoText) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += static_cast<char>(i % 16);
  const absl::Status status = DecodeText(bytes, "").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("control characters"));
}

// ICU's first guess is Hebrew of each, with letters that Hebrew does not have.
TEST(CharsetTest, ReadsAShortTextByALaterGuessWhereTheFirstMakesNoText) {
  const DecodedText persian = Decode(
      "\xc8\xd1\xc7\xed "
      "\x81\xed\xdf\xd1\xc8\xe4\xcf\xed "
      "\x8d\xc7\x81\x90\xd1\xa1 "
      "\x81\xe4\xcc\xd1\xe5 "
      "\xca\xe4\xd9\xed\xe3\xc7\xca "
      "\xd1\xc7 "
      "\xc8\xc7\xd2 "
      "\xdf\xe4\xed\xcf "
      "\xe6 "
      "\x90\xd2\xed\xe4\xe5 "
      "\xc7\xdd\xd2\xe6\xcf\xe4 "
      "\xd1\xc7 "
      "\xc8\xd1\x90\xd2\xed\xe4\xed\xcf.");
  EXPECT_EQ(persian.utf8,
            "براي پيكربندي چاپگر، پنجره تنظيمات را باز كنيد و گزينه افزودن را "
            "برگزينيد.");
  EXPECT_EQ(persian.encoding, "windows-1256");
  EXPECT_TRUE(persian.guessed);
  const DecodedText ukrainian = Decode(
      "\xcc\xe0\xff\xea "
      "\xec\xe0\xba "
      "\xf2\xf0\xe8\xe4\xf6\xff\xf2\xfc "
      "\xec\xe5\xf2\xf0\xb3\xe2 "
      "\xe7\xe0\xe2\xe2\xe8\xf8\xea\xe8.");
  EXPECT_EQ(ukrainian.utf8, "Маяк має тридцять метрів заввишки.");
  EXPECT_EQ(ukrainian.encoding, "windows-1251");
}

TEST(CharsetTest, RandomBytesAreTextInNoEncoding) {
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    std::string bytes(2000 + i * 10, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() & 0xff);
    const auto text = DecodeText(bytes, "");
    EXPECT_FALSE(text.ok()) << i << ": taken for " << text->encoding;
  }
}

TEST(CharsetTest, SeesAControlCharacterWhereverItStands) {
  for (size_t size = 1; size < 50; ++size) {
    for (size_t at = 0; at < size; ++at) {
      std::string bytes(size, 'a');
      bytes[at] = '\x7f';
      EXPECT_THAT(
          std::string(DecodeText(bytes, "").status().message()),
          HasSubstr(absl::StrCat("bytes: 1 control characters in ", size,
                                 " bytes, the first, 127, at "
                                 "offset ",
                                 at, ";")));
    }
  }
  const std::string many(10007, '\x02');
  EXPECT_THAT(std::string(DecodeText(many, "").status().message()),
              HasSubstr("bytes: 10007 control characters in 10007 bytes"));
}

TEST(CharsetTest, KnowsWhichCharactersAreControls) {
  for (int c = 1; c < 0x80; ++c) {
    const std::string bytes(32, static_cast<char>(c));
    const bool refused = (c < 0x20 || c == 0x7f) && c != '\t' && c != '\n' &&
                         c != '\r' && c != '\f' && c != 0x1b;
    EXPECT_EQ(DecodeText(bytes, "").ok(), !refused) << c;
  }
}

TEST(CharsetTest, AnEmptyFileIsEmptyText) { EXPECT_EQ(Decode("").utf8, ""); }

}  // namespace
}  // namespace footnote
