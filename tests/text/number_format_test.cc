#include "text/number_format.h"

#include <gtest/gtest.h>

namespace footnote {
namespace {

TEST(NumberFormatTest, WritesNumbersAsReadersOfALanguageDo) {
  EXPECT_EQ(FormatNumber(1234.5, Language::kEn), "1,234.5");
  EXPECT_EQ(FormatNumber(1234.5, Language::kDe), "1.234,5");
  EXPECT_EQ(FormatNumber(1234.5, Language::kFr), "1\u202f234,5");
  EXPECT_EQ(FormatNumber(1234.5, Language::kRu), "1\u00a0234,5");
  EXPECT_EQ(FormatNumber(1234.5, Language::kFa), "۱٬۲۳۴٫۵");
  EXPECT_EQ(FormatNumber(123456.5, Language::kHi), "1,23,456");
  EXPECT_EQ(FormatNumber(1234.5, Language::kUnknown), "1,234.5");
}

TEST(NumberFormatTest, KeepsSixDigits) {
  EXPECT_EQ(FormatNumber(0, Language::kEn), "0");
  EXPECT_EQ(FormatNumber(-0.1234567, Language::kEn), "-0.123457");
  EXPECT_EQ(FormatNumber(1e6 / 3, Language::kEn), "333,333");
  EXPECT_EQ(FormatNumber(2e-7, Language::kEn), "2E-7");
  EXPECT_EQ(FormatNumber(1.25e20, Language::kDe), "1,25E20");
}

TEST(NumberFormatTest, WritesPercentsWhereTheyStand) {
  EXPECT_EQ(FormatPercent(0.9, Language::kEn), "90%");
  EXPECT_EQ(FormatPercent(0.9, Language::kDe), "90\u00a0%");
  EXPECT_EQ(FormatPercent(0.9, Language::kTr), "%90");
}

TEST(NumberFormatTest, WritesPeriodsInTheFormThatTheirNumberWants) {
  EXPECT_EQ(FormatPeriod(1, Period::kMonth, Language::kEn), "1 month");
  EXPECT_EQ(FormatPeriod(3, Period::kMonth, Language::kPl), "3 miesiące");
  EXPECT_EQ(FormatPeriod(5, Period::kMonth, Language::kPl), "5 miesięcy");
  EXPECT_EQ(FormatPeriod(21, Period::kDay, Language::kRu), "21 день");
  EXPECT_EQ(FormatPeriod(2, Period::kYear, Language::kJa), "2 年");
}

}  // namespace
}  // namespace footnote
