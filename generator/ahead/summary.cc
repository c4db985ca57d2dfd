#include "generator/ahead/summary.h"

#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"

namespace footnote {
namespace {

// In labels rather than in sentences, so that no word has to agree with a
// number or a unit.
struct Phrases {
  Language language;
  // $0: share; $1, $2: the ends.
  const char* interval;
  // $0: count.
  const char* rows;
  // $0: how far on; $1: count; $2, $3: errors.
  const char* past;
  const char* too_few;
  const char* last_value;
};

constexpr Phrases kPhrases[] = {
    {Language::kEn, " ($0 interval: $1 to $2)", "Rows used: $0.",
     "Horizon: $0; past forecasts: $1; their error (root mean square): $2; "
     "error of repeating the last value: $3.",
     "Too few rows to say what such forecasts are worth.",
     "Repeating the last value was no worse, so this is the last value."},
    {Language::kAr, " (فترة $0: من $1 إلى $2)", "الصفوف المستخدمة: $0.",
     "الأفق: $0؛ التنبؤات السابقة: $1؛ خطؤها (جذر متوسط المربعات): $2؛ خطأ "
     "تكرار القيمة الأخيرة: $3.",
     "الصفوف أقل من أن يُعرف منها مدى صحة مثل هذه التنبؤات.",
     "لم يكن تكرار القيمة الأخيرة أسوأ، لذلك هذه هي القيمة الأخيرة."},
    {Language::kCs, " (interval $0: $1 až $2)", "Použité řádky: $0.",
     "Horizont: $0; minulé předpovědi: $1; jejich chyba (střední "
     "kvadratická): $2; chyba při opakování poslední hodnoty: $3.",
     "Řádků je příliš málo na to, aby bylo možné říci, jakou cenu takové "
     "předpovědi mají.",
     "Opakování poslední hodnoty nebylo horší, proto je toto poslední "
     "hodnota."},
    {Language::kDe, " (Intervall zu $0: $1 bis $2)", "Verwendete Zeilen: $0.",
     "Horizont: $0; frühere Vorhersagen: $1; ihr Fehler (quadratisches "
     "Mittel): $2; Fehler beim Wiederholen des letzten Werts: $3.",
     "Zu wenige Zeilen, um zu sagen, was solche Vorhersagen wert sind.",
     "Den letzten Wert zu wiederholen war nicht schlechter, deshalb ist dies "
     "der letzte Wert."},
    {Language::kEl, " (διάστημα $0: $1 έως $2)",
     "Γραμμές που χρησιμοποιήθηκαν: $0.",
     "Ορίζοντας: $0· προηγούμενες προβλέψεις: $1· το σφάλμα τους (μέση "
     "τετραγωνική ρίζα): $2· σφάλμα με επανάληψη της τελευταίας τιμής: $3.",
     "Πολύ λίγες γραμμές για να ειπωθεί τι αξίζουν τέτοιες προβλέψεις.",
     "Η επανάληψη της τελευταίας τιμής δεν ήταν χειρότερη, γι' αυτό αυτή "
     "είναι η τελευταία τιμή."},
    {Language::kEs, " (intervalo del $0: de $1 a $2)", "Filas usadas: $0.",
     "Horizonte: $0; pronósticos anteriores: $1; su error (media "
     "cuadrática): $2; error al repetir el último valor: $3.",
     "Hay muy pocas filas para decir cuánto valen estos pronósticos.",
     "Repetir el último valor no fue peor, por eso este es el último valor."},
    {Language::kFa, " (بازهٔ $0: از $1 تا $2)",
     "ردیف‌های استفاده‌شده: $0.",
     "افق: $0؛ پیش‌بینی‌های گذشته: $1؛ "
     "خطای آن‌ها (جذر میانگین مربعات): $2؛ "
     "خطای تکرار آخرین مقدار: $3.",
     "تعداد ردیف‌ها کمتر از آن است که بتوان "
     "گفت چنین پیش‌بینی‌هایی چقدر ارزش "
     "دارند.",
     "تکرار آخرین مقدار بدتر نبود، پس این همان "
     "آخرین مقدار است."},
    {Language::kFr, " (intervalle à $0 : de $1 à $2)", "Lignes utilisées : $0.",
     "Horizon : $0 ; prévisions passées : $1 ; leur erreur (moyenne "
     "quadratique) : $2 ; erreur en répétant la dernière valeur : $3.",
     "Trop peu de lignes pour dire ce que valent de telles prévisions.",
     "Répéter la dernière valeur n'était pas pire, c'est donc la dernière "
     "valeur."},
    {Language::kHe, " (רווח של $0: $1 עד $2)", "שורות ששימשו: $0.",
     "אופק: $0; תחזיות קודמות: $1; השגיאה שלהן (שורש ממוצע הריבועים): $2; "
     "השגיאה בחזרה על הערך האחרון: $3.",
     "מעט מדי שורות כדי לומר מה שוות תחזיות כאלה.",
     "חזרה על הערך האחרון לא הייתה גרועה יותר, ולכן זהו הערך האחרון."},
    {Language::kHi, " ($0 अंतराल: $1 से $2)", "प्रयुक्त पंक्तियाँ: $0।",
     "अवधि: $0; पिछले पूर्वानुमान: $1; उनकी त्रुटि (वर्ग माध्य मूल): $2; अंतिम मान "
     "दोहराने की त्रुटि: $3।",
     "यह कहने के लिए पंक्तियाँ बहुत कम हैं कि ऐसे पूर्वानुमान कितने सही होते हैं।",
     "अंतिम मान दोहराना इससे बुरा नहीं था, इसलिए यह अंतिम मान है।"},
    {Language::kId, " (interval $0: $1 sampai $2)", "Baris yang dipakai: $0.",
     "Jangka: $0; prakiraan sebelumnya: $1; galatnya (akar rata-rata "
     "kuadrat): $2; galat jika nilai terakhir diulang: $3.",
     "Baris terlalu sedikit untuk mengatakan seberapa baik prakiraan seperti "
     "ini.",
     "Mengulang nilai terakhir tidak lebih buruk, jadi inilah nilai "
     "terakhir."},
    {Language::kIt, " (intervallo al $0: da $1 a $2)", "Righe usate: $0.",
     "Orizzonte: $0; previsioni passate: $1; il loro errore (media "
     "quadratica): $2; errore ripetendo l'ultimo valore: $3.",
     "Le righe sono troppo poche per dire quanto valgano simili previsioni.",
     "Ripetere l'ultimo valore non era peggio, perciò questo è l'ultimo "
     "valore."},
    {Language::kJa, "（$0区間: $1～$2）", "使った行: $0。",
     "予測期間: $0、過去の予測: $1、その誤差（二乗平均平方根）: $2、最後の値を"
     "繰り返した場合の誤差: $3。",
     "行が少なすぎるため、このような予測がどれほど確かかは言えません。",
     "最後の値を繰り返しても悪くならなかったため、これは最後の値です。"},
    {Language::kKo, " ($0 구간: $1~$2)", "사용한 행: $0.",
     "예측 기간: $0; 과거 예측: $1; 그 오차(제곱평균제곱근): $2; 마지막 값을 "
     "반복한 오차: $3.",
     "행이 너무 적어 이런 예측이 얼마나 맞는지 말할 수 없습니다.",
     "마지막 값을 반복해도 더 나쁘지 않았으므로 이것은 마지막 값입니다."},
    {Language::kNl, " (interval van $0: $1 tot $2)", "Gebruikte rijen: $0.",
     "Horizon: $0; eerdere voorspellingen: $1; hun fout (kwadratisch "
     "gemiddelde): $2; fout bij herhalen van de laatste waarde: $3.",
     "Te weinig rijen om te zeggen wat zulke voorspellingen waard zijn.",
     "De laatste waarde herhalen was niet slechter, dus dit is de laatste "
     "waarde."},
    {Language::kPl, " (przedział $0: od $1 do $2)", "Użyte wiersze: $0.",
     "Horyzont: $0; wcześniejsze prognozy: $1; ich błąd (średnia "
     "kwadratowa): $2; błąd przy powtarzaniu ostatniej wartości: $3.",
     "Wierszy jest za mało, aby powiedzieć, ile warte są takie prognozy.",
     "Powtórzenie ostatniej wartości nie było gorsze, dlatego jest to ostatnia "
     "wartość."},
    {Language::kPt, " (intervalo de $0: de $1 a $2)", "Linhas usadas: $0.",
     "Horizonte: $0; previsões passadas: $1; o seu erro (média quadrática): "
     "$2; erro ao repetir o último valor: $3.",
     "Há linhas de menos para dizer o que valem tais previsões.",
     "Repetir o último valor não foi pior, por isso este é o último valor."},
    {Language::kRo, " (interval de $0: de la $1 la $2)",
     "Rânduri folosite: $0.",
     "Orizont: $0; prognoze anterioare: $1; eroarea lor (medie pătratică): "
     "$2; eroarea la repetarea ultimei valori: $3.",
     "Prea puține rânduri pentru a spune cât valorează astfel de prognoze.",
     "Repetarea ultimei valori nu a fost mai proastă, deci aceasta este ultima "
     "valoare."},
    {Language::kRu, " (интервал $0: от $1 до $2)", "Использовано строк: $0.",
     "Горизонт: $0; прошлых прогнозов: $1; их ошибка (среднеквадратичная): "
     "$2; ошибка при повторении последнего значения: $3.",
     "Строк слишком мало, чтобы сказать, чего стоят такие прогнозы.",
     "Повторение последнего значения было не хуже, поэтому это последнее "
     "значение."},
    {Language::kTr, " ($0 aralığı: $1 – $2)", "Kullanılan satırlar: $0.",
     "Ufuk: $0; geçmiş tahminler: $1; hataları (karesel ortalama): $2; son "
     "değeri tekrarlamanın hatası: $3.",
     "Böyle tahminlerin ne kadar değerli olduğunu söylemek için satır sayısı "
     "çok az.",
     "Son değeri tekrarlamak daha kötü değildi, bu yüzden bu son değerdir."},
    {Language::kUk, " (інтервал $0: від $1 до $2)", "Використано рядків: $0.",
     "Горизонт: $0; минулих прогнозів: $1; їхня похибка "
     "(середньоквадратична): $2; похибка при повторенні останнього значення: "
     "$3.",
     "Рядків замало, щоб сказати, чого варті такі прогнози.",
     "Повторення останнього значення було не гіршим, тому це останнє "
     "значення."},
    {Language::kVi, " (khoảng $0: từ $1 đến $2)", "Số dòng đã dùng: $0.",
     "Khoảng dự báo: $0; số dự báo trước đây: $1; sai số của chúng (căn trung "
     "bình bình phương): $2; sai số khi lặp lại giá trị cuối: $3.",
     "Quá ít dòng để nói những dự báo như vậy đáng tin đến đâu.",
     "Lặp lại giá trị cuối không tệ hơn, nên đây là giá trị cuối."},
    {Language::kZh, "（$0 区间：$1 至 $2）", "所用行数：$0。",
     "预测期：$0；以往预测：$1；其误差（均方根）：$2；重复最后一个值的误差：$"
     "3。",
     "行数太少，无法说明这类预测有多可靠。",
     "重复最后一个值并不更差，因此这就是最后一个值。"},
};
static_assert(std::size(kPhrases) == kLanguageCount - 1,
              "a language has no phrases, or two");

const Phrases& PhrasesOf(Language language) {
  for (const Phrases& phrases : kPhrases) {
    if (phrases.language == language) return phrases;
  }
  return kPhrases[0];
}

// Han and Kana have no blanks between sentences.
bool HasBlanks(Language language) {
  return language != Language::kJa && language != Language::kZh;
}

// The end of a sentence, and what comes between two.
const char* Stop(Language language) {
  if (language == Language::kHi) return "। ";
  return HasBlanks(language) ? ". " : "。";
}
const char* Gap(Language language) { return HasBlanks(language) ? " " : ""; }

}  // namespace

std::string Summary(const v1::SeriesForecast& forecast, const Horizon& horizon,
                    Language language) {
  const Phrases& phrases = PhrasesOf(language);
  const auto number = [&](double value) {
    return FormatNumber(value, language);
  };
  std::string text = absl::StrCat(forecast.column(), ", ", forecast.time(),
                                  ": ", number(forecast.value()));
  if (forecast.has_low()) {
    absl::SubstituteAndAppend(&text, phrases.interval,
                              FormatPercent(forecast.coverage(), language),
                              number(forecast.low()), number(forecast.high()));
  }
  absl::StrAppend(
      &text, Stop(language),
      absl::Substitute(phrases.rows,
                       number(static_cast<double>(forecast.rows()))),
      Gap(language));
  if (forecast.backtests() == 0) return text + phrases.too_few;
  absl::SubstituteAndAppend(
      &text, phrases.past,
      FormatPeriod(horizon.count, horizon.period, language),
      number(static_cast<double>(forecast.backtests())),
      number(forecast.rmse()), number(forecast.last_value_rmse()));
  if (forecast.last_value_is_better()) {
    absl::StrAppend(&text, Gap(language), phrases.last_value);
  }
  return text;
}

}  // namespace footnote
