#include "base/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/utf8.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;

TEST(DisplayWidthTest, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth(""), 0);
  EXPECT_EQ(DisplayWidth("größe"), 5);
  EXPECT_EQ(DisplayWidth("日本語"), 6);
  EXPECT_EQ(DisplayWidth("한국어"), 6);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);
  EXPECT_EQ(DisplayWidth("שָׁלוֹם"), 4);
}

TEST(WrapTextTest, BreaksAtSpaces) {
  EXPECT_THAT(WrapText("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(WrapText("one two three", 80), ElementsAre("one two three"));
  EXPECT_THAT(WrapText("", 10), ElementsAre(""));
  EXPECT_THAT(WrapText("a\nb", 10), ElementsAre("a", "b"));
}

TEST(WrapTextTest, BreaksInsideAWordOnlyWhenItIsTooLong) {
  EXPECT_THAT(WrapText("abcdefgh xy", 4), ElementsAre("abcd", "efgh", "xy"));
}

TEST(WrapTextTest, BreaksBetweenIdeographsButKeepsSignsWithTheirWord) {
  EXPECT_THAT(WrapText("設定を開く。", 10), ElementsAre("設定を開", "く。"));
  EXPECT_THAT(WrapText("あ「い", 4), ElementsAre("あ", "「い"));
}

TEST(WrapTextTest, KeepsMarksWithTheirLetter) {
  EXPECT_THAT(WrapText("e\u0301e\u0301e\u0301", 2),
              ElementsAre("e\u0301e\u0301", "e\u0301"));
}

TEST(WrapTextTest, LosesNothingButSpaces) {
  const std::string text =
      "GNOME ファイル、「設定」 and שלום עולם — हिन्दी supercalifragilistic";
  std::string kept = text;
  kept.erase(std::remove(kept.begin(), kept.end(), ' '), kept.end());
  for (int columns = 2; columns < 60; ++columns) {
    std::string joined;
    for (const std::string& line : WrapText(text, columns)) {
      EXPECT_LE(DisplayWidth(line), columns) << line;
      EXPECT_TRUE(IsValidUtf8(line)) << line;
      joined += line;
    }
    joined.erase(std::remove(joined.begin(), joined.end(), ' '), joined.end());
    EXPECT_EQ(joined, kept) << columns;
  }
}

TEST(IsRightToLeftTest, FollowsTheFirstLetter) {
  EXPECT_TRUE(IsRightToLeft("1. שלום abc"));
  EXPECT_TRUE(IsRightToLeft("مرحبا"));
  EXPECT_FALSE(IsRightToLeft("abc שלום"));
  EXPECT_FALSE(IsRightToLeft("12 ()"));
}

TEST(PrintableTest, ReplacesControlCharacters) {
  EXPECT_EQ(Printable("a\x1b[2Jb\n\tc"), "a\uFFFD[2Jb\n\tc");
  EXPECT_EQ(Printable("\u202Eevil"), "\uFFFDevil");
  EXPECT_EQ(Printable("größe שלום"), "größe שלום");
}

TEST(PaintTest, LeavesTextAloneWithoutColour) {
  EXPECT_EQ(Paint("x", Colour::kRed, false), "x");
  EXPECT_EQ(Paint("x", Colour::kRed, true), "\x1b[31mx\x1b[0m");
}

}  // namespace
}  // namespace footnote
