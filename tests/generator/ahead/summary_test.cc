#include "generator/ahead/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace footnote {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::SeriesForecast Sales() {
  v1::SeriesForecast forecast;
  forecast.set_column("Sales");
  forecast.set_time("2027-03");
  forecast.set_value(1234.5);
  forecast.set_coverage(0.9);
  forecast.set_low(1200.25);
  forecast.set_high(1300);
  forecast.set_rows(60);
  forecast.set_backtests(24);
  forecast.set_rmse(12.5);
  forecast.set_last_value_rmse(40);
  return forecast;
}

TEST(SummaryTest, SaysValueIntervalAndErrors) {
  EXPECT_EQ(Summary(Sales(), {3, Period::kMonth}, Language::kEn),
            "Sales, 2027-03: 1,234.5 (90% interval: 1,200.25 to 1,300). Rows "
            "used: 60. Horizon: 3 months; past forecasts: 24; their error "
            "(root mean square): 12.5; error of repeating the last value: 40.");
  EXPECT_EQ(Summary(Sales(), {3, Period::kMonth}, Language::kDe),
            "Sales, 2027-03: 1.234,5 (Intervall zu 90\u00a0%: 1.200,25 bis "
            "1.300). Verwendete Zeilen: 60. Horizont: 3 Monate; frühere "
            "Vorhersagen: 24; ihr Fehler (quadratisches Mittel): 12,5; Fehler "
            "beim Wiederholen des letzten Werts: 40.");
  EXPECT_EQ(Summary(Sales(), {3, Period::kMonth}, Language::kZh),
            "Sales, 2027-03: 1,234.5（90% 区间：1,200.25 至 "
            "1,300）。所用行数：60。预测期：3个月；以往预测：24；其误差（均方根"
            "）：12.5；重复最后一个值的误差：40。");
}

TEST(SummaryTest, IsAnotherTextInEachLanguage) {
  v1::SeriesForecast last = Sales();
  last.set_last_value_is_better(true);
  v1::SeriesForecast few = Sales();
  few.set_backtests(0);
  std::set<std::string> texts;
  for (const Language language : AllLanguages()) {
    const std::string whole = Summary(Sales(), {2, Period::kWeek}, language);
    const std::string repeated = Summary(last, {2, Period::kWeek}, language);
    const std::string short_one = Summary(few, {2, Period::kWeek}, language);
    EXPECT_EQ(repeated.compare(0, whole.size(), whole), 0) << repeated;
    EXPECT_GT(repeated.size(), whole.size() + 20) << repeated;
    EXPECT_THAT(whole, HasSubstr("Sales, 2027-03: "));
    EXPECT_THAT(whole, HasSubstr(FormatNumber(1234.5, language)));
    EXPECT_THAT(whole, HasSubstr(FormatNumber(12.5, language)));
    EXPECT_THAT(whole, HasSubstr(FormatPeriod(2, Period::kWeek, language)));
    EXPECT_THAT(short_one, Not(HasSubstr(FormatNumber(12.5, language))));
    for (const std::string& text : {whole, repeated, short_one}) {
      EXPECT_THAT(text, Not(HasSubstr("$"))) << LanguageName(language);
      EXPECT_TRUE(texts.insert(text).second) << text;
    }
  }
}

TEST(SummaryTest, LeavesOutAnIntervalThatIsNotKnown) {
  v1::SeriesForecast forecast = Sales();
  forecast.clear_low();
  forecast.clear_high();
  EXPECT_THAT(Summary(forecast, {1, Period::kDay}, Language::kUnknown),
              HasSubstr("Sales, 2027-03: 1,234.5. Rows used: 60."));
}

}  // namespace
}  // namespace footnote
