// PDF documents through the real program, footnote-pdf.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "indexer/parsers/parse_apart.h"
#include "tests/indexer/formats/extracted_checks.h"
#include "tests/indexer/formats/zip_maker.h"

namespace footnote {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr int kHeight = 800;

// A line of text at a place of the page, from its top left.
struct Line {
  int x, y, size;
  std::string text;
};
using Page = std::vector<Line>;

// A PDF document with these pages and, where given, an outline of one entry.
std::string MakePdf(const std::vector<Page>& pages,
                    const std::string& outline = "",
                    const std::string& trailer = "") {
  std::vector<std::string> objects = {
      absl::StrCat("<</Type/Catalog/Pages 2 0 R",
                   outline.empty() ? "" : "/Outlines 5 0 R", ">>"),
      "",
      "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
      "<</Title(The lights)/Author(Ann Lee)/CreationDate(D:20240501100203Z)>>",
      "<</Type/Outlines/First 6 0 R/Last 6 0 R/Count 1>>",
      absl::StrCat("<</Title(", outline, ")/Parent 5 0 R>>")};
  std::string kids;
  for (const Page& page : pages) {
    std::string content = "BT\n";
    for (const Line& line : page) {
      absl::StrAppend(&content, "/F ", line.size, " Tf 1 0 0 1 ", line.x, " ",
                      kHeight - line.y, " Tm (", line.text, ") Tj\n");
    }
    content += "ET";
    const size_t number = objects.size() + 1;
    absl::StrAppend(&kids, number, " 0 R ");
    objects.push_back(absl::StrCat(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 ", kHeight,
        "]/Resources<</Font<</F 3 0 R>>>>/Contents ", number + 1, " 0 R>>"));
    objects.push_back(absl::StrCat("<</Length ", content.size(), ">>\nstream\n",
                                   content, "\nendstream"));
  }
  objects[1] =
      absl::StrCat("<</Type/Pages/Kids[", kids, "]/Count ", pages.size(), ">>");
  std::string out = "%PDF-1.4\n";
  std::string table = "0000000000 65535 f \n";
  for (size_t i = 0; i < objects.size(); ++i) {
    absl::StrAppendFormat(&table, "%010d 00000 n \n", out.size());
    absl::StrAppend(&out, i + 1, " 0 obj\n", objects[i], "\nendobj\n");
  }
  const size_t at = out.size();
  absl::StrAppend(&out, "xref\n0 ", objects.size() + 1, "\n", table,
                  "trailer\n<</Root 1 0 R/Info 4 0 R/Size ", objects.size() + 1,
                  trailer, ">>\nstartxref\n", at, "\n%%EOF\n");
  return out;
}

absl::StatusOr<Extracted> Read(const std::string& bytes) {
  absl::StatusOr<Extracted> out = absl::NotFoundError("no document");
  MarkupParser markup;
  const absl::Status status =
      ParseApart(bytes, {}, &markup, [&out](ParsedDocument parsed) {
        out = std::move(parsed.document);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  if (out.ok()) {
    EXPECT_EQ(BrokenPromise(*out), "");
  }
  return out;
}

std::string PlaceOf(const Extracted& document, const std::string& text) {
  for (const Block& block : document.blocks) {
    if (document.text.substr(block.span.begin, block.span.size()).find(text) !=
        std::string::npos) {
      return document.places[block.place - 1];
    }
  }
  return "no such block";
}

TEST(PdfTest, ReadsParagraphsHeadingsItemsAndProperties) {
  const auto read = Read(MakePdf(
      {{{72, 100, 20, "Lighthouses"},
        {72, 140, 10, "The lighthouse of Eddystone was built by John Smea-"},
        {72, 152, 10, "ton in the year 1759."},
        {90, 170, 10, "A second paragraph begins with an indent."},
        {72, 200, 10, "1. Sperm oil"},
        {72, 214, 10, "2. Colza oil"}}}));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(
      Outline(*read),
      ElementsAre("#: Lighthouses",
                  "p: The lighthouse of Eddystone was built by John Smeaton in "
                  "the year 1759.",
                  "p: A second paragraph begins with an indent.",
                  "-: 1. Sperm oil", "-: 2. Colza oil"));
  EXPECT_EQ(read->title, "The lights");
  EXPECT_THAT(read->metadata, Contains(Pair("author", "Ann Lee")));
  EXPECT_THAT(read->metadata, Contains(Pair("created", "2024-05-01T10:02:03")));
  EXPECT_EQ(read->format, Format::kPdf);
}

// The box of the locator holds the line where it was drawn.
TEST(PdfTest, TellsThePageAndTheBoxOfEachBlock) {
  std::vector<Page> pages(3);
  for (int p = 0; p < 3; ++p) {
    for (int i = 0; i < 5; ++i) {
      pages[p].push_back({72 + 20 * i, 150 + 100 * i, 10,
                          absl::StrCat("Word", p, "x", i, " stands here.")});
    }
  }
  const auto read = Read(MakePdf(pages));
  ASSERT_TRUE(read.ok()) << read.status();
  for (int p = 0; p < 3; ++p) {
    for (int i = 0; i < 5; ++i) {
      const std::string place = PlaceOf(*read, absl::StrCat("Word", p, "x", i));
      int page, x0, y0, x1, y1;
      ASSERT_EQ(sscanf(place.c_str(), "page=%d&box=%d,%d,%d,%d", &page, &x0,
                       &y0, &x1, &y1),
                5)
          << place;
      EXPECT_EQ(page, p + 1);
      // The baseline lies inside, and the text is some 95 points long.
      EXPECT_LE(x0, 72 + 20 * i);
      EXPECT_GE(x0, 72 + 20 * i - 2);
      EXPECT_NEAR(x1, 72 + 20 * i + 95, 25);
      EXPECT_LT(y0, 150 + 100 * i);
      EXPECT_GT(y0, 150 + 100 * i - 12);
      EXPECT_GE(y1, 150 + 100 * i);
      EXPECT_LT(y1, 150 + 100 * i + 6);
    }
  }
}

TEST(PdfTest, LeavesHeadersFootersAndPageNumbersOut) {
  std::vector<Page> pages;
  for (int p = 1; p <= 5; ++p) {
    pages.push_back({{72, 30, 9, "The keeper's handbook"},
                     {72, 300, 10, absl::StrCat("Body of page ", p, ".")},
                     {300, 780, 9, absl::StrCat("Page ", p)}});
  }
  const auto read = Read(MakePdf(pages));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(Outline(*read),
              ElementsAre("p: Body of page 1.", "p: Body of page 2.",
                          "p: Body of page 3.", "p: Body of page 4.",
                          "p: Body of page 5."));
}

TEST(PdfTest, ReadsColumnsOneAfterTheOther) {
  Page page;
  for (int i = 0; i < 12; ++i) {
    page.push_back({60, 100 + 12 * i, 10,
                    absl::StrCat("left column has this as its line ", i)});
    page.push_back({330, 100 + 12 * i, 10,
                    absl::StrCat("right column has this as its line ", i)});
  }
  const auto read = Read(MakePdf({page}));
  ASSERT_TRUE(read.ok()) << read.status();
  const size_t last_left =
      read->text.find("left column has this as its line 11");
  const size_t first_right =
      read->text.find("right column has this as its line 0");
  ASSERT_NE(last_left, std::string::npos);
  EXPECT_LT(last_left, first_right);
}

TEST(PdfTest, TakesHeadingsFromTheOutline) {
  const auto read = Read(MakePdf({{{72, 100, 10, "1 Keepers"},
                                   {72, 130, 10, "Three men kept it."},
                                   {72, 160, 14, "Large but no heading"}}},
                                 "Keepers"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(Outline(*read),
              ElementsAre("#: 1 Keepers", "p: Three men kept it.",
                          "p: Large but no heading"));
}

TEST(PdfTest, SaysWhyThereIsNoText) {
  EXPECT_THAT(std::string(Read(MakePdf({Page()})).status().message()),
              HasSubstr("no text on its 1 pages"));
  EXPECT_THAT(std::string(Read("%PDF-1.4 and nothing").status().message()),
              HasSubstr("damaged"));
}

TEST(PdfTest, DamageNeverBreaksAPromise) {
  const std::string good = MakePdf({{{72, 100, 10, "Some text."}}});
  for (size_t at = 9; at < good.size(); at += good.size() / 25) {
    std::string damaged = good;
    damaged[at] ^= 0x15;
    damaged[at + 1] ^= 0x2a;
    (void)Read(damaged);
    (void)Read(good.substr(0, at));
  }
}

TEST(PdfTest, IsReadInsideAnArchive) {
  std::vector<std::string> parts;
  MarkupParser markup;
  const absl::Status status = ParseApart(
      MakeZip({{"a.pdf", MakePdf({{{72, 100, 10, "Inside."}}})},
               {"b.txt", "Beside.\n"}}),
      {}, &markup, [&parts](ParsedDocument parsed) {
        EXPECT_TRUE(parsed.document.ok()) << parsed.document.status();
        parts.push_back(absl::StrCat(parsed.part, ": ", parsed.document->text));
        return absl::OkStatus();
      });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(parts, ElementsAre("a.pdf: Inside.\n", "b.txt: Beside.\n"));
}

}  // namespace
}  // namespace footnote
