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

TEST(AheadQuestionTest, CountsPeriodsInTwentyThreeLanguages) {
  const struct {
    Language language;
    const char* question;
    int count;
    Unit unit;
  } kCases[] = {
      {Language::kAr, "كم ستكون المبيعات بعد ٣ أشهر؟", 3, Unit::kMonth},
      {Language::kAr, "كم ستكون المبيعات بعد ثلاثة أسابيع؟", 3, Unit::kWeek},
      {Language::kAr, "كم ستكون المبيعات بعد شهرين؟", 2, Unit::kMonth},
      {Language::kCs, "Jaké budou tržby za 3 měsíce?", 3, Unit::kMonth},
      {Language::kCs, "Jaké budou tržby za pět týdnů?", 5, Unit::kWeek},
      {Language::kDe, "Wie hoch wird der Umsatz in 3 Monaten sein?", 3,
       Unit::kMonth},
      {Language::kDe, "Umsatz in den nächsten zwei Jahren?", 2, Unit::kYear},
      {Language::kDe, "Wie hoch wird der Umsatz in einem Quartal?", 1,
       Unit::kQuarter},
      {Language::kEl, "Ποιες θα είναι οι πωλήσεις σε 3 μήνες;", 3,
       Unit::kMonth},
      {Language::kEn, "What will sales be in three months?", 3, Unit::kMonth},
      {Language::kEn, "Sales over the next 6 weeks?", 6, Unit::kWeek},
      {Language::kEs, "¿Cuáles serán las ventas en 3 meses?", 3, Unit::kMonth},
      {Language::kEs, "¿Ventas de los próximos dos años?", 2, Unit::kYear},
      {Language::kFa, "فروش ۳ ماه دیگر چقدر خواهد بود؟", 3, Unit::kMonth},
      {Language::kFa, "فروش سه هفته بعد چقدر خواهد بود؟", 3, Unit::kWeek},
      {Language::kFr, "Quelles seront les ventes dans 3 mois ?", 3,
       Unit::kMonth},
      {Language::kFr, "Les ventes des trois prochaines semaines ?", 3,
       Unit::kWeek},
      {Language::kHe, "כמה יהיו המכירות בעוד 3 חודשים?", 3, Unit::kMonth},
      {Language::kHe, "כמה יהיו המכירות בעוד שבועיים?", 2, Unit::kWeek},
      {Language::kHi, "३ महीने बाद बिक्री कितनी होगी?", 3, Unit::kMonth},
      {Language::kHi, "अगले तीन हफ्तों में बिक्री कितनी होगी?", 3, Unit::kWeek},
      {Language::kId, "Berapa penjualan 3 bulan lagi?", 3, Unit::kMonth},
      {Language::kId, "Berapa penjualan akan dicapai dalam dua tahun?", 2,
       Unit::kYear},
      {Language::kIt, "Quanto saranno le vendite tra 3 mesi?", 3, Unit::kMonth},
      {Language::kIt, "Le vendite delle prossime due settimane?", 2,
       Unit::kWeek},
      {Language::kJa, "3か月後の売上はいくらですか。", 3, Unit::kMonth},
      {Language::kJa, "三週間後の売上はいくらですか。", 3, Unit::kWeek},
      {Language::kKo, "3개월 후 매출은 얼마입니까?", 3, Unit::kMonth},
      {Language::kKo, "2년 뒤 매출은 얼마입니까?", 2, Unit::kYear},
      {Language::kNl, "Wat zal de omzet over 3 maanden zijn?", 3, Unit::kMonth},
      {Language::kNl, "De omzet van de komende twee weken?", 2, Unit::kWeek},
      {Language::kPl, "Jaka będzie sprzedaż za 3 miesiące?", 3, Unit::kMonth},
      {Language::kPl, "Jaka będzie sprzedaż za pięć tygodni?", 5, Unit::kWeek},
      {Language::kPt, "Qual será a venda daqui a 3 meses?", 3, Unit::kMonth},
      {Language::kPt, "As vendas das próximas duas semanas?", 2, Unit::kWeek},
      {Language::kRo, "Cât vom vinde peste 3 luni?", 3, Unit::kMonth},
      {Language::kRo, "Vânzările în următoarele două săptămâni?", 2,
       Unit::kWeek},
      {Language::kRu, "Какими будут продажи через 3 месяца?", 3, Unit::kMonth},
      {Language::kRu, "Какими будут продажи через пять лет?", 5, Unit::kYear},
      {Language::kTr, "3 ay sonra satışlar ne olacak?", 3, Unit::kMonth},
      {Language::kTr, "Önümüzdeki iki hafta satışlar ne kadar?", 2,
       Unit::kWeek},
      {Language::kUk, "Якими будуть продажі через 3 місяці?", 3, Unit::kMonth},
      {Language::kUk, "Якими будуть продажі через п'ять років?", 5,
       Unit::kYear},
      {Language::kVi, "Doanh số sẽ là bao nhiêu trong 3 tháng?", 3,
       Unit::kMonth},
      {Language::kVi, "Doanh số hai tuần tới là bao nhiêu?", 2, Unit::kWeek},
      {Language::kZh, "3个月后的销售额是多少？", 3, Unit::kMonth},
      {Language::kZh, "未来两周的销售额是多少？", 2, Unit::kWeek},
      {Language::kZh, "三年後的銷售額是多少？", 3, Unit::kYear},
  };
  for (const auto& test : kCases) {
    AheadQuestion ahead;
    EXPECT_TRUE(AsksAhead(test.question, test.language, &ahead))
        << test.question;
    EXPECT_EQ(ahead.count, test.count) << test.question;
    EXPECT_EQ(ahead.unit, test.unit) << test.question;
  }
}

TEST(AheadQuestionTest, CountsOfThePastAreNotAskedAhead) {
  const struct {
    Language language;
    const char* question;
  } kCases[] = {
      {Language::kEn, "What did we sell in 3 months?"},
      {Language::kDe, "Was haben wir in 3 Monaten verkauft?"},
      {Language::kFr, "Combien de ventes en 3 mois ?"},
      {Language::kEs, "¿Cuánto vendimos en 3 meses?"},
      {Language::kRu, "Сколько мы продали за 3 месяца?"},
      {Language::kRu, "Продажи 3 года назад?"},
      {Language::kJa, "3か月前の売上はいくらでしたか。"},
      {Language::kKo, "3개월 전 매출은 얼마였습니까?"},
      {Language::kZh, "3个月前的销售额是多少？"},
      {Language::kHe, "כמה היו המכירות לפני 3 חודשים?"},
      {Language::kAr, "كم كانت المبيعات قبل ٣ أشهر؟"},
      {Language::kTr, "3 ay önce satışlar ne kadardı?"},
      {Language::kVi, "Doanh số 3 tháng trước là bao nhiêu?"},
      {Language::kHi, "३ महीने पहले बिक्री कितनी थी?"},
  };
  for (const auto& test : kCases) {
    AheadQuestion ahead;
    EXPECT_FALSE(AsksAhead(test.question, test.language, &ahead))
        << test.question;
  }
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
