#include "indexer/formats/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

Extracted Read(absl::string_view markdown) {
  absl::StatusOr<Extracted> read = ExtractMarkdown(markdown, {});
  EXPECT_TRUE(read.ok()) << read.status();
  if (!read.ok()) return Extracted();
  EXPECT_EQ(BrokenPromise(*read), "");
  return *std::move(read);
}

TEST(MarkdownTest, ReadsBlocks) {
  const Extracted text = Read(
      "# One\n\nA *para*\nwith a [link](http://x \"t\") and `code`.\n\n"
      "## Two Words\n\n- a\n- b\n  1. c\n\n```sh\n$ ls\n\n  x\n```\n\n"
      "> quoted\n");
  EXPECT_THAT(
      Outline(text),
      ElementsAre("#: One", "p: A para with a link and code.", "##: Two Words",
                  "-: a", "-: b", "-: c", "$: $ ls", "$:   x", "p: quoted"));
  EXPECT_EQ(text.title, "One");
  EXPECT_EQ(text.sections[2].anchor, "two-words");
  EXPECT_EQ(text.blocks[6].line, 13);
  EXPECT_EQ(text.blocks[7].line, 15);
}

TEST(MarkdownTest, ReadsTablesRowByRow) {
  EXPECT_THAT(
      Outline(Read("| Name | Port |\n|---|---:|\n| ssh | 22 |\n"
                   "| **http** | 80 |\n")),
      ElementsAre("|: Name: ssh | Port: 22", "|: Name: http | Port: 80"));
}

TEST(MarkdownTest, ReadsFrontMatterAsMetadata) {
  const Extracted text = Read(
      "---\ntitle: \"The Title\"\nlang: nl\nauthor: Ann\ntags:\n  - x\n---\n"
      "Text.\n");
  EXPECT_EQ(text.title, "The Title");
  EXPECT_EQ(text.language, "nl");
  EXPECT_THAT(text.metadata, ElementsAre(Pair("author", "Ann")));
  EXPECT_THAT(Outline(text), ElementsAre("p: Text."));
  EXPECT_EQ(text.blocks[0].line, 8);
}

TEST(MarkdownTest, ReadsHtmlBlocksAsHtmlAndDropsComments) {
  EXPECT_THAT(Outline(Read("<!-- no -->\n\n<div>\n<p>In <b>HTML</b>.</p>\n"
                           "</div>\n\nText <br> on.\n")),
              ElementsAre("p: In HTML.", "p: Text on."));
}

TEST(MarkdownTest, SurvivesDeepNesting) {
  std::string quotes;
  for (int i = 0; i < 1000; ++i) quotes += "> ";
  EXPECT_EQ(Read(quotes + "deep").text, "deep\n");
  std::string brackets(20000, '[');
  EXPECT_EQ(Read(brackets).text, brackets + "\n");
}

TEST(MarkdownTest, RefusesNestingBeyondTheLimit) {
  ExtractLimits limits;
  limits.max_depth = 50;
  std::string quotes;
  for (int i = 0; i < 100; ++i) quotes += "> ";
  EXPECT_EQ(ExtractMarkdown(quotes + "deep", limits).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace footnote
