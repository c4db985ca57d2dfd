#include "indexer/passages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/utf8.h"
#include "indexer/formats/html.h"
#include "indexer/formats/plain.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;

Extracted Html(absl::string_view html) { return *ExtractHtml(html, {}); }
Extracted Plain(absl::string_view text) { return *ExtractPlain(text, {}); }

std::string TextOf(const Extracted& document, const CutPassage& passage) {
  return document.text.substr(passage.span.begin, passage.span.size());
}

std::vector<std::string> Texts(const Extracted& document,
                               const std::vector<CutPassage>& passages) {
  std::vector<std::string> out;
  for (const CutPassage& passage : passages) {
    out.push_back(TextOf(document, passage));
  }
  return out;
}

// What passages.h promises of every document.
void CheckPromises(const Extracted& document,
                   const std::vector<CutPassage>& passages,
                   const PassageOptions& options = {}) {
  const absl::string_view text = document.text;
  uint32_t end = 0;
  for (const CutPassage& passage : passages) {
    EXPECT_GE(passage.span.begin, end);
    ASSERT_GT(passage.span.end, passage.span.begin);
    ASSERT_LE(passage.span.end, text.size());
    end = passage.span.end;
    EXPECT_EQ(passage.code_point_begin,
              CodePointOffset(text, passage.span.begin));
    EXPECT_EQ(passage.code_point_end, CodePointOffset(text, passage.span.end));
    EXPECT_LE(passage.code_point_end - passage.code_point_begin, options.limit);
    ASSERT_FALSE(passage.sentences.empty());
    EXPECT_EQ(passage.sentences.front().begin, passage.span.begin);
    EXPECT_EQ(passage.sentences.back().end, passage.span.end);
    EXPECT_TRUE(IsValidUtf8(TextOf(document, passage)));
    for (const Block& block : document.blocks) {
      const bool overlaps = block.span.begin < passage.span.end &&
                            passage.span.begin < block.span.end;
      if (overlaps) {
        EXPECT_EQ(block.section, passage.section);
      }
    }
  }
}

std::string Sentence(int i) {
  return absl::StrCat("This is the sentence with the number ", i, ". ");
}

TEST(PassagesTest, MakesOnePassageOfAShortDocument) {
  const Extracted document = Plain("One sentence. And another.");
  const auto passages = CutPassages(document, Language::kEn);
  CheckPromises(document, passages);
  ASSERT_EQ(passages.size(), 1);
  EXPECT_EQ(TextOf(document, passages[0]), "One sentence. And another.");
  EXPECT_EQ(passages[0].sentences.size(), 2);
}

TEST(PassagesTest, EndsPassagesAtSentences) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += Sentence(i);
  const Extracted document = Plain(text);
  const auto passages = CutPassages(document, Language::kEn);
  CheckPromises(document, passages);
  EXPECT_GE(passages.size(), 4);
  for (const CutPassage& passage : passages) {
    const std::string passage_text = TextOf(document, passage);
    EXPECT_EQ(passage_text.back(), '.');
    EXPECT_EQ(passage_text.substr(0, 4), "This");
  }
}

TEST(PassagesTest, NeverCrossesTheBorderOfASection) {
  const Extracted document = Html(
      "<h1>A</h1><p>One.</p><h2>B</h2><p>Two.</p><div class=note>"
      "<p class=title>N</p><p>Note.</p></div><p>Three.</p>");
  const auto passages = CutPassages(document, Language::kEn);
  CheckPromises(document, passages);
  EXPECT_THAT(Texts(document, passages),
              ElementsAre("A\nOne.", "B\nTwo.", "N\nNote.", "Three."));
  EXPECT_THAT(document.HeadingPath(passages[2].section),
              ElementsAre("A", "B", "N"));
  EXPECT_EQ(passages[3].section, passages[1].section);
}

TEST(PassagesTest, LeavesAHeadingThatStandsAloneToThePathBelow) {
  const Extracted document =
      Html("<h1>Book</h1><h2>Chapter</h2><p>Text.</p><h1>Last</h1>");
  const auto passages = CutPassages(document, Language::kEn);
  EXPECT_THAT(Texts(document, passages), ElementsAre("Chapter\nText.", "Last"));
}

TEST(PassagesTest, PrefersTheEndOfABlockNearTheTarget) {
  std::string first;
  for (int i = 0; i < 18; ++i) first += Sentence(i);  // about 720
  std::string second;
  for (int i = 0; i < 18; ++i) second += Sentence(i);
  const Extracted document = Plain(first + "\n\n" + second);
  const auto passages = CutPassages(document, Language::kEn);
  CheckPromises(document, passages);
  ASSERT_EQ(passages.size(), 2);
  EXPECT_EQ(TextOf(document, passages[0]).find('\n'), std::string::npos);
}

TEST(PassagesTest, KeepsAShortRestWithThePassageBefore) {
  std::string text;
  for (int i = 0; i < 22; ++i) text += Sentence(i);  // about 880
  text += "A last word of seventy letters that would stand alone, too short.";
  const Extracted document = Plain(text);
  const auto passages = CutPassages(document, Language::kEn);
  CheckPromises(document, passages);
  EXPECT_EQ(passages.size(), 1);
}

TEST(PassagesTest, CutsAnOverlongSentenceAtSpaces) {
  std::string text;
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&text, "word", i, " ");
  const Extracted document = Plain(text);
  const auto passages = CutPassages(document, Language::kEn);
  CheckPromises(document, passages);
  ASSERT_GE(passages.size(), 8);
  std::string joined = absl::StrJoin(Texts(document, passages), " ");
  EXPECT_EQ(joined + "\n", document.text);
}

TEST(PassagesTest, CutsALineWithoutSpacesBetweenCodePoints) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "\xe6\xbc\xa2";
  const Extracted document = Plain(text);
  const auto passages = CutPassages(document, Language::kZh);
  CheckPromises(document, passages);
  EXPECT_EQ(passages.size(), 6);
  EXPECT_EQ(absl::StrJoin(Texts(document, passages), "") + "\n", document.text);
}

// A file of base 64 is one sentence.
TEST(PassagesTest, ALineWithoutEndTakesTheTimeOfItsLength) {
  const auto seconds_of = [](size_t bytes) {
    Extracted document;
    document.text = std::string(bytes, 'x');
    Block block;
    block.span = {0, static_cast<uint32_t>(bytes)};
    document.blocks.push_back(block);
    document.sections.emplace_back();
    const std::clock_t begin = std::clock();
    const std::vector<CutPassage> passages =
        CutPassages(document, Language::kEn);
    EXPECT_GE(passages.size(), bytes / 900);
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  };
  const double once = seconds_of(1 << 20);
  // It took 250 times as long.
  EXPECT_LT(seconds_of(16 << 20), 100 * once + .1);
}

TEST(PassagesTest, CountsCodePointsNotBytes) {
  std::string text;
  for (int i = 0; i < 60; ++i) {
    text +=
        "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82, "
        "\xd0\xbc\xd0\xb8\xd1\x80. ";
  }
  const Extracted document = Plain(text);
  const auto passages = CutPassages(document, Language::kRu);
  CheckPromises(document, passages);
  // 780 characters, 1,320 bytes.
  EXPECT_EQ(passages.size(), 1);
}

TEST(PassagesTest, NamesTheKindWhenAllBlocksAreOfOne) {
  const Extracted document =
      Html("<h1>T</h1><p>x</p><pre>$ ls\n$ cd</pre><h2>U</h2><pre>a</pre>");
  const auto passages = CutPassages(document, Language::kEn);
  ASSERT_EQ(passages.size(), 2);
  EXPECT_EQ(passages[0].kind, BlockKind::kParagraph);
  EXPECT_EQ(passages[0].line, 1);
}

TEST(PassagesTest, HoldsEveryWordOfARealisticPage) {
  std::string html = "<h1>Title</h1>";
  for (int i = 0; i < 200; ++i) {
    absl::StrAppend(&html, "<p>", Sentence(i), Sentence(i), "</p>");
    if (i % 17 == 0) absl::StrAppend(&html, "<h2>Part ", i, "</h2>");
    if (i % 23 == 0) absl::StrAppend(&html, "<ul><li>a ", i, "<li>b</ul>");
  }
  const Extracted document = Html(html);
  const auto passages = CutPassages(document, Language::kEn);
  CheckPromises(document, passages);
  std::string squeezed_text;
  for (char c : document.text) {
    if (c != ' ' && c != '\n') squeezed_text += c;
  }
  std::string squeezed_passages;
  for (const std::string& text : Texts(document, passages)) {
    for (char c : text) {
      if (c != ' ' && c != '\n') squeezed_passages += c;
    }
  }
  EXPECT_EQ(squeezed_passages, squeezed_text);
}

TEST(PassagesTest, MakesNothingOfNothing) {
  EXPECT_TRUE(CutPassages(Plain(""), Language::kEn).empty());
}

}  // namespace
}  // namespace footnote
