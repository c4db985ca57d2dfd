#include "generator/extractive/measures.h"

#include <array>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "text/analyzer.h"
#include "text/fold.h"

namespace footnote {
namespace extractive {
namespace {

// One measure in one language: the words that ask for it, and its units, in the
// forms in which they are met. Not of Chinese, Japanese and Korean, whose units
// are written with their numbers, nor of Vietnamese, whose words are syllables.
struct Row {
  Language language;
  const char* asks;
  const char* units;
};

constexpr Row kRows[] = {
    {Language::kAr, "سعر ثمن تكلفة يكلف تكلف كلفة",
     "درهم دراهم ريال ريالات دينار دنانير جنيه دولار يورو ليرة"},
    {Language::kAr, "تستغرق يستغرق تستمر يستمر مدة",
     "دقيقة دقائق ساعة ساعات يوم يوما أيام أسبوع أسابيع شهر شهرا أشهر سنة "
     "سنوات"},
    {Language::kAr, "يزن تزن وزن الوزن ثقيل",
     "كغ كجم كيلوغرام كيلو غرام جرام طن"},
    {Language::kCs, "stojí stál stála stálo cena cenu poplatek",
     "kč koruna koruny korun euro eur dolarů"},
    {Language::kCs, "trvá trval trvala trvalo potrvá",
     "minuta minuty minut hodina hodiny hodin den dny dní dnů týden týdny "
     "týdnů "
     "měsíc měsíce měsíců rok roky let"},
    {Language::kCs, "váží vážil hmotnost váha těžký těžká těžké",
     "kg g gram gramů kilogramů kilo tun tuny"},
    {Language::kDe, "kostet kosten kostete preis gebühr teuer",
     "euro eur cent dollar franken chf"},
    {Language::kDe, "dauert dauern dauerte dauer",
     "minute minuten stunde stunden tag tage tagen woche wochen monat monate "
     "monaten jahr jahre jahren"},
    {Language::kDe, "wiegt wiegen wog gewicht masse schwer",
     "kg g gramm kilogramm kilo tonne tonnen"},
    {Language::kEl, "κοστίζει κοστίζουν κόστος τιμή κάνει",
     "ευρώ δολάρια λεπτά"},
    {Language::kEl, "διαρκεί διαρκούν διάρκεια διήρκεσε",
     "λεπτό λεπτά ώρα ώρες μέρα μέρες ημέρα ημέρες εβδομάδα εβδομάδες μήνα "
     "μήνες χρόνο χρόνια έτος έτη"},
    {Language::kEl, "ζυγίζει ζυγίζουν βάρος μάζα βαρύ",
     "kg κιλά κιλό γραμμάρια γραμμάριο τόνους τόνοι"},
    {Language::kEn, "cost costs price fee charge",
     "dollar dollars usd euro euros eur pound pounds gbp cent cents"},
    {Language::kEn, "last lasts lasted duration",
     "minute minutes hour hours day days week weeks month months year years"},
    {Language::kEn, "weigh weighs weighed weight mass heavy",
     "kg g gram grams kilogram kilograms tonne tonnes lb lbs"},
    {Language::kEs, "cuesta cuestan costó costará coste costo precio tarifa",
     "euro euros eur dólar dólares peso pesos céntimos"},
    {Language::kEs, "dura duran duró durará duración tarda tardan",
     "minuto minutos hora horas día días semana semanas mes meses año años"},
    {Language::kEs, "pesa pesan pesaba peso masa",
     "kg g gramo gramos kilogramos kilos kilo toneladas"},
    {Language::kFa, "قیمت هزینه بها", "تومان ریال دلار یورو"},
    {Language::kFa, "وزن سنگین", "کیلوگرم کیلو گرم تن"},
    {Language::kFr, "coûte coûtent coûté prix coût tarif",
     "euro euros eur dollar dollars franc francs centimes"},
    {Language::kFr, "dure durent duré durera durée",
     "minute minutes heure heures jour jours semaine semaines mois an ans "
     "année "
     "années"},
    {Language::kFr, "pèse pèsent pesait poids masse lourd lourde",
     "kg g gramme grammes kilogrammes kilos kilo tonnes"},
    {Language::kHe, "עולה עולים מחיר המחיר עלות", "שקל שקלים דולר דולרים אירו"},
    {Language::kHe, "נמשך נמשכת נמשכים אורך",
     "דקה דקות שעה שעות יום ימים שבוע שבועות חודש חודשים שנה שנים"},
    {Language::kHe, "שוקל שוקלת שוקלים משקל המשקל", "קג גרם קילו קילוגרם טון"},
    {Language::kHi, "कीमत मूल्य दाम लागत शुल्क", "रुपये रुपए रुपया डॉलर यूरो"},
    {Language::kHi, "वजन वज़न भार भारी", "किलोग्राम किलो ग्राम टन kg"},
    {Language::kId, "harga biaya ongkos tarif", "rupiah rp dolar euro"},
    {Language::kId, "berlangsung durasi lamanya",
     "menit jam hari minggu pekan bulan tahun"},
    {Language::kId, "berat beratnya bobot massa", "kg gram kilogram kilo ton"},
    {Language::kIt, "costa costano costo prezzo tariffa costato",
     "euro eur dollaro dollari centesimi"},
    {Language::kIt, "dura durano durata durato durò",
     "minuto minuti ora ore giorno giorni settimana settimane mese mesi anno "
     "anni"},
    {Language::kIt, "pesa pesano pesava peso massa",
     "kg g grammo grammi chilogrammi chili chilo tonnellate"},
    {Language::kNl, "kost kosten kostte prijs tarief", "euro eur cent dollar"},
    {Language::kNl, "duurt duren duurde duur",
     "minuut minuten uur dag dagen week weken maand maanden jaar jaren"},
    {Language::kNl, "weegt wegen woog gewicht massa zwaar",
     "kg g gram kilogram kilo ton"},
    {Language::kPl, "kosztuje kosztują kosztował cena cenę koszt opłata",
     "zł złoty złote złotych pln euro eur groszy dolarów"},
    {Language::kPl, "trwa trwają trwał trwała trwało potrwa",
     "minuta minuty minut godzina godziny godzin dzień dni tydzień tygodnie "
     "tygodni miesiąc miesiące miesięcy rok lata lat"},
    {Language::kPl, "waży ważą ważył waga masa ciężar ciężki",
     "kg g gram gramów kilogramów kilo ton"},
    {Language::kPt, "custa custam custou preço custo tarifa",
     "real reais euro euros eur dólar dólares centavos cêntimos"},
    {Language::kPt, "dura duram durou durará duração tempo",
     "minuto minutos hora horas dia dias semana semanas mês meses ano anos"},
    {Language::kPt, "pesa pesam pesava peso massa",
     "kg g grama gramas quilogramas quilos quilo toneladas"},
    {Language::kRo, "costă costat preț prețul cost costul tarif",
     "leu lei ron euro eur dolari bani"},
    {Language::kRo, "durează durat durata",
     "minut minute oră ore zi zile săptămână săptămâni lună luni an ani"},
    {Language::kRo, "cântărește cântăresc greutate greutatea masa",
     "kg g gram grame kilograme tone"},
    {Language::kRu, "стоит стоят стоил стоила стоило стоимость цена цену",
     "рубль рубля рублей руб евро доллар доллара долларов"},
    {Language::kRu,
     "длится длятся длился длилась длилось длительность продолжительность "
     "продлится",
     "минута минуту минуты минут час часа часов день дня дней неделя неделю "
     "недели недель месяц месяца месяцев год года лет"},
    {Language::kRu, "весит весят весил вес масса тяжёлый",
     "кг г грамм граммов килограмм килограммов тонн тонны"},
    {Language::kTr, "fiyat fiyatı ücret ücreti tutarı",
     "lira lirası liradır tl euro avro dolar"},
    {Language::kTr, "sürer sürdü sürüyor sürecek süre süresi",
     "dakika saat gün hafta ay yıl"},
    {Language::kTr, "ağırlık ağırlığı ağır kütlesi",
     "kg gram kilogram kilo ton"},
    {Language::kUk, "коштує коштують коштував ціна ціну вартість",
     "гривня гривні гривень грн євро долар долара доларів"},
    {Language::kUk, "триває тривають тривав тривала тривало тривалість",
     "хвилина хвилину хвилини хвилин година годину години годин день дня дні "
     "днів тиждень тижні тижнів місяць місяці місяців рік роки років"},
    {Language::kUk, "важить важать важив вага маса",
     "кг г грам грамів кілограм кілограмів тонн"},
};

std::vector<uint64_t> KeysOf(const char* words, Language language) {
  std::vector<uint64_t> keys;
  for (const absl::string_view word : absl::StrSplit(words, ' ')) {
    keys.push_back(TermKey(kChannelSurface, Fold(word, language)));
  }
  return keys;
}

// By language, from the key of a word that asks to the units' keys.
using Measures =
    std::array<absl::flat_hash_map<uint64_t, std::vector<uint64_t>>,
               kLanguageCount>;

const Measures& All() {
  static const Measures* const all = [] {
    auto* measures = new Measures;
    for (const Row& row : kRows) {
      auto& of_language = (*measures)[static_cast<size_t>(row.language)];
      const std::vector<uint64_t> asks = KeysOf(row.asks, row.language);
      std::vector<uint64_t> answers = KeysOf(row.units, row.language);
      answers.insert(answers.end(), asks.begin(), asks.end());
      for (const uint64_t key : asks) of_language[key] = answers;
    }
    return measures;
  }();
  return *all;
}

}  // namespace

const std::vector<uint64_t>* UnitsAskedFor(uint64_t key, Language language) {
  const auto& of_language =
      All()[static_cast<size_t>(language) % kLanguageCount];
  const auto found = of_language.find(key);
  return found == of_language.end() ? nullptr : &found->second;
}

}  // namespace extractive
}  // namespace footnote
