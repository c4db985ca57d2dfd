// Text that stands on many lines of its file: each part says which.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/html.h"
#include "indexer/formats/mallard.h"
#include "indexer/formats/markdown.h"
#include "indexer/formats/pdf_layout.h"
#include "indexer/formats/plain.h"
#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {
namespace {

// Forty lines of some seventy characters, with a number on each.
std::string Prose() {
  std::vector<std::string> lines;
  for (int i = 0; i < 40; ++i) {
    lines.push_back(absl::StrCat("the keeper of tower ", 100 + i,
                                 i % 3 == 0 ? " sleeps. In his" : " and his",
                                 " house nobody has painted a door since ",
                                 1800 + i, i == 39 ? "." : ""));
  }
  return absl::StrJoin(lines, "\n");
}

struct Case {
  const char* name;
  std::string before;
  std::string after;
  std::function<absl::StatusOr<Extracted>(const std::string&)> read;
};

std::vector<Case> Cases() {
  return {
      {"plain", "One line.\n\n\n", "\n\nThe end.\n",
       [](const std::string& file) { return ExtractPlain(file, {}); }},
      {"Markdown",
       "---\ntitle: Doors\n---\n\n# Doors\n\n- one\n- two\n\nFirst [a\n"
       "link](http://x.y/z), `some\ncode`, then:\n\n> ",
       "\n\nThe end.\n",
       [](const std::string& file) { return ExtractMarkdown(file, {}); }},
      {"HTML",
       "<html>\n<body>\n<h1 id='d'>Doors</h1>\n<p>It <a\nhref='x'>began</a> "
       "so.</p>\n<p>\n",
       "</p>\n<p>The end.</p>\n</body></html>\n",
       [](const std::string& file) { return ExtractHtml(file, {}); }},
      {"Mallard",
       "<page xmlns=\"http://projectmallard.org/1.0/\" id=\"d\">\n"
       "<title>Doors</title>\n<p>It began so.</p>\n<p>",
       "</p>\n</page>\n",
       [](const std::string& file) { return ExtractMallard(file, {}); }},
  };
}

TEST(PartsTest, EachPartStandsOnItsLine) {
  for (const Case& one : Cases()) {
    SCOPED_TRACE(one.name);
    const std::string file = one.before + Prose() + one.after;
    const std::vector<std::string> lines = absl::StrSplit(file, '\n');
    const absl::StatusOr<Extracted> read = one.read(file);
    ASSERT_TRUE(read.ok()) << read.status();
    ASSERT_EQ(BrokenPromise(*read), "");
    size_t parts = 0;
    for (const Block& block : read->blocks) {
      const std::vector<BlockPart> of_block = read->PartsOf(block);
      for (size_t i = 0; i < of_block.size(); ++i) {
        const size_t begin = of_block[i].begin;
        const size_t end =
            i + 1 < of_block.size() ? of_block[i + 1].begin : block.span.end;
        ASSERT_GT(of_block[i].line, 0u);
        ASSERT_LE(of_block[i].line, lines.size());
        // Word by word: there may be markup between them.
        const std::string& line = lines[of_block[i].line - 1];
        const std::string text = read->text.substr(begin, end - begin);
        for (const absl::string_view word :
             absl::StrSplit(text, absl::ByAnyChar(" .,:"), absl::SkipEmpty())) {
          // A span of code is where it begins.
          if (word == "code") continue;
          EXPECT_NE(line.find(std::string(word)), std::string::npos)
              << of_block[i].line << ": " << line << " has not " << text;
        }
        ++parts;
      }
    }
    EXPECT_GE(parts, 40u);
  }
}

// A paragraph that goes on over a page; two sentences on one line.
TEST(PartsTest, ALineOfPrintAndASentenceHaveTheirBoxes) {
  const absl::StatusOr<Extracted> read = ExtractPdfPages(
      "P 600 800\n"
      "W 60 300 100 310 10 0 1 One\nW 105 300 140 310 10 0 1 ends.\n"
      "W 145 300 190 310 10 0 1 Two\nW 195 300 240 310 10 0 1 goes\n"
      "W 60 312 100 322 10 0 1 on,\nW 105 312 140 322 10 0 1 exam-\n"
      "P 600 800\n"
      "W 60 100 100 110 10 0 1 ple\nW 105 100 140 110 10 0 1 here.\n",
      {});
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->text, "One ends. Two goes on, example here.\n");
  ASSERT_EQ(read->blocks.size(), 1u);
  std::vector<std::string> parts;
  for (const BlockPart& part : read->PartsOf(read->blocks[0])) {
    parts.push_back(absl::StrCat(read->text.substr(part.begin, 4), " @ ",
                                 read->places[part.place - 1], " line ",
                                 part.line));
  }
  EXPECT_EQ(absl::StrJoin(parts, "\n"),
            "One  @ page=1&box=60,300,140,310 line 1\n"
            "Two  @ page=1&box=145,300,240,310 line 1\n"
            "on,  @ page=1&box=60,312,140,322 line 1\n"
            "ple  @ page=2&box=60,100,140,110 line 2");
}

}  // namespace
}  // namespace footnote
