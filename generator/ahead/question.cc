#include "generator/ahead/question.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "text/fold.h"

namespace footnote {
namespace {

using Unit = AheadQuestion::Unit;

struct Phrase {
  const char* text;
  Unit unit;
};

// As people write them; folded before they are compared. Longer ones first
// where one holds another.
constexpr Phrase kPhrases[] = {
    // English
    {"next week", Unit::kWeek},
    {"coming week", Unit::kWeek},
    {"next month", Unit::kMonth},
    {"coming month", Unit::kMonth},
    {"next quarter", Unit::kQuarter},
    {"next year", Unit::kYear},
    {"coming year", Unit::kYear},
    {"tomorrow", Unit::kDay},
    {"next day", Unit::kDay},
    {"next hour", Unit::kHour},
    // German, Dutch
    {"nächste woche", Unit::kWeek},
    {"nächsten woche", Unit::kWeek},
    {"nächsten monat", Unit::kMonth},
    {"nächster monat", Unit::kMonth},
    {"nächstes quartal", Unit::kQuarter},
    {"nächsten quartal", Unit::kQuarter},
    {"nächstes jahr", Unit::kYear},
    {"nächsten jahr", Unit::kYear},
    {"morgen", Unit::kDay},
    {"volgende week", Unit::kWeek},
    {"volgende maand", Unit::kMonth},
    {"volgend kwartaal", Unit::kQuarter},
    {"volgend jaar", Unit::kYear},
    // French
    {"semaine prochaine", Unit::kWeek},
    {"mois prochain", Unit::kMonth},
    {"trimestre prochain", Unit::kQuarter},
    {"prochain trimestre", Unit::kQuarter},
    {"année prochaine", Unit::kYear},
    {"l'an prochain", Unit::kYear},
    {"demain", Unit::kDay},
    // Spanish, Portuguese
    {"próxima semana", Unit::kWeek},
    {"semana que viene", Unit::kWeek},
    {"semana que vem", Unit::kWeek},
    {"próximo mes", Unit::kMonth},
    {"mes que viene", Unit::kMonth},
    {"mês que vem", Unit::kMonth},
    {"próximo trimestre", Unit::kQuarter},
    {"próximo año", Unit::kYear},
    {"año que viene", Unit::kYear},
    {"próximo ano", Unit::kYear},
    {"ano que vem", Unit::kYear},
    {"mañana", Unit::kDay},
    {"amanhã", Unit::kDay},
    // Italian, Romanian
    {"prossima settimana", Unit::kWeek},
    {"settimana prossima", Unit::kWeek},
    {"prossimo mese", Unit::kMonth},
    {"mese prossimo", Unit::kMonth},
    {"prossimo trimestre", Unit::kQuarter},
    {"prossimo anno", Unit::kYear},
    {"anno prossimo", Unit::kYear},
    {"domani", Unit::kDay},
    {"săptămâna viitoare", Unit::kWeek},
    {"luna viitoare", Unit::kMonth},
    {"trimestrul viitor", Unit::kQuarter},
    {"anul viitor", Unit::kYear},
    {"mâine", Unit::kDay},
    // Polish, Czech
    {"przyszłym tygodniu", Unit::kWeek},
    {"następnym tygodniu", Unit::kWeek},
    {"przyszłym miesiącu", Unit::kMonth},
    {"następnym miesiącu", Unit::kMonth},
    {"przyszłym kwartale", Unit::kQuarter},
    {"następnym kwartale", Unit::kQuarter},
    {"przyszłym roku", Unit::kYear},
    {"następnym roku", Unit::kYear},
    {"jutro", Unit::kDay},
    {"příští týden", Unit::kWeek},
    {"příští měsíc", Unit::kMonth},
    {"příští čtvrtletí", Unit::kQuarter},
    {"příští rok", Unit::kYear},
    {"zítra", Unit::kDay},
    // Russian, Ukrainian
    {"следующей неделе", Unit::kWeek},
    {"следующем месяце", Unit::kMonth},
    {"следующем квартале", Unit::kQuarter},
    {"следующем году", Unit::kYear},
    {"завтра", Unit::kDay},
    {"наступного тижня", Unit::kWeek},
    {"наступного місяця", Unit::kMonth},
    {"наступного кварталу", Unit::kQuarter},
    {"наступного року", Unit::kYear},
    // Greek, Turkish
    {"επόμενη εβδομάδα", Unit::kWeek},
    {"επόμενο μήνα", Unit::kMonth},
    {"επόμενο τρίμηνο", Unit::kQuarter},
    {"επόμενο έτος", Unit::kYear},
    {"του χρόνου", Unit::kYear},
    {"αύριο", Unit::kDay},
    {"gelecek hafta", Unit::kWeek},
    {"önümüzdeki hafta", Unit::kWeek},
    {"gelecek ay", Unit::kMonth},
    {"önümüzdeki ay", Unit::kMonth},
    {"gelecek çeyrek", Unit::kQuarter},
    {"gelecek yıl", Unit::kYear},
    {"önümüzdeki yıl", Unit::kYear},
    {"yarın", Unit::kDay},
    // Arabic, Persian, Hebrew
    {"الأسبوع القادم", Unit::kWeek},
    {"الأسبوع المقبل", Unit::kWeek},
    {"الشهر القادم", Unit::kMonth},
    {"الشهر المقبل", Unit::kMonth},
    {"الربع القادم", Unit::kQuarter},
    {"السنة القادمة", Unit::kYear},
    {"العام القادم", Unit::kYear},
    {"العام المقبل", Unit::kYear},
    {"غدا", Unit::kDay},
    {"هفته آینده", Unit::kWeek},
    {"هفتهٔ آینده", Unit::kWeek},
    {"ماه آینده", Unit::kMonth},
    {"فصل آینده", Unit::kQuarter},
    {"سال آینده", Unit::kYear},
    {"فردا", Unit::kDay},
    {"שבוע הבא", Unit::kWeek},
    {"חודש הבא", Unit::kMonth},
    {"רבעון הבא", Unit::kQuarter},
    {"שנה הבאה", Unit::kYear},
    {"מחר", Unit::kDay},
    // Hindi, Indonesian, Vietnamese
    {"अगले हफ्ते", Unit::kWeek},
    {"अगले सप्ताह", Unit::kWeek},
    {"अगले महीने", Unit::kMonth},
    {"अगली तिमाही", Unit::kQuarter},
    {"अगले साल", Unit::kYear},
    {"अगले वर्ष", Unit::kYear},
    {"minggu depan", Unit::kWeek},
    {"bulan depan", Unit::kMonth},
    {"kuartal depan", Unit::kQuarter},
    {"tahun depan", Unit::kYear},
    {"besok", Unit::kDay},
    {"tuần tới", Unit::kWeek},
    {"tuần sau", Unit::kWeek},
    {"tháng tới", Unit::kMonth},
    {"tháng sau", Unit::kMonth},
    {"quý tới", Unit::kQuarter},
    {"năm tới", Unit::kYear},
    {"năm sau", Unit::kYear},
    {"ngày mai", Unit::kDay},
    // Japanese, Korean, Chinese
    {"来週", Unit::kWeek},
    {"来月", Unit::kMonth},
    {"来四半期", Unit::kQuarter},
    {"来年", Unit::kYear},
    {"明日", Unit::kDay},
    {"다음 주", Unit::kWeek},
    {"다음주", Unit::kWeek},
    {"다음 달", Unit::kMonth},
    {"다음달", Unit::kMonth},
    {"다음 분기", Unit::kQuarter},
    {"내년", Unit::kYear},
    {"내일", Unit::kDay},
    {"下周", Unit::kWeek},
    {"下星期", Unit::kWeek},
    {"下个星期", Unit::kWeek},
    {"下个月", Unit::kMonth},
    {"下月", Unit::kMonth},
    {"下季度", Unit::kQuarter},
    {"明年", Unit::kYear},
    {"明天", Unit::kDay},
};

// Words that ask for a forecast of whatever comes next.
constexpr const char* kForecastWords[] = {"forecast",
                                          "predict",
                                          "vorhersage",
                                          "prognose",
                                          "prévision",
                                          "prevision",
                                          "pronóstico",
                                          "previsão",
                                          "previsione",
                                          "voorspelling",
                                          "prognoza",
                                          "prognóza",
                                          "předpověď",
                                          "prognoză",
                                          "прогноз",
                                          "πρόβλεψη",
                                          "tahmin",
                                          "توقع",
                                          "پیش‌بینی",
                                          "תחזית",
                                          "पूर्वानुमान",
                                          "prakiraan",
                                          "dự báo",
                                          "予測",
                                          "예측",
                                          "预测"};

struct FoldedPhrase {
  std::string text;
  Unit unit;
};

bool IsWordByte(unsigned char c) { return absl::ascii_isalnum(c) || c >= 0x80; }

// Where `phrase` stands in `text` between borders of words; letters without
// blanks between words (Han, Kana, Hangul) have no borders.
bool Holds(absl::string_view text, absl::string_view phrase) {
  const bool bordered = static_cast<unsigned char>(phrase[0]) < 0xE3;
  for (size_t at = text.find(phrase); at != absl::string_view::npos;
       at = text.find(phrase, at + 1)) {
    const size_t end = at + phrase.size();
    if (!bordered) return true;
    // A front may carry an article ("hashavua haba"), so only the end is
    // checked outside ASCII.
    const bool front = at == 0 || !absl::ascii_isalnum(text[at - 1]);
    if (front && (end == text.size() || !IsWordByte(text[end]))) return true;
  }
  return false;
}

const std::vector<FoldedPhrase>& Phrases() {
  static const auto* const phrases = [] {
    auto* folded = new std::vector<FoldedPhrase>;
    for (const Phrase& phrase : kPhrases) {
      folded->push_back({Fold(phrase.text, Language::kEn), phrase.unit});
    }
    return folded;
  }();
  return *phrases;
}

const std::vector<std::string>& ForecastWords() {
  static const auto* const words = [] {
    auto* folded = new std::vector<std::string>;
    for (const char* word : kForecastWords) {
      folded->push_back(Fold(word, Language::kEn));
    }
    return folded;
  }();
  return *words;
}

// Dates after "in", "for", "next" and "on", such as "in May 2027".
bool FindTime(absl::string_view question, Time* time) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : absl::StrCat(absl::AsciiStrToLower(question), " ")) {
    if (c != ' ' && c != '?' && c != ',' && c != '!') {
      word.push_back(c);
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  for (size_t i = 1; i < words.size(); ++i) {
    const std::string& before = words[i - 1];
    if (before != "in" && before != "for" && before != "next" &&
        before != "on") {
      continue;
    }
    for (const size_t length : {3, 2, 1}) {
      if (i + length > words.size()) continue;
      std::string text = words[i];
      for (size_t k = 1; k < length; ++k)
        absl::StrAppend(&text, " ", words[i + k]);
      if (ParseTime(text, DateOrder::kDayFirst, time)) return true;
    }
  }
  return false;
}

bool AsksWhatWillBe(absl::string_view folded) {
  return Holds(folded, "will") || Holds(folded, "forecast") ||
         Holds(folded, "expect") || Holds(folded, "expected") ||
         Holds(folded, "predict");
}

double DaysOf(Unit unit) {
  switch (unit) {
    case Unit::kHour:
      return 1.0 / 24;
    case Unit::kDay:
      return 1;
    case Unit::kWeek:
      return 7;
    case Unit::kMonth:
      return 365.2425 / 12;
    case Unit::kQuarter:
      return 365.2425 / 4;
    case Unit::kYear:
      return 365.2425;
    case Unit::kStep:
      break;
  }
  return 0;
}

double DaysOfStep(const Cadence& cadence) {
  if (cadence.business_days) return 7.0 / 5;
  switch (cadence.unit) {
    case TimeUnit::kYear:
      return 365.2425 * cadence.every;
    case TimeUnit::kQuarter:
      return 365.2425 / 4 * cadence.every;
    case TimeUnit::kMonth:
      return 365.2425 / 12 * cadence.every;
    case TimeUnit::kDay:
      return static_cast<double>(cadence.every);
    case TimeUnit::kSecond:
      break;
  }
  return cadence.every / 86400.0;
}

}  // namespace

bool AsksAhead(absl::string_view question, Language language,
               AheadQuestion* ahead) {
  *ahead = AheadQuestion();
  // Signs outside ASCII would look like letters.
  const std::string folded = absl::StrReplaceAll(
      Fold(question, language), {{"؟", " "}, {"،", " "}, {"।", " "}});
  // Before the periods: "two weeks from now" holds some languages' "next week".
  if (FindHorizon(folded, language, &ahead->unit, &ahead->count)) return true;
  for (const FoldedPhrase& phrase : Phrases()) {
    if (!Holds(folded, phrase.text)) continue;
    ahead->unit = phrase.unit;
    return true;
  }
  if (AsksWhatWillBe(folded) && FindTime(question, &ahead->time)) {
    ahead->has_time = true;
    return true;
  }
  for (const std::string& word : ForecastWords()) {
    if (folded.find(word) != std::string::npos) return true;
  }
  return false;
}

bool StepsAhead(const AheadQuestion& ahead, const Cadence& cadence,
                const Time& last, int most, int* steps) {
  double wanted = 0;
  if (ahead.has_time) {
    // The end of the period that is named: the year 2027 holds its December.
    const int64_t years = ahead.time.unit == TimeUnit::kYear ? 1 : 0;
    if (ahead.time.unit == cadence.unit) {
      wanted = cadence.Steps(last, ahead.time);
    } else if (cadence.unit == TimeUnit::kMonth && years == 1) {
      wanted =
          cadence.Steps(last, {TimeUnit::kMonth, ahead.time.count * 12 + 11});
    } else if (cadence.unit == TimeUnit::kQuarter && years == 1) {
      wanted =
          cadence.Steps(last, {TimeUnit::kQuarter, ahead.time.count * 4 + 3});
    } else {
      return false;
    }
    if (wanted < 1) return false;
  } else if (ahead.unit == Unit::kStep) {
    wanted = ahead.count;
  } else {
    wanted = ahead.count * DaysOf(ahead.unit) / DaysOfStep(cadence);
  }
  wanted = std::max(std::round(wanted), 1.0);
  if (wanted > most) return false;
  *steps = static_cast<int>(wanted);
  return true;
}

}  // namespace footnote
