#include "forecast/series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Month(int i) {
  return absl::StrFormat("%d-%02d", 2020 + i / 12, i % 12 + 1);
}

TEST(SeriesTest, FindsTheTablesOfCanonicalText) {
  std::string text = "Sales\n\nOur sales rose: see below.\n";
  for (int i = 0; i < 20; ++i) {
    absl::StrAppend(&text, "Month: ", Month(i),
                    " | Region: north | Sales: ", 100 + i, " | Größe: 1.",
                    i % 10, "\n");
  }
  absl::StrAppend(&text, "That is all.\n");
  const std::vector<Series> all = FindSeries(text);
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].time_column, "Month");
  EXPECT_EQ(all[0].value_column, "Sales");
  EXPECT_EQ(all[1].value_column, "Größe");
  ASSERT_THAT(all[0].points, SizeIs(20));
  EXPECT_EQ(all[0].cadence.Name(), "month");
  EXPECT_EQ(all[0].points[7].value, 107);
  EXPECT_EQ(text.substr(all[0].points[7].begin,
                        all[0].points[7].end - all[0].points[7].begin),
            "Month: 2020-08 | Region: north | Sales: 107 | Größe: 1.7");
}

TEST(SeriesTest, ReadsDelimitedFilesNewestFirstWithGapsAndQuotes) {
  std::string text =
      "\xEF\xBB\xBF"
      "date;\"total; all\";note\r\n";
  for (int i = 29; i >= 0; --i) {
    if (i == 11 || i == 12) continue;
    absl::StrAppend(&text, "2024-05-", absl::StrFormat("%02d", i + 1), ";\"1.",
                    absl::StrFormat("%03d", i), ",5\";\"a \"\"b\"\"\"\r\n");
  }
  const std::vector<Series> all = FindSeries(text);
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].value_column, "total; all");
  ASSERT_THAT(all[0].points, SizeIs(28));
  EXPECT_EQ(all[0].points[0].value, 1000.5);
  EXPECT_EQ(FormatTime(all[0].points[0].time), "2024-05-01");
  EXPECT_EQ(all[0].points[11].spacing, 3);
}

TEST(SeriesTest, ReadsJsonLines) {
  std::string text;
  for (int i = 0; i < 10; ++i) {
    absl::StrAppend(&text, "{\"ts\": \"2024-05-01T0", i,
                    ":00:00Z\", \"host\": \"a\", \"cpu\": ", i, ".25}\n");
  }
  const std::vector<Series> all = FindSeries(text);
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].value_column, "cpu");
  EXPECT_EQ(all[0].cadence.Name(), "hour");
  EXPECT_EQ(all[0].points[9].value, 9.25);
}

TEST(SeriesTest, FindsNoneWhereTimesRepeatOrValuesAreWords) {
  std::string repeated = "day,value\n";
  std::string words = "day,value\n";
  std::string few = "day,value\n2024-01-01,1\n2024-01-02,2\n";
  for (int i = 0; i < 20; ++i) {
    absl::StrAppend(&repeated, "2024-05-0", 1 + i / 3, ",", i, "\n");
    absl::StrAppend(&words, Month(i), ",", i % 2 == 0 ? "yes" : "1", "\n");
  }
  for (const std::string& text :
       {repeated, words, few, std::string(), std::string("Nothing here.\n")}) {
    EXPECT_THAT(FindSeries(text), IsEmpty()) << text;
  }
}

TEST(SeriesTest, PicksByName) {
  std::string text = "month,a,b\n";
  for (int i = 0; i < 12; ++i) absl::StrAppend(&text, Month(i), ",", i, ",7\n");
  EXPECT_EQ(PickSeries(FindSeries(text), "B")->value_column, "b");
  EXPECT_THAT(std::string(PickSeries(FindSeries(text), "").status().message()),
              HasSubstr("want one of a, b"));
  EXPECT_THAT(std::string(PickSeries(FindSeries(text), "c").status().message()),
              HasSubstr("\"c\""));
  EXPECT_THAT(std::string(PickSeries({}, "c").status().message()),
              HasSubstr("no time series"));
}

TEST(SeriesTest, ReadsNumbersOfSeveralCountries) {
  const struct {
    const char* text;
    double want;
  } kCases[] = {{"12", 12},          {"-3.5", -3.5},
                {"1,234", 1234},     {"1,234.5", 1234.5},
                {"1.234,5", 1234.5}, {"3,5", 3.5},
                {"0,125", 0.125},    {"1.234.567", 1234567},
                {"12 %", 12},        {"$5", 5},
                {"5 €", 5},          {"1 234", 1234},
                {"1e3", 1000},       {"-2.5E-2", -0.025},
                {"−7", -7}};
  for (const auto& test : kCases) {
    double value = 0;
    EXPECT_TRUE(ParseNumber(test.text, &value)) << test.text;
    EXPECT_DOUBLE_EQ(value, test.want) << test.text;
  }
  for (const char* text : {"", "-", "a", "1a", "1e", ".", "e5", "1e999", "--3",
                           "12 apples", "nan", "inf"}) {
    double value;
    EXPECT_FALSE(ParseNumber(text, &value)) << text;
  }
}

}  // namespace
}  // namespace footnote
