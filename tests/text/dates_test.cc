#include "text/dates.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace footnote {
namespace {

// Each date as year-month-day and the text that writes it.
std::vector<std::string> Found(const std::string& text, const char* language) {
  std::vector<std::string> found;
  for (const DateInText& date :
       FindDates(text, ParseLanguage(language).value())) {
    found.push_back(
        absl::StrCat(date.date.year, "-", date.date.month, "-", date.date.day,
                     " ", text.substr(date.span.begin, date.span.size())));
  }
  return found;
}

DateInText One(const std::string& text, const char* language) {
  const auto found = FindDates(text, ParseLanguage(language).value());
  EXPECT_EQ(found.size(), 1) << text;
  return found.empty() ? DateInText() : found[0];
}

TEST(DatesTest, IsReadInEveryLanguageByTheNamesOfItsMonths) {
  const struct {
    const char* language;
    const char* text;
  } kTexts[] = {
      {"en", "due on March 31st, 2026."},
      {"en", "the 31st of March 2026"},
      {"fr", "le 31 mars 2026"},
      {"de", "am 31. März 2026"},
      {"es", "el 31 de marzo de 2026"},
      {"it", "il 31 marzo 2026"},
      {"pt", "em 31 de março de 2026"},
      {"nl", "op 31 maart 2026"},
      {"pl", "31 marca 2026 r."},
      {"ro", "la 31 martie 2026"},
      {"cs", "dne 31. března 2026"},
      {"uk", "31 березня 2026 року"},
      {"ru", "31 марта 2026 года"},
      {"el", "στις 31 Μαρτίου 2026"},
      {"tr", "31 Mart 2026 tarihinde"},
      {"ar", "في ٣١ مارس ٢٠٢٦"},
      {"he", "ב-31 במרץ 2026"},
      {"fa", "۳۱ مارس ۲۰۲۶"},
      {"hi", "31 मार्च 2026"},
      {"id", "pada 31 Maret 2026"},
      {"vi", "ngày 31 tháng 3 năm 2026"},
      {"ja", "2026年3月31日まで"},
      {"ko", "2026년 3월 31일까지"},
      {"zh", "于2026年3月31日前"},
      {"zh", "于 2026 年 3 月 31 日前"},
      {"zh", "2026年3月31号有什么"},
  };
  for (const auto& text : kTexts) {
    const auto found = Found(text.text, text.language);
    ASSERT_EQ(found.size(), 1) << text.text;
    EXPECT_EQ(found[0].substr(0, 10), "2026-3-31 ") << text.text;
  }
}

TEST(DatesTest, IsReadInDigitsInTheUsualOrders) {
  for (const char* const text :
       {"2026-03-31", "31.03.2026", "31. 3. 2026", "31/3/2026", "3/31/2026",
        "2026/3/31", "31-03-2026", "31.03.26", "٣١/٣/٢٠٢٦"}) {
    EXPECT_EQ(Found(text, "de"),
              std::vector<std::string>{absl::StrCat("2026-3-31 ", text)});
  }
}

TEST(DatesTest, MayLackTheYearOrTheDay) {
  EXPECT_EQ(Found("by 15 May", "en"),
            std::vector<std::string>{"0-5-15 15 May"});
  EXPECT_EQ(Found("in Sept. 2027", "en"),
            std::vector<std::string>{"2027-9-0 Sept. 2027"});
  EXPECT_EQ(Found("3月31日前", "zh"),
            std::vector<std::string>{"0-3-31 3月31日"});
}

TEST(DatesTest, ATimeBeforeItIsNoPartOfIt) {
  EXPECT_EQ(Found("at 12:30 May 5, 2026", "en"),
            std::vector<std::string>{"2026-5-5 May 5, 2026"});
  EXPECT_EQ(Found("from 29-31 March 2026", "en"),
            std::vector<std::string>{"2026-3-31 31 March 2026"});
}

TEST(DatesTest, OtherNumbersAreNone) {
  for (const char* const text :
       {"10.0.0.12", "version 2.3.1", "v1.12.2026.4", "99.99.2026",
        "1/2 of 2026", "call 03-1234-5678", "2026/8841", "12:30:45",
        "12 marbles", "may have 5000"}) {
    EXPECT_EQ(Found(text, "en"), std::vector<std::string>()) << text;
  }
}

TEST(DatesTest, IsTheSameHoweverItIsWritten) {
  const DateInText day = One("31 March 2026", "en");
  EXPECT_EQ(SameDate(One("31.03.2026", "de"), day), 1);
  EXPECT_EQ(SameDate(day, One("2026年3月31日", "ja")), 1);
  EXPECT_EQ(SameDate(One("31 March", "en"), day), 1);
  EXPECT_EQ(SameDate(One("March 2026", "en"), day), 1);
  EXPECT_EQ(SameDate(day, One("31 March", "en")), 0.5f);
  EXPECT_EQ(SameDate(day, One("March 2026", "en")), 0);
  EXPECT_EQ(SameDate(day, One("30 March 2026", "en")), 0);
  EXPECT_EQ(SameDate(day, One("31 March 2025", "en")), 0);
}

TEST(DatesTest, DayAndMonthMayBeChangedAboutWhereNothingTells) {
  const DateInText slashed = One("04/06/2026", "en");
  EXPECT_EQ(SameDate(slashed, One("4 June 2026", "en")), 1);
  EXPECT_EQ(SameDate(slashed, One("April 6, 2026", "en")), 1);
  EXPECT_EQ(SameDate(One("2026-04-06", "en"), slashed), 1);
  EXPECT_EQ(SameDate(One("06/04/2026", "en"), slashed), 0);
  EXPECT_EQ(SameDate(One("04.06.2026", "de"), One("2026-04-06", "de")), 0);
}

TEST(DatesTest, IsWrittenInOtherWays) {
  const auto writings = DateWritings(One("31.03.2026", "cs"), Language::kCs);
  for (const char* const wanted : {"31 března 2026", "2026-03-31", "31.3.2026",
                                   "3/31/2026", "2026年3月31日"}) {
    EXPECT_EQ(std::count(writings.begin(), writings.end(), wanted), 1)
        << wanted;
  }
  EXPECT_EQ(DateWritings(One("March 2026", "en"), Language::kFr),
            std::vector<std::string>{"mars 2026"});
}

TEST(DatesTest, AnyBytesAreAccepted) {
  EXPECT_EQ(Found("\xff 31 \xc3 March 2026 \xe5", "en").size(), 1);
  EXPECT_EQ(Found("31", "en"), std::vector<std::string>());
  EXPECT_EQ(Found("31.", "en"), std::vector<std::string>());
  EXPECT_EQ(Found("31.03.", "en"), std::vector<std::string>());
}

// Who looks for a number behind each of them is at it for minutes.
TEST(DatesTest, VeryManySignsCostLittle) {
  EXPECT_EQ(Found(absl::StrCat("12", std::string(1 << 20, '.')), "en").size(),
            0);
}

}  // namespace
}  // namespace footnote
