#include "generator/ahead/question.h"

#include <gtest/gtest.h>

#include <string>

namespace footnote {
namespace {

using Unit = AheadQuestion::Unit;

TEST(AheadQuestionTest, IsAskedInTwentyThreeLanguages) {
  const struct {
    Language language;
    const char* question;
    Unit unit;
  } kCases[] = {
      {Language::kEn, "What will sales be next week?", Unit::kWeek},
      {Language::kEn, "What is the revenue tomorrow?", Unit::kDay},
      {Language::kEn, "Forecast the sales.", Unit::kStep},
      {Language::kDe, "Wie hoch ist der Umsatz nächsten Monat?", Unit::kMonth},
      {Language::kFr, "Quelles seront les ventes la semaine prochaine ?",
       Unit::kWeek},
      {Language::kEs, "¿Cuáles serán las ventas el próximo mes?", Unit::kMonth},
      {Language::kPt, "Qual será a venda no próximo ano?", Unit::kYear},
      {Language::kIt, "Quanto venderemo la prossima settimana?", Unit::kWeek},
      {Language::kNl, "Wat is de omzet volgende maand?", Unit::kMonth},
      {Language::kPl, "Jaka będzie sprzedaż w przyszłym miesiącu?",
       Unit::kMonth},
      {Language::kCs, "Jaké budou tržby příští týden?", Unit::kWeek},
      {Language::kRo, "Cât vom vinde săptămâna viitoare?", Unit::kWeek},
      {Language::kRu, "Какими будут продажи на следующей неделе?", Unit::kWeek},
      {Language::kUk, "Якими будуть продажі наступного року?", Unit::kYear},
      {Language::kEl, "Ποιες θα είναι οι πωλήσεις τον επόμενο μήνα;",
       Unit::kMonth},
      {Language::kTr, "Gelecek hafta satışlar ne olacak?", Unit::kWeek},
      {Language::kAr, "كم ستكون المبيعات في الشهر القادم؟", Unit::kMonth},
      {Language::kFa, "فروش هفته آینده چقدر خواهد بود؟", Unit::kWeek},
      {Language::kHe, "כמה יהיו המכירות בשבוע הבא?", Unit::kWeek},
      {Language::kHi, "अगले महीने बिक्री कितनी होगी?", Unit::kMonth},
      {Language::kId, "Berapa penjualan bulan depan?", Unit::kMonth},
      {Language::kVi, "Doanh số tuần tới là bao nhiêu?", Unit::kWeek},
      {Language::kJa, "来月の売上はいくらですか。", Unit::kMonth},
      {Language::kKo, "다음 달 매출은 얼마입니까?", Unit::kMonth},
      {Language::kZh, "下个月的销售额是多少？", Unit::kMonth},
  };
  for (const auto& test : kCases) {
    AheadQuestion ahead;
    EXPECT_TRUE(AsksAhead(test.question, test.language, &ahead))
        << test.question;
    EXPECT_EQ(ahead.unit, test.unit) << test.question;
  }
}

TEST(AheadQuestionTest, IsNotAskedOfThePastOrOfOtherWords) {
  for (const char* question :
       {"What were sales last week?", "Who built the lighthouse?",
        "How do I install the next version?", "What is a week?",
        "In 2020, what did we sell?", "Will the shop open?"}) {
    AheadQuestion ahead;
    EXPECT_FALSE(AsksAhead(question, Language::kEn, &ahead)) << question;
  }
}

TEST(AheadQuestionTest, CountsAndNamesTimes) {
  AheadQuestion ahead;
  ASSERT_TRUE(
      AsksAhead("What will sales be in 3 months?", Language::kEn, &ahead));
  EXPECT_EQ(ahead.unit, Unit::kMonth);
  EXPECT_EQ(ahead.count, 3);
  ASSERT_TRUE(AsksAhead("What will sales be over the next six weeks?",
                        Language::kEn, &ahead));
  EXPECT_EQ(ahead.unit, Unit::kWeek);
  EXPECT_EQ(ahead.count, 6);
  ASSERT_TRUE(
      AsksAhead("What will sales be in May 2027?", Language::kEn, &ahead));
  ASSERT_TRUE(ahead.has_time);
  EXPECT_EQ(FormatTime(ahead.time), "2027-05");
}

TEST(AheadQuestionTest, TurnsPeriodsIntoSteps) {
  Cadence day, week, month;
  week.every = 7;
  month.unit = TimeUnit::kMonth;
  const Time last = {TimeUnit::kDay, 20000};
  const Time may = {TimeUnit::kMonth, 2026 * 12 + 4};
  AheadQuestion ahead;
  int steps = 0;
  ahead.unit = Unit::kWeek;
  EXPECT_TRUE(StepsAhead(ahead, day, last, 512, &steps));
  EXPECT_EQ(steps, 7);
  EXPECT_TRUE(StepsAhead(ahead, week, last, 512, &steps));
  EXPECT_EQ(steps, 1);
  EXPECT_TRUE(StepsAhead(ahead, month, may, 512, &steps));
  EXPECT_EQ(steps, 1) << "less than a step is one step";
  ahead.unit = Unit::kYear;
  EXPECT_TRUE(StepsAhead(ahead, month, may, 512, &steps));
  EXPECT_EQ(steps, 12);
  ahead.count = 100;
  EXPECT_FALSE(StepsAhead(ahead, month, may, 512, &steps));
  ahead.has_time = true;
  ahead.time = {TimeUnit::kMonth, 2027 * 12 + 4};
  EXPECT_TRUE(StepsAhead(ahead, month, may, 512, &steps));
  EXPECT_EQ(steps, 12);
  ahead.time = {TimeUnit::kYear, 2026};
  EXPECT_TRUE(StepsAhead(ahead, month, may, 512, &steps));
  EXPECT_EQ(steps, 7) << "December";
  ahead.time = {TimeUnit::kMonth, 2026 * 12};
  EXPECT_FALSE(StepsAhead(ahead, month, may, 512, &steps)) << "past";
}

}  // namespace
}  // namespace footnote
