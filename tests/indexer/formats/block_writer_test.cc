#include "indexer/formats/block_writer.h"

#include <random>
#include <string>

#include "gtest/gtest.h"

namespace footnote {
namespace {

TEST(FoldWhiteSpaceTest, MakesOneSpaceOfEachRun) {
  EXPECT_EQ(FoldWhiteSpace("one two"), "one two");
  EXPECT_EQ(FoldWhiteSpace("  one  two \t three\n"), "one two three");
  EXPECT_EQ(FoldWhiteSpace("a b c  d e"), "a b c d e");
  EXPECT_EQ(FoldWhiteSpace(" "), "");
  EXPECT_EQ(FoldWhiteSpace("a "), "a");
}

TEST(FoldWhiteSpaceTest, JoinsLinesOfScriptsWithoutSpaces) {
  EXPECT_EQ(FoldWhiteSpace("日本\n語"), "日本語");
  EXPECT_EQ(FoldWhiteSpace("日本 語"), "日本 語");
  EXPECT_EQ(FoldWhiteSpace("日本 \n語"), "日本語");
  EXPECT_EQ(FoldWhiteSpace("日本\nwords"), "日本 words");
}

// Parsers hand a text over in pieces, cut anywhere.
TEST(FoldWhiteSpaceTest, DoesNotDependOnWhereTheTextIsCut) {
  const std::string alphabet[] = {" ", " ", "\n", "\t", "a", "b", "語", "я"};
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    std::string pieces;
    bool space = false;
    bool newline = false;
    for (int i = 0; i < 60; ++i) {
      const std::string& piece = alphabet[random() % 8];
      text += piece;
      AppendFolded(piece, &space, &newline, &pieces);
    }
    EXPECT_EQ(FoldWhiteSpace(text), pieces) << text;
  }
}

}  // namespace
}  // namespace footnote
