#include "indexer/formats/plain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Extracted Read(absl::string_view text) {
  absl::StatusOr<Extracted> read = ExtractPlain(text, {});
  EXPECT_TRUE(read.ok()) << read.status();
  if (!read.ok()) return Extracted();
  EXPECT_EQ(BrokenPromise(*read), "");
  return *std::move(read);
}

TEST(PlainTest, KeepsALineAsAParagraph) {
  const Extracted text = Read("One line.\nAnother.\n\nThird.");
  EXPECT_THAT(Outline(text),
              ElementsAre("p: One line.", "p: Another.", "p: Third."));
  EXPECT_EQ(text.text, "One line.\nAnother.\nThird.\n");
  EXPECT_EQ(text.blocks[2].line, 4);
}

TEST(PlainTest, JoinsLinesThatWereWrapped) {
  EXPECT_THAT(
      Outline(Read("This paragraph was wrapped by an editor at a width of\n"
                   "sixty columns, so that its lines belong to one another,\n"
                   "as one can see from the length of each of these lines\n"
                   "except the last.\n\nNext.\n")),
      ElementsAre("p: This paragraph was wrapped by an editor at a width of "
                  "sixty columns, so that its lines belong to one another, as "
                  "one can see from the length of each of these lines except "
                  "the last.",
                  "p: Next."));
}

TEST(PlainTest, KeepsASentenceOnEachLineApart) {
  const std::string sentence =
      "Each of these sentences is about as long as a line on a terminal.";
  EXPECT_THAT(
      Outline(Read(sentence + "\n" + sentence + "\n" + sentence)),
      ElementsAre("p: " + sentence, "p: " + sentence, "p: " + sentence));
}

TEST(PlainTest, KeepsShortLinesApart) {
  EXPECT_THAT(Outline(Read("milk\nbread\neggs\n")),
              ElementsAre("p: milk", "p: bread", "p: eggs"));
}

TEST(PlainTest, FindsListItemsCodeAndUnderlinedHeadings) {
  const Extracted text = Read(
      "Title\n=====\n\n- one\n- two\n3. three\n\n    $ make all\n      "
      "install\n\nPart\n----\nText.\n");
  EXPECT_THAT(Outline(text),
              ElementsAre("#: Title", "-: - one", "-: - two", "-: 3. three",
                          "$:     $ make all", "$:       install", "##: Part",
                          "p: Text."));
  EXPECT_THAT(text.HeadingPath(2), ElementsAre("Title", "Part"));
}

TEST(PlainTest, ReadsTheLineEndsOfAllSystems) {
  EXPECT_THAT(Outline(Read("a\r\nb\rc\nd\f e")),
              ElementsAre("p: a", "p: b", "p: c", "p: d", "p: e"));
}

// An old form has no line feed at all, a log no carriage return.
TEST(PlainTest, ReadsLineEndsThatComeInAnyTurn) {
  const Extracted text = Read("a\rb\rc\f\fd\n\re\n\nf\r\r\ng\n\r\fh\r");
  EXPECT_THAT(Outline(text), ElementsAre("p: a", "p: b", "p: c", "p: d", "p: e",
                                         "p: f", "p: g", "p: h"));
  std::vector<uint32_t> lines;
  for (const Block& block : text.blocks) lines.push_back(block.line);
  EXPECT_THAT(lines, ElementsAre(1, 2, 3, 5, 7, 9, 11, 14));
}

TEST(PlainTest, KnowsTheBulletsOfListItems) {
  for (const char* item :
       {"- a", "* a", "+ a", "• a", "– a", "· a", "7. a", "12) a", "123. a"}) {
    EXPECT_THAT(Outline(Read(item)), ElementsAre(absl::StrCat("-: ", item)));
  }
  for (const char* text : {"-a", "*", "•a", "…  a", "©  a", "1.a", "1234. a"}) {
    EXPECT_EQ(Read(text).blocks.at(0).kind, BlockKind::kParagraph) << text;
  }
}

TEST(PlainTest, KnowsTheEndsOfSentencesOfAllScripts) {
  for (const char* end : {".", "!", "?", ":", ";", "。", "।", "؟", "？"}) {
    const std::string line = absl::StrCat(
        "Each of these sentences is about as long as a line is wide", end);
    EXPECT_EQ(Read(absl::StrCat(line, "\n", line, "\n", line)).blocks.size(),
              3u)
        << end;
  }
  for (const char* end : {",", "、", "β", "क", "य", "ş"}) {
    const std::string line = absl::StrCat(
        "Each of these sentences is about as long as a line is wide", end);
    EXPECT_EQ(Read(absl::StrCat(line, "\n", line, "\n", line)).blocks.size(),
              1u)
        << end;
  }
}

TEST(PlainTest, TurnsControlCharactersIntoSpaces) {
  EXPECT_THAT(Outline(Read(absl::string_view("a\0b\x1b[1mc", 8))),
              ElementsAre("p: a b [1mc"));
}

TEST(PlainTest, HoldsNothingWhenThereIsNothing) {
  EXPECT_THAT(Read("").blocks, IsEmpty());
  EXPECT_THAT(Read(" \n\t\n").blocks, IsEmpty());
}

TEST(PlainTest, RefusesTextBeyondTheLimit) {
  ExtractLimits limits;
  limits.max_document_bytes = 1000;
  const absl::StatusOr<Extracted> read =
      ExtractPlain(std::string(5000, 'x'), limits);
  EXPECT_EQ(read.status().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace footnote
