#include "storage/location.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/locator.h"

namespace footnote {
namespace {

constexpr char kPdf[] = "application/pdf";

// Rows of a table, below the names of its columns, that goes on over a page.
Locator TableOverTwoPages() {
  Locator locator;
  locator.SetElement("page=2&box=70,700,500,710&head=70,600,500,610");
  locator.Add(0, 2);
  locator.SetElement("page=2&box=70,720,500,730&head=70,600,500,610");
  locator.Add(10, 2);
  locator.SetElement("page=3&box=70,90,500,99&head_page=2&head=70,600,500,610");
  locator.Add(20, 3);
  locator.SetElement(
      "page=3&box=70,110,500,120&head_page=2&head=70,600,500,610");
  locator.Add(30, 3);
  return locator;
}

TEST(LocationTest, ABoxStaysOnItsPage) {
  const v1::Location location = LocationIn(TableOverTwoPages(), kPdf, 0, 40);
  EXPECT_EQ(location.page(), 2u);
  EXPECT_EQ(location.element(),
            "page=2&box=70,700,500,710&box=70,720,500,730&head=70,600,500,610"
            "&page=3&box=70,90,500,99&box=70,110,500,120&head_page=2"
            "&head=70,600,500,610");
}

TEST(LocationTest, BeginsWhereTheStretchBegins) {
  const v1::Location location = LocationIn(TableOverTwoPages(), kPdf, 25, 28);
  EXPECT_EQ(location.page(), 3u);
  EXPECT_EQ(location.element(),
            "page=3&box=70,90,500,99&head_page=2&head=70,600,500,610");
}

TEST(LocationTest, IsUnsetWhereNothingTells) {
  EXPECT_EQ(LocationIn(Locator(), kPdf, 0, 10).ByteSizeLong(), 0u);
  Locator late;
  late.SetElement("page=2");
  late.Add(10, 2);
  EXPECT_EQ(LocationIn(late, kPdf, 9, 20).ByteSizeLong(), 0u);
  EXPECT_EQ(LocationIn(late, kPdf, 10, 10).page(), 2u);
}

TEST(LocationTest, OfALongTextWithoutPagesOnlyItsBeginIsLookedAt) {
  Locator text;
  for (uint32_t line = 0; line < 1000000; ++line) {
    text.Add(uint64_t{line} * 20, line + 1);
  }
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(LocationIn(text, "text/plain", 20 * i, 20000000).line(), i + 1);
  }
}

TEST(LocationTest, OfAWholeBookTheFirstPagesHaveBoxes) {
  Locator book;
  for (uint32_t line = 0; line < 50000; ++line) {
    book.SetElement(absl::StrCat("page=", 1 + line / 50, "&box=70,",
                                 line % 50 * 14, ",500,", line % 50 * 14 + 10));
    book.Add(line * 80, line + 1);
  }
  const v1::Location location = LocationIn(book, kPdf, 0, 50000 * 80);
  EXPECT_EQ(location.page(), 1u);
  EXPECT_GT(location.element().size(), 16u << 10);
  EXPECT_LT(location.element().size(), 17u << 10);
}

// Sentences on one line of print are one box, the next line is another.
TEST(LocationTest, BoxesOfOneLineOfPrintBecomeOne) {
  Locator locator;
  locator.SetElement("page=1&box=70,100,200,110");
  locator.Add(0, 1);
  locator.SetElement("page=1&box=210,100,500,110");
  locator.Add(10, 1);
  locator.SetElement("page=1&box=70,112,300,122");
  locator.Add(20, 1);
  EXPECT_EQ(LocationIn(locator, kPdf, 5, 25).element(),
            "page=1&box=70,100,500,110&box=70,112,300,122");
}

}  // namespace
}  // namespace footnote
