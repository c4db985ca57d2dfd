#include "indexer/formats/pdf_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/utf8.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr float kSize = 10;

// Times the type size, roughly as in a book face.
float WidthOf(absl::string_view word, bool typewritten) {
  float width = 0;
  for (size_t at = 0; at < word.size();) {
    int length;
    const char32_t c = DecodeUtf8(word, at, &length);
    at += length;
    if (typewritten) {
      width += .6f;
    } else if (c < 0x80 &&
               absl::string_view("iljtf.,:;'").find(static_cast<char>(c)) !=
                   std::string::npos) {
      width += .28f;
    } else if (c == 'm' || c == 'w') {
      width += .8f;
    } else {
      width += c >= 'A' && c <= 'Z' ? .66f : .5f;
    }
  }
  return width;
}

// A page that is written line by line, as poppler would read it.
class PageMaker {
 public:
  PageMaker() {
    page_.width = 600;
    page_.height = 800;
  }

  PageMaker& Bold(bool bold = true) {
    bold_ = bold;
    return *this;
  }
  PageMaker& Typewritten() {
    typewritten_ = true;
    return *this;
  }

  // Words of `text` from `x` on, with baseline spaces of `space` type sizes.
  PageMaker& Write(float x, float y, const std::string& text,
                   float space = .3f) {
    for (const absl::string_view word :
         absl::StrSplit(text, ' ', absl::SkipEmpty())) {
      PdfWord made;
      made.text = std::string(word);
      made.size = kSize;
      made.bold = bold_;
      made.space = true;
      const float width = kSize * WidthOf(word, typewritten_);
      made.box = {x, y, x + width, y + kSize};
      page_.words.push_back(std::move(made));
      x += width + space * kSize;
    }
    return *this;
  }

  // So that the last word ends at `x`.
  PageMaker& WriteTo(float x, float y, const std::string& text) {
    const size_t before = page_.words.size();
    Write(0, y, text);
    const float shift = x - page_.words.back().box.x1;
    for (size_t i = before; i < page_.words.size(); ++i) {
      page_.words[i].box.x0 += shift;
      page_.words[i].box.x1 += shift;
    }
    return *this;
  }

  PageMaker& Rule(float x0, float y0, float x1, float y1) {
    page_.rules.push_back({x0, y0, x1, y1});
    return *this;
  }

  PageMaker& Grid(const std::vector<float>& xs, const std::vector<float>& ys) {
    for (const float x : xs) Rule(x, ys.front(), x, ys.back());
    for (const float y : ys) Rule(xs.front(), y, xs.back(), y);
    return *this;
  }

  const PdfPage& page() const { return page_; }

 private:
  PdfPage page_;
  bool bold_ = false;
  bool typewritten_ = false;
};

// "Name=2 lines / …": cells of a row with " | " between; header rows begin with
// "# ", spans follow in brackets.
std::vector<std::string> Shown(const PdfPage& page) {
  std::vector<std::string> out;
  for (const PdfTable& table : FindPdfTables(page)) {
    for (size_t r = 0; r < table.rows.size(); ++r) {
      std::string row = r < table.header_rows ? "# " : "";
      for (const PdfCell& cell : table.rows[r].cells) {
        if (&cell != &table.rows[r].cells[0]) row += " | ";
        absl::StrAppend(&row, cell.column, "=");
        for (const std::vector<size_t>& line : cell.lines) {
          if (&line != &cell.lines[0]) row += "/";
          for (const size_t i : line) {
            if (i != line[0]) row += " ";
            row += page.words[i].text;
          }
        }
        if (cell.columns > 1) absl::StrAppend(&row, "[", cell.columns, "]");
        if (cell.rows > 1) absl::StrAppend(&row, "[down ", cell.rows, "]");
      }
      out.push_back(row);
    }
  }
  return out;
}

TEST(PdfTablesTest, AGridHasItsCellsWithAllTheirLines) {
  PageMaker page;
  page.Grid({60, 160, 300, 400}, {100, 120, 150, 170})
      .Bold()
      .Write(64, 105, "Tower")
      .Write(164, 105, "Keeper")
      .WriteTo(396, 105, "Lamps")
      .Bold(false)
      .Write(64, 124, "Bell Rock")
      .Write(164, 124, "one who is called")
      .WriteTo(396, 124, "12")
      .Write(164, 136, "Robert")
      .Write(64, 155, "Skerryvore")
      .WriteTo(396, 155, "9");
  EXPECT_THAT(Shown(page.page()),
              ElementsAre("# 0=Tower | 1=Keeper | 2=Lamps",
                          "0=Bell Rock | 1=one who is called/Robert | 2=12",
                          "0=Skerryvore | 2=9"));
}

TEST(PdfTablesTest, CellsOfAGridReachOverRowsAndColumns) {
  PageMaker page;
  // No line between the first two cells of the first row, nor between the last
  // two of the first column.
  page.Rule(60, 100, 360, 100)
      .Rule(60, 120, 360, 120)
      .Rule(160, 140, 360, 140)
      .Rule(60, 160, 360, 160)
      .Rule(60, 100, 60, 160)
      .Rule(160, 120, 160, 160)
      .Rule(260, 100, 260, 160)
      .Rule(360, 100, 360, 160)
      .Write(64, 105, "Over two")
      .Write(264, 105, "Third")
      .Write(64, 135, "Down two")
      .Write(164, 125, "b2")
      .Write(264, 125, "c2")
      .Write(164, 145, "b3")
      .Write(264, 145, "c3");
  EXPECT_THAT(Shown(page.page()),
              ElementsAre("0=Over two[2] | 2=Third",
                          "0=Down two[down 2] | 1=b2 | 2=c2", "1=b3 | 2=c3"));
}

TEST(PdfTablesTest, AWordTooLongForItsColumnStandsWhereItBegins) {
  PageMaker page;
  page.Grid({60, 160, 200, 300}, {100, 120, 140})
      .Write(64, 105, "Tower")
      .Write(164, 105, "lamps-burning-oil")
      .Write(64, 125, "Bell Rock")
      .Write(164, 125, "24")
      .Write(204, 125, "North Sea");
  EXPECT_THAT(Shown(page.page()),
              ElementsAre("0=Tower | 1=lamps-burning-oil",
                          "0=Bell Rock | 1=24 | 2=North Sea"));
}

TEST(PdfTablesTest, LinesInAGridWithoutRulesBetweenThemAreRows) {
  PageMaker page;
  page.Grid({60, 200, 300}, {100, 120, 200})
      .Write(64, 105, "Tower")
      .Write(204, 105, "Lamps");
  for (int i = 0; i < 5; ++i) {
    const float y = 125 + 14 * static_cast<float>(i);
    page.Write(64, y, absl::StrCat("Light ", i)).WriteTo(296, y, "7");
  }
  EXPECT_THAT(
      Shown(page.page()),
      ElementsAre("# 0=Tower | 1=Lamps", "0=Light 0 | 1=7", "0=Light 1 | 1=7",
                  "0=Light 2 | 1=7", "0=Light 3 | 1=7", "0=Light 4 | 1=7"));
}

TEST(PdfTablesTest, NamesOverSeveralColumnsStandAboveTheirNames) {
  PageMaker page;
  page.Rule(60, 100, 400, 100)
      .Rule(60, 132, 400, 132)
      .Rule(60, 180, 400, 180)
      .Write(200, 104, "Litres of oil burnt in the year")
      .Write(64, 118, "Tower")
      .WriteTo(230, 118, "1810")
      .WriteTo(330, 118, "1811")
      .Write(64, 136, "Bell Rock")
      .WriteTo(230, 136, "990")
      .WriteTo(330, 136, "1010")
      .Write(64, 150, "Skerryvore")
      .WriteTo(230, 150, "2310")
      .WriteTo(330, 150, "20");
  EXPECT_THAT(
      Shown(page.page()),
      ElementsAre("# 1=Litres of oil burnt in the year[2]",
                  "# 0=Tower | 1=1810 | 2=1811", "0=Bell Rock | 1=990 | 2=1010",
                  "0=Skerryvore | 1=2310 | 2=20"));
}

TEST(PdfTablesTest, ALineThatFillsNotTheFirstColumnGoesOnWithItsRow) {
  PageMaker page;
  page.Rule(60, 100, 400, 100)
      .Rule(60, 118, 400, 118)
      .Rule(60, 190, 400, 190)
      .Write(64, 104, "Option")
      .Write(160, 104, "What it does")
      .Write(64, 122, "--lamps")
      .Write(160, 122, "lights as many lamps as there")
      .Write(160, 134, "are in the tower")
      .Write(64, 146, "--oil")
      .Write(160, 146, "burns oil");
  EXPECT_THAT(
      Shown(page.page()),
      ElementsAre("# 0=Option | 1=What it does",
                  "0=--lamps | 1=lights as many lamps as there/are in the "
                  "tower",
                  "0=--oil | 1=burns oil"));
}

TEST(PdfTablesTest, WithoutLinesColumnsOfQuantitiesAreEnough) {
  PageMaker page;
  page.Write(60, 60, "The towers stand in the table below, with their lamps.")
      .Write(60, 100, "Tower")
      .Write(200, 100, "Sea")
      .WriteTo(340, 100, "Lamps");
  const std::vector<std::vector<std::string>> rows = {
      {"Bell Rock", "North Sea", "24"},
      {"Skerryvore", "Atlantic", "1,010"},
      {"Eddystone", "Channel", "8"}};
  float y = 114;
  for (const auto& row : rows) {
    page.Write(60, y, row[0]).Write(200, y, row[1]).WriteTo(340, y, row[2]);
    y += 14;
  }
  page.Write(60, y + 20,
             "All of them were built before that year, as we know.");
  EXPECT_THAT(Shown(page.page()),
              ElementsAre("# 0=Tower | 1=Sea | 2=Lamps",
                          "0=Bell Rock | 1=North Sea | 2=24",
                          "0=Skerryvore | 1=Atlantic | 2=1,010",
                          "0=Eddystone | 1=Channel | 2=8"));
}

const char* const kOwners[][3] = {{"Task", "Owner", "Deputy"},
                                  {"Backups", "Ann Berg", "Jonas Weil"},
                                  {"Key rotation", "Mary Okafor", "Li Wei"},
                                  {"Door access", "Front desk", "Ann Berg"},
                                  {"Fire drill", "Jonas Weil", "Mary Okafor"}};

constexpr float kOwnersAt[] = {60, 220, 400};

TEST(PdfTablesTest, WithoutLinesWordsThatAreReadRowByRowAreEnough) {
  PageMaker page;
  float y = 100;
  for (const auto& row : kOwners) {
    for (int c = 0; c < 3; ++c) page.Write(kOwnersAt[c], y, row[c]);
    y += 14;
  }
  EXPECT_THAT(Shown(page.page()),
              ElementsAre("0=Task | 1=Owner | 2=Deputy",
                          "0=Backups | 1=Ann Berg | 2=Jonas Weil",
                          "0=Key rotation | 1=Mary Okafor | 2=Li Wei",
                          "0=Door access | 1=Front desk | 2=Ann Berg",
                          "0=Fire drill | 1=Jonas Weil | 2=Mary Okafor"));
}

TEST(PdfTablesTest, NumbersOfRowsHaveAColumnWhereTheyHaveAName) {
  PageMaker page;
  const char* const rows[][4] = {{"Pos", "Item", "Hours", "Amount"},
                                 {"1", "Consulting", "12", "1,680.00"},
                                 {"2", "Travel", "3", "312.50"},
                                 {"3", "Workshop", "20", "160.00"}};
  float y = 100;
  for (const auto& row : rows) {
    page.Write(60, y, row[0]).Write(120, y, row[1]);
    page.WriteTo(300, y, row[2]).WriteTo(400, y, row[3]);
    y += 14;
  }
  EXPECT_THAT(Shown(page.page()),
              ElementsAre("# 0=Pos | 1=Item | 2=Hours | 3=Amount",
                          "0=1 | 1=Consulting | 2=12 | 3=1,680.00",
                          "0=2 | 1=Travel | 2=3 | 3=312.50",
                          "0=3 | 1=Workshop | 2=20 | 3=160.00"));
}

TEST(PdfTablesTest, NamesAboveDatesAreAHeader) {
  PageMaker page;
  const char* const rows[][3] = {{"Version", "Released", "Supported until"},
                                 {"4.0", "2 May 2023", "May 2025"},
                                 {"4.1", "7 November 2023", "November 2025"},
                                 {"5.0", "14 May 2024", "May 2026"}};
  float y = 100;
  for (const auto& row : rows) {
    for (int c = 0; c < 3; ++c) page.Write(kOwnersAt[c], y, row[c]);
    y += 14;
  }
  EXPECT_THAT(Shown(page.page()),
              ElementsAre("# 0=Version | 1=Released | 2=Supported until",
                          "0=4.0 | 1=2 May 2023 | 2=May 2025",
                          "0=4.1 | 1=7 November 2023 | 2=November 2025",
                          "0=5.0 | 1=14 May 2024 | 2=May 2026"));
}

TEST(PdfTablesTest, NamesOfOneWidthArePricedThings) {
  PageMaker page;
  const char* const rows[][3] = {{"Article", "Description", "Price"},
                                 {"A-100", "Hexagon bolt M8, steel", "12.40"},
                                 {"A-110", "Hexagon bolt M9, steel", "15.90"},
                                 {"A-120", "Hexagon bolt M10, steel", "16.20"},
                                 {"A-310", "Threaded rod M8, 1 m", "3.10"}};
  float y = 100;
  for (const auto& row : rows) {
    page.Write(60, y, row[0]).Write(160, y, row[1]).WriteTo(400, y, row[2]);
    y += 14;
  }
  EXPECT_THAT(Shown(page.page()),
              ElementsAre("# 0=Article | 1=Description | 2=Price",
                          "0=A-100 | 1=Hexagon bolt M8, steel | 2=12.40",
                          "0=A-110 | 1=Hexagon bolt M9, steel | 2=15.90",
                          "0=A-120 | 1=Hexagon bolt M10, steel | 2=16.20",
                          "0=A-310 | 1=Threaded rod M8, 1 m | 2=3.10"));
}

TEST(PdfTablesTest, UnderBoldNamesOneColumnMayHaveLongLines) {
  PageMaker page;
  page.Bold()
      .Write(60, 100, "Option")
      .Write(160, 100, "Meaning")
      .Write(480, 100, "Default")
      .Bold(false);
  const char* const rows[][4] = {
      {"retention", "how many days the server keeps a document that",
       "nobody has asked for since the day it came", "30 days"},
      {"timeout", "how long a request may take before the gateway", "ends it",
       "60 s"},
      {"workers", "how many requests are read at once; more need", "memory",
       "8"}};
  float y = 116;
  for (const auto& row : rows) {
    page.Write(60, y, row[0])
        .Write(160, y, row[1])
        .Write(480, y, row[3])
        .Write(160, y + 12, row[2]);
    y += 28;
  }
  EXPECT_THAT(
      Shown(page.page()),
      ElementsAre("# 0=Option | 1=Meaning | 2=Default",
                  "0=retention | 1=how many days the server keeps a document "
                  "that/nobody has asked for since the day it came | 2=30 days",
                  "0=timeout | 1=how long a request may take before the "
                  "gateway/ends it | 2=60 s",
                  "0=workers | 1=how many requests are read at once; more "
                  "need/memory | 2=8"));
}

TEST(PdfTablesTest, TwoColumnsUnderBoldNamesMayHoldDates) {
  PageMaker page;
  page.Bold().Write(60, 100, "Holiday").Write(220, 100, "Date").Bold(false);
  const char* const rows[][2] = {{"New Year", "1 January 2026"},
                                 {"Easter Monday", "6 April 2026"},
                                 {"Labour Day", "1 May 2026"}};
  float y = 116;
  for (const auto& row : rows) {
    page.Write(60, y, row[0]).Write(220, y, row[1]);
    y += 14;
  }
  EXPECT_THAT(
      Shown(page.page()),
      ElementsAre("# 0=Holiday | 1=Date", "0=New Year | 1=1 January 2026",
                  "0=Easter Monday | 1=6 April 2026",
                  "0=Labour Day | 1=1 May 2026"));
}

TEST(PdfTablesTest, ATableFromRightToLeftBeginsAtTheRight) {
  PageMaker page;
  page.Grid({60, 160, 260}, {100, 120, 140, 160})
      .Bold()
      .WriteTo(256, 105, "מגדלור")
      .WriteTo(156, 105, "שנה")
      .Bold(false)
      .WriteTo(256, 125, "יפו")
      .WriteTo(156, 125, "1759")
      .WriteTo(256, 145, "חיפה")
      .WriteTo(156, 145, "1844");
  EXPECT_THAT(
      Shown(page.page()),
      ElementsAre("# 0=מגדלור | 1=שנה", "0=יפו | 1=1759", "0=חיפה | 1=1844"));
}

const char* const kProse[] = {"The keepers of the light went up at",
                              "dusk and trimmed the lamps before",
                              "the ships came round the head, and",
                              "in the morning they wrote down what",
                              "had been burnt. No one else was on",
                              "the rock but they and the birds, who",
                              "did not care for lamps nor for oil.",
                              "When the boat came they had letters"};

struct NoTable {
  const char* name;
  PdfPage page;
};

std::vector<NoTable> NoTables() {
  std::vector<NoTable> out;
  const auto line = [](int i) { return 100 + 12 * static_cast<float>(i); };
  {
    PageMaker page;
    page.Rule(60, 90, 540, 90).Rule(60, 205, 540, 205);
    for (int i = 0; i < 8; ++i) {
      page.Write(60, line(i), kProse[i], .4f);
      page.Write(310, line(i), kProse[7 - i], .4f);
    }
    out.push_back({"ProseInTwoColumnsBetweenRules", page.page()});
  }
  {
    PageMaker page;
    page.Grid({60, 300, 540}, {90, 205});
    for (int i = 0; i < 8; ++i) {
      page.Write(66, line(i), kProse[i], .4f);
      page.Write(310, line(i), kProse[7 - i], .4f);
    }
    out.push_back({"ProseInTwoFramedColumns", page.page()});
  }
  {
    PageMaker page;
    for (int i = 0; i < 8; ++i) {
      page.Write(60, line(i), kProse[i], 1.05f);
    }
    out.push_back({"ProseSetWithWideSpaces", page.page()});
  }
  {
    PageMaker page;
    for (int i = 0; i < 5; ++i) {
      page.Write(60, line(i), "•").Write(80, line(i), kProse[i]);
    }
    out.push_back({"List", page.page()});
  }
  {
    PageMaker page;
    for (int i = 0; i < 6; ++i) {
      page.Write(60, line(i), absl::StrCat(i + 1, "."))
          .Write(80, line(i), absl::StrCat("Item ", i))
          .WriteTo(300, line(i), "10");
    }
    out.push_back({"NumberedList", page.page()});
  }
  {
    PageMaker page;
    for (int i = 0; i < 6; ++i) {
      page.Write(60, line(i), absl::StrCat("1.", i))
          .Write(90, line(i), "The towers of the coast")
          .Write(220, line(i), ". . . . . . . . . . . .", .5f)
          .WriteTo(400, line(i), absl::StrCat(3 * i));
    }
    out.push_back({"ContentsWithLeaders", page.page()});
  }
  {
    PageMaker page;
    page.Bold();
    for (int i = 0; i < 6; ++i) {
      page.Write(60, line(i), absl::StrCat(i + 1))
          .Write(90, line(i), "The towers of the coast")
          .WriteTo(400, line(i), absl::StrCat(1 + 3 * i));
      page.Bold(false);
    }
    out.push_back({"ContentsWithoutLeaders", page.page()});
  }
  {
    PageMaker page;
    for (int i = 0; i < 8; ++i) {
      page.Write(60, line(i), absl::StrCat("lamp", i, ", 12, ", 20 + i))
          .Write(220, line(i), absl::StrCat("oil", i, ", 4, 15"))
          .Write(380, line(i), absl::StrCat("tower", i, ", ", 3 + i));
    }
    out.push_back({"Index", page.page()});
  }
  {
    PageMaker page;
    page.Typewritten();
    for (int i = 0; i < 6; ++i) {
      page.Write(60, line(i), absl::StrCat("lamp_count += ", i, ";"), .6f)
          .Write(250, line(i), "// one more", .6f)
          .Write(400, line(i), "12");
    }
    out.push_back({"Listing", page.page()});
  }
  {
    PageMaker page;
    page.Rule(60, 95, 500, 95).Rule(60, 175, 500, 175);
    for (int i = 0; i < 6; ++i) {
      page.Write(62, line(i), absl::StrCat(i + 1))
          .Write(90, line(i), "while lamps burn do light the next one");
    }
    out.push_back({"NumberedLinesBetweenRules", page.page()});
  }
  {
    PageMaker page;
    for (int i = 0; i < 8; ++i) {
      page.Write(60, line(i), kProse[i]).Write(310, line(i), kProse[7 - i]);
      if (i % 5 == 4) page.WriteTo(560, line(i), absl::StrCat(i + 1));
    }
    out.push_back({"PoemBesideItsTranslation", page.page()});
  }
  {
    PageMaker page;
    for (int i = 0; i < 5; ++i) {
      page.Write(60, line(2 * i), absl::StrCat("[", i + 1, "]"))
          .Write(85, line(2 * i), "Smeaton J., A narrative of the building of")
          .Write(85, line(2 * i + 1), "the lighthouse, London, 1791, 2 vols.");
    }
    out.push_back({"References", page.page()});
  }
  {
    PageMaker page;
    for (int i = 0; i < 4; ++i) {
      page.Write(200, line(2 * i), "y = a x + b c")
          .WriteTo(500, line(2 * i), absl::StrCat("(2.", i + 1, ")"));
    }
    out.push_back({"EquationsWithNumbers", page.page()});
  }
  {
    PageMaker page;
    page.Bold();
    for (int c = 0; c < 3; ++c) {
      page.Write(60 + 170 * static_cast<float>(c), line(0), "Ann Smeaton");
    }
    page.Bold(false);
    for (int c = 0; c < 3; ++c) {
      const float x = 60 + 170 * static_cast<float>(c);
      page.Write(x, line(1), "School of Lights")
          .Write(x, line(2), "ann@lights.example");
    }
    out.push_back({"Authors", page.page()});
  }
  {
    PageMaker page;
    for (int i = 0; i < 4; ++i) {
      page.Write(60, line(2 * i), absl::StrCat("Term", i))
          .Write(140, line(2 * i), kProse[i])
          .Write(140, line(2 * i + 1), kProse[i + 1]);
    }
    out.push_back({"TermsAndWhatTheyMean", page.page()});
  }
  {
    PageMaker page;
    for (int c = 0; c < 3; ++c) {
      for (int i = 0; i < 5; ++i) {
        page.Write(kOwnersAt[c], line(i), kOwners[i][c]);
      }
    }
    out.push_back({"WordsThatAreReadColumnByColumn", page.page()});
  }
  {
    PageMaker page;
    const char* const news[][3] = {
        {"*New boat", "*Birds", "*Letters"},
        {"It came with", "We saw them,", "Seven letters"},
        {"12 barrels.", "40 gannets.", "went out."},
        {"*Oil", "*Weather", "*Stores"},
        {"It costs us", "Wind from the", "Flour is left"},
        {"3 a litre.", "west, force 7.", "for 30 days."}};
    for (int i = 0; i < 6; ++i) {
      for (int c = 0; c < 3; ++c) {
        const std::string text = news[i][c];
        page.Bold(text[0] == '*')
            .Write(kOwnersAt[c], line(i), text.substr(text[0] == '*'));
      }
    }
    out.push_back({"NewsInColumnsUnderBoldHeadings", page.page()});
  }
  {
    PageMaker page;
    const char* const said[][2] = {{"Ann:", "Do we ship in March?"},
                                   {"Jonas:", "Yes, on the 12th."},
                                   {"Ann:", "And the price?"},
                                   {"Jonas:", "As agreed, 40 a box."}};
    for (int i = 0; i < 4; ++i) {
      page.Write(60, line(i), said[i][0]).Write(120, line(i), said[i][1]);
    }
    out.push_back({"WhoSaidWhat", page.page()});
  }
  {
    PageMaker page;
    page.Bold().Write(60, line(0), "120").WriteTo(500, line(0), "Index");
    page.Bold(false);
    for (int i = 1; i < 6; ++i) {
      page.Write(60, line(i), absl::StrCat("lamp ", i))
          .WriteTo(500, line(i), absl::StrCat("petroleum ", 20 + i));
    }
    out.push_back({"IndexUnderAPageNumber", page.page()});
  }
  {
    PageMaker page;
    page.Rule(60, 80, 540, 80)
        .Rule(60, 300, 540, 300)
        .Write(60, 68, "Chapter 2.")
        .WriteTo(540, 68, "The towers")
        .Write(60, 84, "2.1")
        .Write(90, 84, "The coast");
    for (int i = 0; i < 8; ++i) page.Write(60, line(i), kProse[i]);
    out.push_back({"PageBetweenItsRules", page.page()});
  }
  {
    PageMaker page;
    // Frames of links that go on over a line.
    for (int i = 0; i < 4; ++i) page.Write(60, line(i), kProse[i]);
    page.Grid({100, 150, 190}, {line(1) - 1, line(2) - 1, line(3) - 1});
    out.push_back({"FramedWordsInALine", page.page()});
  }
  {
    PageMaker page;
    for (int i = 0; i < 2; ++i) page.Write(60, line(i), kProse[i]);
    page.Grid({150, 260}, {line(0) - 1, line(1) - 1})
        .Grid({58, 150}, {line(1) - 1, line(2) - 1});
    out.push_back({"AFrameThatGoesOnOverALine", page.page()});
  }
  {
    PageMaker page;
    page.Rule(60, 95, 400, 95).Rule(60, 113, 400, 113).Rule(60, 150, 400, 150);
    page.Write(60, 100, "Preface")
        .WriteTo(400, 100, "iii")
        .Write(60, 118, "The first tower")
        .WriteTo(400, 118, "1")
        .Write(60, 132, "The second tower")
        .WriteTo(400, 132, "9");
    out.push_back({"ContentsBetweenRules", page.page()});
  }
  {
    PageMaker page;
    // Axes of a plot.
    page.Rule(100, 100, 100, 300)
        .Rule(80, 280, 400, 280)
        .Write(84, 110, "y")
        .Write(84, 200, "1")
        .Write(110, 285, "0 1 2 3", 3)
        .Write(390, 285, "x");
    out.push_back({"Plot", page.page()});
  }
  return out;
}

class PdfNoTableTest : public ::testing::TestWithParam<NoTable> {};

INSTANTIATE_TEST_SUITE_P(Pages, PdfNoTableTest, ::testing::ValuesIn(NoTables()),
                         [](const auto& info) { return info.param.name; });

TEST_P(PdfNoTableTest, IsNoTable) {
  EXPECT_THAT(Shown(GetParam().page), IsEmpty());
}

// Lines of words, `step` points apart: a page that is made to be slow.
PdfPage HostilePage(int lines, int columns, float step) {
  PdfPage page;
  page.width = 20 * static_cast<float>(columns);
  page.height = 16000;
  for (int r = 0; r < lines; ++r) {
    for (int c = 0; c < columns; ++c) {
      PdfWord word;
      word.text = r % 2 == 0 ? "oil" : "7";
      word.size = 4;
      const float x = 20 * static_cast<float>(c);
      const float y = 2010 + step * static_cast<float>(r);
      word.box = {x, y, x + 8, y + 4};
      page.words.push_back(std::move(word));
    }
  }
  return page;
}

// Words of which each is enclosed by nearly two thousand pairs of lines, of a
// width of its own each, or by grids in grids; or which stand in a hundred
// thousand columns. Without bounds none is done in that time.
TEST(PdfTablesTest, TakesBoundedTime) {
  PdfPage enclosed = HostilePage(1200, 20, 10);
  PdfPage nested = HostilePage(1200, 20, 10);
  const float width = enclosed.width;
  const float height = enclosed.height;
  for (int i = 0; i < 1900; ++i) {
    const auto y = static_cast<float>(i);
    const float out = 4 * y + 4;
    enclosed.rules.push_back({-out, y, width + out, y});
    enclosed.rules.push_back({-out, height - y, width + out, height - y});
  }
  for (int i = 0; i < 160; ++i) {
    const float in = 10 * static_cast<float>(i);
    const float out = 1600 - in;
    for (const float y : {in, height - in}) {
      nested.rules.push_back({-out, y, width + out, y});
    }
    for (const float x : {-out, -out + 5, width + out}) {
      nested.rules.push_back({x, in, x, height - in});
    }
  }
  const PdfPage wide = HostilePage(2, 100000, 6);
  for (const PdfPage& page : {enclosed, nested, wide}) {
    const absl::Time start = absl::Now();
    FindPdfTables(page);
    EXPECT_LT(absl::Now() - start, absl::Seconds(8));
  }
}

// Whatever stands on a page: no word is in two cells, no two cells share a
// column, and boxes hold their words.
TEST(PdfTablesTest, EveryWordIsInOneCellAtMost) {
  size_t tables = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&random](int bound) {
      return static_cast<int>(random() % static_cast<unsigned>(bound));
    };
    PageMaker page;
    const int columns = 1 + below(5);
    const int rows = 1 + below(9);
    const float step = 12 + static_cast<float>(below(10));
    for (int r = 0; r < rows; ++r) {
      page.Bold(r == 0 && below(2) == 0);
      for (int c = 0; c < columns; ++c) {
        if (below(8) == 0) continue;
        page.Write(
            60 + 100 * static_cast<float>(c) + static_cast<float>(below(20)),
            100 + step * static_cast<float>(r) + static_cast<float>(below(3)),
            below(2) == 0
                ? absl::StrCat(below(5000))
                : std::string(kProse[below(8)]).substr(0, 4 + below(16)));
      }
    }
    for (int i = below(12); i > 0; --i) {
      const float x = 55 + 100 * static_cast<float>(below(5));
      const float y = 97 + step * static_cast<float>(below(10));
      if (below(2) == 0) {
        page.Rule(x, y, x + 100 * static_cast<float>(1 + below(4)), y);
      } else {
        page.Rule(x, y, x, y + step * static_cast<float>(1 + below(9)));
      }
    }
    std::vector<int> seen(page.page().words.size());
    for (const PdfTable& table : FindPdfTables(page.page())) {
      ++tables;
      EXPECT_LT(table.header_rows, table.rows.size());
      for (const PdfTableRow& row : table.rows) {
        size_t free = 0;
        for (const PdfCell& cell : row.cells) {
          EXPECT_GE(cell.column, free);
          free = cell.column + cell.columns;
          EXPECT_LE(free, table.columns);
          EXPECT_FALSE(cell.lines.empty());
          for (const std::vector<size_t>& line : cell.lines) {
            EXPECT_FALSE(line.empty());
            for (const size_t i : line) {
              ++seen[i];
              const PdfBox& word = page.page().words[i].box;
              EXPECT_GE(word.x0, row.box.x0);
              EXPECT_GE(word.y0, row.box.y0);
              EXPECT_LE(word.x1, row.box.x1);
              EXPECT_LE(word.y1, row.box.y1);
            }
          }
        }
      }
    }
    for (const int times : seen) EXPECT_LE(times, 1) << seed;
  }
  EXPECT_GT(tables, 40u);
}

}  // namespace
}  // namespace footnote
