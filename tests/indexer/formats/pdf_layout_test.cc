// Pages as footnote-pdf writes them, to canonical text: what of tables spans
// several pages, or might lose a word.
#include "indexer/formats/pdf_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "indexer/formats/pdf_page.h"
#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;

// Writes pages of 600 x 800 points, word by word.
class Pages {
 public:
  Pages& Page() {
    out_ += "P 600.0 800.0\n";
    return *this;
  }
  Pages& Word(float x, float y, const std::string& text, bool bold = false) {
    absl::StrAppendFormat(&out_, "W %.1f %.1f %.1f %.1f 10.0 %d 1 %s\n", x, y,
                          x + 4.5 * static_cast<double>(text.size()), y + 10,
                          bold ? 1 : 0, text);
    return *this;
  }
  Pages& Line(float x0, float y0, float x1, float y1) {
    absl::StrAppendFormat(&out_, "L %.1f %.1f %.1f %.1f\n", x0, y0, x1, y1);
    return *this;
  }
  Pages& Grid(const std::vector<float>& xs, const std::vector<float>& ys) {
    for (const float x : xs) Line(x, ys.front(), x, ys.back());
    for (const float y : ys) Line(xs.front(), y, xs.back(), y);
    return *this;
  }
  // A row of three cells in a grid from (60, y) on.
  Pages& Row(float y, const std::vector<std::string>& cells,
             bool bold = false) {
    for (size_t c = 0; c < cells.size(); ++c) {
      if (cells[c].empty()) continue;
      Word(64 + 100 * static_cast<float>(c), y + 5, cells[c], bold);
    }
    return *this;
  }

  // "text @ place" of each block.
  std::vector<std::string> Read() const {
    const auto read = ExtractPdfPages(out_, {});
    if (!read.ok()) return {read.status().ToString()};
    EXPECT_EQ(BrokenPromise(*read), "");
    std::vector<std::string> out;
    for (const Block& block : read->blocks) {
      out.push_back(
          absl::StrCat(read->text.substr(block.span.begin, block.span.size()),
                       " @ ", read->places[block.place - 1]));
    }
    return out;
  }

 private:
  std::string out_;
};

TEST(PdfLayoutTest, TheNameOfAFileIsNoTitle) {
  const auto title = [](const std::string& said) {
    const auto read = ExtractPdfPages(
        "M title " + said + "\nP 600.0 800.0\nW 60 100 90 110 10.0 0 1 Red\n",
        {});
    return read.ok() ? read->title : read.status().ToString();
  };
  EXPECT_EQ(title("Pump 4.0"), "Pump 4.0");
  EXPECT_EQ(title("Microsoft Word - Pump.DOCX"), "");
  EXPECT_EQ(title("pump.tex"), "");
}

TEST(PdfLayoutTest, ATableThatGoesOnOverAPageKeepsItsNames) {
  Pages pages;
  pages.Page()
      .Word(60, 100, "Towers")
      .Row(640, {"Tower", "Sea", "Lamps"}, true)
      .Row(660, {"Eddystone", "Channel", "8"})
      .Grid({60, 160, 260, 360}, {640, 660, 680})
      .Page()
      .Row(60, {"Skerryvore", "Atlantic", "9"})
      .Row(80, {"Cordouan", "Biscay", "7"})
      .Grid({60, 160, 260, 360}, {60, 80, 100});
  EXPECT_THAT(
      pages.Read(),
      ElementsAre("Towers @ page=1&box=60,100,87,110",
                  "Tower: Eddystone | Sea: Channel | Lamps: 8 @ "
                  "page=1&box=64,665,269,675&head=64,645,287,655",
                  "Tower: Skerryvore | Sea: Atlantic | Lamps: 9 @ "
                  "page=2&box=64,65,269,75&head_page=1&head=64,645,287,655",
                  "Tower: Cordouan | Sea: Biscay | Lamps: 7 @ "
                  "page=2&box=64,85,269,95&head_page=1&head=64,645,287,655"));
}

TEST(PdfLayoutTest, ATableKeepsItsNamesOverAllPagesItGoesOnOver) {
  Pages pages;
  pages.Page()
      .Row(640, {"Tower", "Sea", "Lamps"}, true)
      .Row(660, {"Eddystone", "Channel", "8"})
      .Grid({60, 160, 260, 360}, {640, 660, 680})
      .Page();
  // Of this page, the first row looks like names above numbers.
  pages.Row(60, {"Skerryvore", "Atlantic", "none"})
      .Row(80, {"Cordouan", "Biscay", "7"})
      .Row(100, {"Sumburgh", "Atlantic", "6"})
      .Grid({60, 160, 260, 360}, {60, 80, 100, 120})
      .Page()
      .Row(60, {"Hook", "Celtic", "5"})
      .Row(80, {"Fastnet", "Celtic", "4"})
      .Grid({60, 160, 260, 360}, {60, 80, 100});
  EXPECT_THAT(
      pages.Read(),
      ElementsAre("Tower: Eddystone | Sea: Channel | Lamps: 8 @ "
                  "page=1&box=64,665,269,675&head=64,645,287,655",
                  "Tower: Skerryvore | Sea: Atlantic | Lamps: none @ "
                  "page=2&box=64,65,282,75&head_page=1&head=64,645,287,655",
                  "Tower: Cordouan | Sea: Biscay | Lamps: 7 @ "
                  "page=2&box=64,85,269,95&head_page=1&head=64,645,287,655",
                  "Tower: Sumburgh | Sea: Atlantic | Lamps: 6 @ "
                  "page=2&box=64,105,269,115&head_page=1&head=64,645,287,655",
                  "Tower: Hook | Sea: Celtic | Lamps: 5 @ "
                  "page=3&box=64,65,269,75&head_page=1&head=64,645,287,655",
                  "Tower: Fastnet | Sea: Celtic | Lamps: 4 @ "
                  "page=3&box=64,85,269,95&head_page=1&head=64,645,287,655"));
}

TEST(PdfLayoutTest, ATableBehindOtherWordsDoesNotGoOnWithThePageBefore) {
  for (const bool above : {true, false}) {
    Pages pages;
    pages.Page()
        .Row(440, {"Tower", "Sea", "Lamps"}, true)
        .Row(460, {"Eddystone", "Channel", "8"})
        .Grid({60, 160, 260, 360}, {440, 460, 480});
    if (!above) pages.Word(60, 500, "Boats");
    pages.Page();
    if (above) pages.Word(60, 160, "Boats");
    pages.Row(200, {"Mary", "Hull", "9"})
        .Row(220, {"Ann", "Leith", "7"})
        .Grid({60, 160, 260, 360}, {200, 220, 240});
    const std::vector<std::string> read = pages.Read();
    ASSERT_EQ(read.size(), 4u);
    EXPECT_EQ(read[2], "Mary | Hull | 9 @ page=2&box=64,205,269,215");
    EXPECT_EQ(read[3], "Ann | Leith | 7 @ page=2&box=64,225,269,235");
  }
}

// Headers and footers that too few pages repeat to be left out.
TEST(PdfLayoutTest, ATableGoesOnOverTheMarginsOfPages) {
  Pages pages;
  pages.Page()
      .Row(640, {"Tower", "Sea", "Lamps"}, true)
      .Row(660, {"Eddystone", "Channel", "8"})
      .Word(300, 770, "1")
      .Grid({60, 160, 260, 360}, {640, 660, 680})
      .Page()
      .Word(60, 20, "Lights")
      .Row(100, {"Skerryvore", "Atlantic", "9"})
      .Row(120, {"Cordouan", "Biscay", "7"})
      .Grid({60, 160, 260, 360}, {100, 120, 140});
  const std::vector<std::string> read = pages.Read();
  ASSERT_EQ(read.size(), 5u);
  EXPECT_EQ(read[3],
            "Tower: Skerryvore | Sea: Atlantic | Lamps: 9 @ "
            "page=2&box=64,105,269,115&head_page=1&head=64,645,287,655");
}

TEST(PdfLayoutTest, ATableNamedAsTheOneBeforeWasIsOneOfItsOwn) {
  Pages pages;
  pages.Page()
      .Row(640, {"Tower", "Sea", "Lamps"})
      .Row(660, {"Eddystone", "Channel", "8"})
      .Row(680, {"Skerryvore", "Atlantic", "9"})
      .Grid({60, 160, 260, 360}, {640, 660, 680, 700})
      .Page()
      .Row(60, {"Boat", "Port", "Crew"})
      .Row(80, {"Mary", "Hull", "9"})
      .Row(100, {"Ann", "Leith", "7"})
      .Grid({60, 160, 260, 360}, {60, 80, 100, 120});
  const std::vector<std::string> read = pages.Read();
  ASSERT_EQ(read.size(), 4u);
  EXPECT_EQ(read[2],
            "Boat: Mary | Port: Hull | Crew: 9 @ "
            "page=2&box=64,85,269,95&head=64,65,282,75");
}

TEST(PdfLayoutTest, AHeaderThatIsDrawnAgainNamesItsOwnPage) {
  Pages pages;
  for (int p = 0; p < 2; ++p) {
    pages.Page()
        .Row(200, {"Tower", "Sea", "Lamps"})
        .Row(220, {"Eddystone", "Channel", "8"})
        .Row(240, {"Skerryvore", "Atlantic", "9"})
        .Grid({60, 160, 260, 360}, {200, 220, 240, 260});
  }
  EXPECT_THAT(pages.Read(),
              ElementsAre("Tower: Eddystone | Sea: Channel | Lamps: 8 @ "
                          "page=1&box=64,225,269,235&head=64,205,287,215",
                          "Tower: Skerryvore | Sea: Atlantic | Lamps: 9 @ "
                          "page=1&box=64,245,269,255&head=64,205,287,215",
                          "Tower: Eddystone | Sea: Channel | Lamps: 8 @ "
                          "page=2&box=64,225,269,235&head=64,205,287,215",
                          "Tower: Skerryvore | Sea: Atlantic | Lamps: 9 @ "
                          "page=2&box=64,245,269,255&head=64,205,287,215"));
}

// A name is written before its cells and nowhere else: without any it would be
// lost.
TEST(PdfLayoutTest, AHeaderOneOfWhoseNamesHasNoCellIsARow) {
  Pages pages;
  pages.Page()
      .Row(200, {"Tower", "Sea", "Lamps"}, true)
      .Row(220, {"Eddystone", "Channel", ""})
      .Row(240, {"Skerryvore", "Atlantic", ""})
      .Grid({60, 160, 260, 360}, {200, 220, 240, 260});
  EXPECT_THAT(pages.Read(),
              ElementsAre("Tower | Sea | Lamps @ page=1&box=64,205,287,215",
                          "Eddystone | Channel @ page=1&box=64,225,196,235",
                          "Skerryvore | Atlantic @ page=1&box=64,245,200,255"));
}

TEST(PdfLayoutTest, ATableAtTheTopOfMostPagesIsLeftOut) {
  Pages pages;
  for (int p = 1; p <= 4; ++p) {
    pages.Page()
        .Row(20, {"Handbook", "Issue", "3"})
        .Row(40, {"Lights", "Sheet", absl::StrCat(p)})
        .Word(60, 300, absl::StrCat("Body", p))
        .Grid({60, 160, 260, 360}, {20, 40, 60});
  }
  EXPECT_THAT(pages.Read(), ElementsAre("Body1 @ page=1&box=60,300,83,310",
                                        "Body2 @ page=2&box=60,300,83,310",
                                        "Body3 @ page=3&box=60,300,83,310",
                                        "Body4 @ page=4&box=60,300,83,310"));
}

TEST(PdfLayoutTest, ACellReachesDownOverRowsWithoutWordsNoFurtherThanItsLines) {
  Pages pages;
  pages.Page()
      .Row(100, {"Coast", "Tower", "Lamps"}, true)
      .Row(120, {"North", "Eddystone", "8"})
      .Row(160, {"", "Cordouan", "7"})
      .Row(180, {"", "Hook", "5"});
  for (const float x : {60.f, 160.f, 260.f, 360.f}) pages.Line(x, 100, x, 200);
  for (const float y : {100.f, 120.f, 180.f, 200.f}) {
    pages.Line(60, y, 360, y);
  }
  for (const float y : {140.f, 160.f}) pages.Line(160, y, 360, y);
  EXPECT_THAT(pages.Read(),
              ElementsAre("Coast: North | Tower: Eddystone | Lamps: 8 @ "
                          "page=1&box=64,125,269,135&head=64,105,287,115",
                          "Coast: North | Tower: Cordouan | Lamps: 7 @ "
                          "page=1&box=164,165,269,175&head=64,105,287,115",
                          "Tower: Hook | Lamps: 5 @ "
                          "page=1&box=164,185,269,195&head=64,105,287,115"));
}

// What reaches down into an empty cell is looked for at once, however far the
// last one above it is.
TEST(PdfLayoutTest, AColumnThatIsEmptyButForItsEndTakesBoundedTime) {
  constexpr int kRows = 80000;
  Pages pages;
  pages.Page().Row(85, {"Tower", "Sea", "Lamps"}, true);
  float y = 105;
  for (int r = 0; r < kRows; ++r, y += 12) {
    pages.Row(y, {"Ar", absl::StrCat(r), ""});
  }
  pages.Row(y, {"Ys", "990", "8"});
  for (const float at : {85.f, 105.f, y + 20}) pages.Line(60, at, 360, at);
  const absl::Time start = absl::Now();
  const std::vector<std::string> read = pages.Read();
  EXPECT_LT(absl::Now() - start, absl::Seconds(8));
  ASSERT_EQ(read.size(), kRows + 1u);
  EXPECT_THAT(read[kRows],
              testing::StartsWith("Tower: Ys | Sea: 990 | Lamps: 8"));
}

TEST(PdfLayoutTest, WordsWithoutTextAreNone) {
  const auto file = ParsePdfPages(
      "P 600.0 800.0\n"
      "W 1.0 1.0 9.0 9.0 8.0 0 1 \nW 1.0 1.0 9.0 9.0 8.0 0 1  \n"
      "W 1.0 1.0 9.0 9.0 8.0 0 1\nW 1.0 1.0 9.0 9.0 8.0 0 1 a\n");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ(file->pages[0].words.size(), 1u);
  EXPECT_EQ(file->pages[0].words[0].text, "a");
}

TEST(PdfLayoutTest, APageWithTooManyLinesHasNone) {
  for (const size_t lines : {4000u, 4001u, 9000u}) {
    std::string page = "P 600.0 800.0\n";
    for (size_t i = 0; i < lines; ++i) {
      absl::StrAppend(&page, "L 0.0 ", i, ".0 90.0 ", i, ".0\n");
    }
    const auto file = ParsePdfPages(page);
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_EQ(file->pages[0].rules.size(), lines <= 4000 ? lines : 0);
  }
}

// A line of words from the left, 4 points apart, as poppler tells it; of words
// from the right each letter where `letters`.
std::string TextOf(const std::vector<std::string>& words, bool letters) {
  std::string page = "P 600.0 800.0\n";
  double x = 50;
  const auto add = [&page, &x](const std::string& text, bool space) {
    absl::StrAppendFormat(&page, "W %.1f 50.0 %.1f 60.0 10.0 0 %d %s\n", x,
                          x + 6, space ? 1 : 0, text);
    x += 6;
  };
  for (const std::string& word : words) {
    if (!letters || !HasRightToLeft(word)) {
      add(word, true);
    } else {
      // Two bytes each.
      for (size_t at = word.size(); at > 0; at -= 2) {
        add(word.substr(at - 2, 2), at == 2);
      }
    }
    x += 4;
  }
  const auto read = ExtractPdfPages(page, {});
  return read.ok() ? read->text : read.status().ToString();
}

TEST(PdfLayoutTest, WordsFromTheLeftKeepTheirOrderInALineFromTheRight) {
  for (const bool letters : {false, true}) {
    EXPECT_EQ(TextOf({"היום", "New", "York", "ברחובות", "שלום"}, letters),
              "שלום ברחובות New York היום\n");
    EXPECT_EQ(TextOf({"היום", "Windows", "10", "ברחובות", "שלום"}, letters),
              "שלום ברחובות Windows 10 היום\n");
    EXPECT_EQ(TextOf({"ברחובות", "20", "10", "שלום"}, letters),
              "שלום 10 20 ברחובות\n");
    EXPECT_EQ(TextOf({"New", "12", "York", "ברחובות", "20", "שלום"}, letters),
              "שלום 20 ברחובות New 12 York\n");
  }
}

TEST(PdfLayoutTest, WordsFromTheRightAreReadSoInALineFromTheLeft) {
  for (const bool letters : {false, true}) {
    EXPECT_EQ(TextOf({"the", "words", "לכם", "שלום", "were", "heard"}, letters),
              "the words שלום לכם were heard\n");
    EXPECT_EQ(TextOf({"heard", "everywhere", "12", "לכם", "שלום"}, letters),
              "heard everywhere 12 שלום לכם\n");
  }
}

// Of recognised words, as they are read.
TEST(PdfLayoutTest, WordsThatComeAsTheyAreReadKeepTheirOrder) {
  EXPECT_EQ(ExtractPdfPages("P 600.0 800.0\n"
                            "W 50.0 50.0 90.0 60.0 10.0 0 1 greetings\n"
                            "W 112.0 50.0 128.0 60.0 10.0 0 1 שלום\n"
                            "W 94.0 50.0 110.0 60.0 10.0 0 1 לכם\n"
                            "W 132.0 50.0 170.0 60.0 10.0 0 1 again\n",
                            {})
                ->text,
            "greetings שלום לכם again\n");
}

// Its rules would be those of the page as it lay.
TEST(PdfLayoutTest, APageThatWasTurnedHasNoRules) {
  EXPECT_EQ(ExtractPdfPages("P 600.0 800.0\nR 90\nW 1.0 1.0 9.0 9.0 8.0 0 1 a\n"
                            "L 0.0 0.0 90.0 0.0\n",
                            {})
                ->places[0],
            "page=1&box=1,591,9,599");
}

}  // namespace
}  // namespace footnote
