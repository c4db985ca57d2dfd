// PDF documents through the real program, footnote-pdf.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "indexer/parsers/parse_apart.h"
#include "indexer/parsers/parser_process.h"
#include "tests/indexer/formats/extracted_checks.h"
#include "tests/indexer/formats/zip_maker.h"
#include "tests/indexer/parsers/read_apart.h"

namespace footnote {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

constexpr int kHeight = 800;

// A line of text at a place of the page, from its top left.
struct Line {
  int x, y, size;
  std::string text;
};
using Page = std::vector<Line>;

// A PDF document of these objects, the first of which is its catalog.
std::string FileOf(const std::vector<std::string>& objects,
                   const std::string& trailer = "") {
  std::string out = "%PDF-1.4\n";
  std::string table = "0000000000 65535 f \n";
  for (size_t i = 0; i < objects.size(); ++i) {
    absl::StrAppendFormat(&table, "%010d 00000 n \n", out.size());
    absl::StrAppend(&out, i + 1, " 0 obj\n", objects[i], "\nendobj\n");
  }
  const size_t at = out.size();
  absl::StrAppend(&out, "xref\n0 ", objects.size() + 1, "\n", table,
                  "trailer\n<</Root 1 0 R/Size ", objects.size() + 1, trailer,
                  ">>\nstartxref\n", at, "\n%%EOF\n");
  return out;
}

std::string StreamOf(const std::string& entries, const std::string& content) {
  return absl::StrCat("<<", entries, "/Length ", content.size(), ">>\nstream\n",
                      content, "\nendstream");
}

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
    objects.push_back(StreamOf("", content));
  }
  objects[1] =
      absl::StrCat("<</Type/Pages/Kids[", kids, "]/Count ", pages.size(), ">>");
  return FileOf(objects, absl::StrCat("/Info 4 0 R", trailer));
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
  const auto read = ReadApart(MakePdf(
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
  const auto read = ReadApart(MakePdf(pages));
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
  const auto read = ReadApart(MakePdf(pages));
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
  const auto read = ReadApart(MakePdf({page}));
  ASSERT_TRUE(read.ok()) << read.status();
  const size_t last_left =
      read->text.find("left column has this as its line 11");
  const size_t first_right =
      read->text.find("right column has this as its line 0");
  ASSERT_NE(last_left, std::string::npos);
  EXPECT_LT(last_left, first_right);
}

TEST(PdfTest, TakesHeadingsFromTheOutline) {
  const auto read = ReadApart(MakePdf({{{72, 100, 10, "1 Keepers"},
                                        {72, 130, 10, "Three men kept it."},
                                        {72, 160, 14, "Large but no heading"}}},
                                      "Keepers"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(Outline(*read),
              ElementsAre("#: 1 Keepers", "p: Three men kept it.",
                          "p: Large but no heading"));
}

// A page as it stands in the file: what its dictionary says beside its
// contents.
struct RawPage {
  std::string entries;
  std::string content;
};

// Fonts that these pages may name: 3 as it is, 4 in which an a is a b. The
// marked content that property 5 names is hidden; 6 is the text of a form.
std::string MakeRawPdf(const std::vector<RawPage>& pages) {
  std::vector<std::string> objects = {
      "<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[5 0 R]"
      "/D<</OFF[5 0 R]>>>>>>",
      "",
      "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
      "<</Type/Font/Subtype/Type1/BaseFont/Helvetica"
      "/Encoding<</Differences[97/b]>>>>",
      "<</Type/OCG/Name(hidden)>>",
      StreamOf("/Type/XObject/Subtype/Form/BBox[0 0 200 20]"
               "/Resources<</Font<</F 3 0 R>>>>",
               "BT /F 10 Tf 2 5 Td (Filled in) Tj ET")};
  std::string kids;
  for (const RawPage& page : pages) {
    absl::StrAppend(&kids, objects.size() + 1, " 0 R ");
    objects.push_back(absl::StrCat("<</Type/Page/Parent 2 0 R", page.entries,
                                   "/Contents ", objects.size() + 2, " 0 R>>"));
    objects.push_back(StreamOf("", page.content));
  }
  objects[1] =
      absl::StrCat("<</Type/Pages/Kids[", kids, "]/Count ", pages.size(), ">>");
  return FileOf(objects);
}

// Pages that follow each other share fonts and what draws them; nothing else
// of one may be seen on another.
TEST(PdfTest, ReadsEachPageAsIfItStoodAlone) {
  const std::string box = "/MediaBox[0 0 600 800]";
  const std::string font = box + "/Resources<</Font<</F 3 0 R>>>>";
  const auto text = [](const std::string& words) {
    return absl::StrCat("BT /F 10 Tf 1 0 0 1 72 500 Tm (", words, ") Tj ET");
  };
  const std::vector<RawPage> pages = {
      {font, text("Plain first aaa")},
      {font,
       "q 2 0 0 2 0 0 cm 1 0 0 1 9 9 cm BT /F 10 Tf 20 Ts 90 Tz 72 200 "
       "Td (Left open aaa) Tj"},
      {font, text("After open aaa")},
      {font, "Q Q " + text("Poppler shows nothing here")},
      {font, "EMC " + text("Ended too often aaa")},
      {font, "BT 72 500 Td (No font was set) Tj ET " + text("Set late aaa")},
      {box + "/Resources<</Font<</F 4 0 R>>>>", text("Other font aaa")},
      {font, text("First font again aaa")},
      {box, "0 0 m 9 9 l S"},
      {font, text("After a picture aaa")},
      {box + "/Resources<</Font<</G 4 0 R/F 3 0 R>>>>",
       "BT /G 10 Tf 72 400 Td (Two fonts aaa) Tj ET " + text("Second aaa")},
      {font + "/Annots[<</Type/Annot/Subtype/Widget/FT/Tx/F 4"
              "/Rect[72 300 272 320]/AP<</N 6 0 R>>>>]",
       text("A form aaa")},
      {font, text("No form aaa")},
      {box + "/Resources<</Font<</F 3 0 R>>/Properties<</O 5 0 R>>>>",
       text("Shown aaa") + " /OC /O BDC " + text("Hidden aaa")},
      {font, text("After hidden aaa")},
      {font + "/Rotate 90", text("Turned aaa")},
      {font + "/CropBox[50 400 400 700]", text("Cut out aaa")},
      {"/MediaBox[0 0 300 600]/Resources<</Font<</F<</Type/Font/Subtype/Type1"
       "/BaseFont/Courier>>>>>>",
       text("Font of its own aaa")},
      {font, text("Plain last aaa")}};
  const auto together = ReadApart(MakeRawPdf(pages));
  ASSERT_TRUE(together.ok()) << together.status();
  // What stands alone is page 1.
  const auto shown = [](const Extracted& document, uint32_t page, bool alone) {
    std::vector<std::string> out;
    for (const Block& block : document.blocks) {
      if (!alone && block.line != page) continue;
      const std::string place = document.places[block.place - 1];
      out.push_back(absl::StrCat(
          place.substr(place.find('&')), " ",
          document.text.substr(block.span.begin, block.span.size())));
    }
    return out;
  };
  size_t with_text = 0;
  for (size_t i = 0; i < pages.size(); ++i) {
    const auto alone = ReadApart(MakeRawPdf({pages[i]}));
    const auto page = shown(*together, static_cast<uint32_t>(i + 1), false);
    if (alone.ok()) {
      EXPECT_EQ(page, shown(*alone, 1, true)) << pages[i].content;
      ++with_text;
    } else {
      EXPECT_EQ(page, std::vector<std::string>()) << pages[i].content;
    }
  }
  // But for the picture and for what was closed too often.
  EXPECT_EQ(with_text, pages.size() - 2);
  for (const char* words :
       {"Ended too often aaa", "Set late aaa", "Other font bbb",
        "First font again aaa", "Two fonts bbb", "Filled in", "Shown aaa",
        "After hidden aaa", "Cut out aaa", "Plain last aaa"}) {
    EXPECT_THAT(together->text, HasSubstr(words));
  }
  EXPECT_THAT(together->text, Not(HasSubstr("Hidden")));
  EXPECT_EQ(together->text.find("Filled in"),
            together->text.rfind("Filled in"));
}

// Without lines and quantities, bold type tells that there is a header; TeX's
// fonts do not have it in their names.
TEST(PdfTest, KnowsBoldTypeOfTexByItsName) {
  for (const std::string bold : {"ABCDEF+CMBX10", "NimbusRomNo9L-Medi",
                                 "Lato-Heavy", "CMR10", "Roboto-Medium"}) {
    std::string content = "BT /B 10 Tf";
    for (const auto& row : std::vector<std::vector<std::string>>{
             {"Tower", "Sea", "Stone"},
             {"Eddystone", "Channel", "granite"},
             {"Skerryvore", "Atlantic", "gneiss"},
             {"Cordouan", "Biscay", "limestone"}}) {
      for (const std::string& cell : row) {
        absl::StrAppend(&content, " (", cell, ") Tj 150 0 Td");
      }
      content += " -450 -14 Td /F 10 Tf";
    }
    content += " ET";
    const auto read = ReadApart(FileOf(
        {"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
         "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 6 0 R"
         "/Resources<</Font<</F 4 0 R/B 5 0 R>>>>>>",
         "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
         absl::StrCat("<</Type/Font/Subtype/Type1/BaseFont/", bold, ">>"),
         StreamOf("", absl::StrCat("1 0 0 1 72 500 cm ", content))}));
    ASSERT_TRUE(read.ok()) << read.status();
    const bool known = bold != "CMR10" && bold != "Roboto-Medium";
    EXPECT_EQ(absl::StrContains(read->text,
                                "Tower: Cordouan | Sea: Biscay | Stone: "
                                "limestone"),
              known)
        << bold << ": " << read->text;
  }
}

TEST(PdfTest, SaysWhyThereIsNoText) {
  EXPECT_THAT(std::string(ReadApart(MakePdf({Page()})).status().message()),
              HasSubstr("no text on its 1 pages"));
  EXPECT_THAT(std::string(ReadApart("%PDF-1.4 and nothing").status().message()),
              HasSubstr("damaged"));
}

// What footnote-pdf writes of an empty page of this size, drawn.
std::string DrawPageOf(const std::string& size) {
  const auto program = FindParser("footnote-pdf");
  if (!program.ok()) return program.status().ToString();
  const auto output =
      RunParser(*program,
                FileOf({"<</Type/Catalog/Pages 2 0 R>>",
                        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                        absl::StrCat("<</Type/Page/Parent 2 0 R/MediaBox[0 0 ",
                                     size, "]>>")}),
                ParserLimits(), {"picture", "1"});
  return output.ok() ? *output : output.status().ToString();
}

TEST(PdfTest, APageIsDrawnWithFewerDotsWhereItIsLargeAndRefusedWhereHuge) {
  EXPECT_THAT(DrawPageOf("144 72"), StartsWith("I 300\nP5\n600 300\n255\n"));
  // By its area, and by its longer side.
  EXPECT_THAT(DrawPageOf("4320 4320"),
              StartsWith("I 100\nP5\n6000 6000\n255\n"));
  EXPECT_THAT(DrawPageOf("14400 72"),
              StartsWith("I 150\nP5\n30000 150\n255\n"));
  EXPECT_THAT(DrawPageOf("7200 7200"),
              AllOf(StartsWith("E large page 1: 10000.0"),
                    HasSubstr("square inches, want at most 3600")));
  for (const char* const size :
       {"100000000 0.001", "0.001 100000000", "1000000000 0.01", "21700 1"}) {
    EXPECT_THAT(DrawPageOf(size),
                AllOf(StartsWith("E large page 1: "),
                      HasSubstr("inches on its longer side, want at most 300")))
        << size;
  }
}

TEST(PdfTest, DamageNeverBreaksAPromise) {
  const std::string good = MakePdf({{{72, 100, 10, "Some text."}}});
  for (size_t at = 9; at < good.size(); at += good.size() / 25) {
    std::string damaged = good;
    damaged[at] ^= 0x15;
    damaged[at + 1] ^= 0x2a;
    (void)ReadApart(damaged);
    (void)ReadApart(good.substr(0, at));
  }
}

TEST(PdfTest, IsReadInsideAnArchive) {
  std::vector<std::string> parts;
  MarkupParser markup;
  const absl::Status status = ParseApart(
      MakeZip({{"a.pdf", MakePdf({{{72, 100, 10, "Inside."}}})},
               {"b.txt", "Beside.\n"}}),
      {}, {}, Language::kUnknown, &markup, [&parts](ParsedDocument parsed) {
        EXPECT_TRUE(parsed.document.ok()) << parsed.document.status();
        parts.push_back(absl::StrCat(parsed.part, ": ", parsed.document->text));
        return absl::OkStatus();
      });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(parts, ElementsAre("a.pdf: Inside.\n", "b.txt: Beside.\n"));
}

}  // namespace
}  // namespace footnote
