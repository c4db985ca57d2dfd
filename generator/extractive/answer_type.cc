#include "generator/extractive/answer_type.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/utf8.h"
#include "text/fold.h"
#include "text/romanian.h"
#include "text/words.h"

namespace footnote {
namespace extractive {
namespace {

constexpr int kTypeCount = 8;

// One language's question words, phrases parted by '|', written as its readers
// write them; folded before they are compared. A phrase that ends in '*' also
// matches the beginning of a word. Phrases of zh, ja and ko match anywhere, but
// one that ends in '$' only at the question's end ("… 年は？").
struct Row {
  Language language;
  const char* date;
  const char* number;
  const char* reason;
  const char* place;
  const char* person;
  const char* manner;
  const char* definition;
};

constexpr Row kRows[] = {
    {Language::kAr,
     "متى|أي عام|أي سنة|أي تاريخ|أي قرن|أي وقت|العام الذي|في عام|أي يوم|أي شهر",
     "كم|ما عدد|ما هو عدد|نسبة|ما مقدار|ما هي المسافة|عدد",
     "لماذا|ما سبب|ما هو سبب|لأي سبب",
     "أين|أي مكان|أي دولة|أي مدينة|أي بلد|أي منطقة",
     "من|من هو|من هي|من الذي|لمن|بمن|ممن|مع من",
     "كيف يمكنني|كيف يمكن|كيف أستطيع|كيف أقوم|كيف", "ما هو|ما هي|ما|ماذا"},
    {Language::kCs,
     "kdy|kterém roce|jakém roce|kterém století|jaké datum|který rok|který den",
     "kolik|kolika|kolikrát|jak dlouho|jak velký|jak starý|jak vysoký",
     "proč|z jakého důvodu|jaký důvod",
     "kde|kam|odkud|které zemi|kterém městě|které město|která země",
     "kdo|koho|komu|kým|čí|jak se jmenuje",
     "jak udělám|jak mohu|jak můžu|jak lze|jakým způsobem|jak",
     "co je|co to je|co znamená|co|jaký je"},
    {Language::kDe,
     "wann|welchem Jahr|welches Jahr|welchem Jahrhundert|welchem Jahrzehnt|"
     "welchem Datum|welchem Monat|welchem Tag|seit wann",
     "wie viel|wie viele|wie vielen|wieviel|wieviele|wie lange|wie groß|wie "
     "alt|wie hoch|wie weit|wie oft|wie schnell|was kostet|was kosten|"
     "Prozentsatz|Prozent",
     "warum|weshalb|wieso|weswegen|aus welchem Grund",
     "wo|wohin|woher|welchem Land|welcher Stadt|welchem Ort|welches "
     "Land|welche Stadt",
     "wer|wen|wem|wessen",
     "wie mache ich|wie macht man|wie kann ich|wie kann man|auf welche "
     "Weise|wie",
     "was ist|was sind|was bedeutet|was versteht man"},
    {Language::kEl,
     "πότε|ποιο έτος|ποια χρονιά|ποια ημερομηνία|ποιον αιώνα|ποιο χρόνο|τι "
     "χρονιά|ποια δεκαετία|ποιο μήνα",
     "πόσο|πόσοι|πόσες|πόσα|πόσων|πόσους|πόση|ποσοστό",
     "γιατί|για ποιο λόγο|ποιος λόγος",
     "πού|ποια χώρα|ποια πόλη|ποιο μέρος|ποια περιοχή",
     "ποιος|ποιοι|ποιον|ποια|ποιους|ποιανού|τίνος|ποιου",
     "πώς μπορώ να|πώς μπορώ|πώς κάνω|πώς", "τι είναι|τι σημαίνει|τι"},
    {Language::kEn,
     "when|what year|which year|what date|what century|which century|what "
     "decade|what month|what day|what time|in what years",
     "how many|how much|how long|how old|how far|how large|how big|how "
     "tall|how high|how deep|how wide|how fast|how often|what "
     "percentage|what percent|what number|population|what is the size|what "
     "size|what amount",
     "why|what caused|what reason|for what reason",
     "where|what city|which city|what country|which country|what state|what "
     "place|what region|what location",
     "who|whom|whose|what person|which person|what was the name", "how",
     "what is|what are|what was|what does"},
    {Language::kEs,
     "cuándo|qué año|cuál año|cuál es la fecha|cuál fue la fecha|qué fecha|qué "
     "siglo|qué década|qué mes|qué día",
     "cuánto|cuántos|cuánta|cuántas|qué porcentaje|qué número|cuál es el "
     "número|cuál es el precio",
     "por qué|cuál fue la razón|qué motivo|qué razón",
     "dónde|adónde|qué ciudad|qué país|qué lugar|qué región",
     "quién|quiénes|de quién|a quién",
     "cómo hago para|cómo hago|cómo se hace|cómo puedo|cómo",
     "qué es|qué son|cuál es|qué significa|qué"},
    {Language::kFa,
     "چه زمانی|چه زمان|چه سالی|چه تاریخی|کدام سال|چه وقت|چه موقع|چه قرنی|کی "
     "بود|کی شد|سال چند|چه دوره|در کی|تاریخ*",
     "چند|چقدر|چه مقدار|چه تعداد|چه میزان|چندمین|درصد|مساحت|جمعیت",
     "چرا|به چه علت|به چه دلیل|چه علت*|علت|دلیل",
     "کجا*|کدام شهر|کدام کشور|چه کشور*|چه شهر*|کدام منطقه|کدام استان",
     "چه کسی|چه کسانی|کیست|کی|چه شخصی|کدام شخص",
     "چگونه می توانم|چطور می توانم|چگونه|چطور|چه طور", "چیست|چیه|چه چیزی"},
    {Language::kFr,
     "quand|quelle année|quelle date|quel siècle|quelle période|quelle "
     "époque|quel mois|quel jour|quelle heure|quelle ère|quelle est la "
     "date|quelle était la date|quelle fut la date",
     "combien|quel est le prix|quel pourcentage|quel âge|quelle taille|quelle "
     "distance|quel "
     "nombre|quelle est la population|quelle superficie|quelle "
     "longueur|quelle hauteur|quelle durée|quel est le nombre|quel était le "
     "nombre|quelle est la taille|quelle était la taille|quelle est la "
     "superficie|quelle est la longueur|quelle est la hauteur|quelle est la "
     "durée",
     "pourquoi|pour quelle raison|quelle raison",
     "où|d'où|jusqu'où|quel pays|quelle ville|quel endroit|quel lieu|quelle "
     "région",
     "qui|par qui|à qui|de qui",
     "comment faire pour|comment faire|comment puis je|comment peut on|"
     "comment",
     "qu'est-ce|qu'est ce|quel est|quelle est|que signifie"},
    {Language::kHe,
     "מתי|באיזו שנה|איזו שנה|באיזה תאריך|באיזו מאה|באיזה עשור|באיזה "
     "יום|באיזה חודש|איזה שנה",
     "כמה|בכמה|לכמה|מה גובה|מה מספר|מה אחוז|מה גודל|מהו מספר|בן כמה|באיזה "
     "אחוז",
     "מדוע|למה|מה הסיבה|בגלל מה|מפני מה",
     "היכן|איפה|לאן|מאין|באיזו עיר|באיזה מקום|באיזו מדינה|מהיכן",
     "מי|את מי|למי|של מי|עם מי|ממי|על ידי מי",
     "כיצד ניתן|כיצד אפשר|איך אפשר|איך אני|כיצד|איך|באיזה אופן|באיזו דרך",
     "מהו|מהי|מה זה|מהם|מהן"},
    {Language::kHi,
     "कब|किस वर्ष|किस साल|किस सदी|किस शताब्दी|किस तारीख|किस दशक|किस महीने|किस "
     "दिन",
     "कितने|कितनी|कितना|कितनों|प्रतिशत", "क्यों|किस कारण",
     "कहाँ|कहां|किस शहर|किस देश|किस स्थान|किस जगह",
     "किसने|कौन|किसके|किसको|किसे|किसकी|किसका", "कैसे करें|कैसे करूँ|मैं कैसे|कैसे|किस प्रकार",
     "क्या है|क्या"},
    {Language::kId,
     "kapan*|tahun berapa*|bilakah|tanggal berapa|abad ke berapa",
     "berapa*|berapakah", "mengapa|kenapa|apa sebab|apa penyebab|apa alasan",
     "dimana*|di mana*|kemana|ke mana|mana|manakah|negara mana",
     "siapa*|oleh siapa", "bagaimana cara*|bagaimana*|gimana cara*|gimana",
     "apa itu|apakah|apa|apa yang dimaksud"},
    {Language::kIt,
     "quando|che anno|quale anno|che data|quale data|quale secolo|che "
     "secolo|che periodo|quale periodo|che giorno|quale giorno|che mese|quale "
     "mese|che ora",
     "quanto|quanti|quanta|quante|che percentuale|quale percentuale|qual è il "
     "prezzo",
     "perché|per quale motivo|come mai|quale motivo",
     "dove|dov|dov'è|dov'era|che città|quale città|che paese|quale paese|quale "
     "regione",
     "chi|di chi|da chi|a chi",
     "come faccio a|come faccio|come si fa a|come fare per|come fare|come "
     "posso|come",
     "che cosa|cosa|cos'è|qual è"},
    {Language::kJa,
     "いつ|何年|何月|何日|何世紀|何時|年代|年月日|年は$|日は$|時期は$",
     "いくつ|何人|何%|何パーセント|どのくらい|どれくらい|何個|何歳|何度|いくら|"
     "何回|何番|何キロ|何種|何メートル|何本|何カ|何か国|何分|人口|何条|何曲|"
     "何千|何万|何件|何名|何社|なんかい|"
     "年数は$|回数は$|人数は$",
     "なぜ|どうして|理由|原因",
     "どこ|どの国|何市|何県|何国|国は$|場所は$|都市は$|地域は$",
     "誰|だれ|人物|何という人|人は$|者は$",
     "どのように|どうやって|どのような|どうすれば|どうしたら|どうやれば|"
     "方法は$|仕方は$|手順は$|方法を教えて|仕方を教えて|手順を教えて|るには$|"
     "すには$|"
     "くには$|うには$|つには$|ぶには$|むには$|ぐには$",
     "とは|何ですか|何と"},
    {Language::kKo,
     "언제|몇 년|몇년|어느 해|몇 월|몇월|며칠|연도|년도|날짜|시기| 해는$",
     "몇|얼마|비율|나이는$|수량은$|액수는$|인원은$|면적은$|인구는$",
     "왜|이유|원인",
     "어디|어느 나라|어느 도시|나라는|도시는|장소는|곳은|지역은",
     "누구|누가|사람은|이름은|인물은",
     "어떻게|어떤 방법|방법은$|방법을 알려|방법 알려|방법이 뭐|려면$",
     "무엇|뭐"},
    {Language::kNl,
     "wanneer|welk jaar|welke datum|welke eeuw|welke dag|welke maand",
     "hoeveel|wat kost|wat kosten|hoe lang|hoe groot|hoe oud|hoe hoog|hoe "
     "ver|hoe vaak|welk "
     "percentage",
     "waarom|om welke reden",
     "waar|waarheen|waarvandaan|welk land|welke stad|welke plaats",
     "wie|wiens|door wie",
     "hoe maak ik|hoe doe ik|hoe kan ik|hoe kun je|op welke manier|hoe",
     "wat is|wat zijn|wat betekent|wat"},
    {Language::kPl,
     "kiedy|którym roku|jakim roku|którym wieku|jakim wieku|jakiego "
     "roku|którego roku|jakich latach|którym dniu",
     "ile|ilu|iloma|jak długo|jak dużo|jaki procent|jak wiele|jak daleko|jak "
     "wysoki",
     "dlaczego|czemu|z jakiego powodu|jaki powód",
     "gdzie|dokąd|skąd|którym kraju|jakim kraju|jakim mieście|którym mieście",
     "kto|kogo|komu|kim|czyj|czyja|czyje",
     "jak zrobić|jak mogę|jak można|w jaki sposób|jak",
     "co to|czym jest|co oznacza|co"},
    {Language::kPt,
     "quando|que ano|qual ano|que data|qual data|que século|qual "
     "século|qual período|que dia|que mês|qual a data|qual é a data|qual foi a "
     "data",
     "quanto|quantos|quanta|quantas|qual o número|que porcentagem|qual a "
     "porcentagem|qual é o número|qual era o número|qual a população|qual é o "
     "preço|qual o "
     "preço",
     "por que|por quê|porque|qual o motivo|qual motivo|por qual motivo",
     "onde|aonde|qual cidade|que cidade|que país|qual país|qual região",
     "quem|de quem|por quem",
     "como faço para|como fazer para|como faço|como fazer|como se "
     "faz|como posso|como",
     "o que|qual é"},
    {Language::kRo,
     "când|ce an|ce ani|care este data|care a fost data|ce dată|ce secol|ce "
     "deceniu|ce lună|ce zi",
     "cât|câți|câte|câtă|câtor|ce procent|care este numărul|care a fost "
     "numărul",
     "de ce|din ce cauză|ce motiv", "unde|ce oraș|ce țară|ce loc",
     "cine|cui|pe cine|de cine", "cum fac|cum pot|cum se face|cum",
     "ce este|ce sunt|ce înseamnă|ce"},
    {Language::kRu,
     "когда|каком году|каком веке|какого года|какой год|каком месяце|какую "
     "дату|какой день|каком столетии",
     "сколько|сколькими|скольких|какое количество|каково количество|какова "
     "численность|каков процент|какой процент|как долго|как "
     "часто",
     "почему|зачем|по какой причине|отчего",
     "где|куда|откуда|какой стране|каком городе|каком месте",
     "кто|кого|кому|кем|ком|чей|чья|чьё",
     "как сделать|как мне|как можно|каким образом|как",
     "что такое|что означает|что"},
    {Language::kTr,
     "ne zaman*|hangi yıl*|kaç yılında|hangi tarih*|hangi yüzyıl*|hangi "
     "ay*|hangi gün*|hangi on yıl*",
     "kaç*|ne kadar|yüzde kaç|kaçıncı|yüzdesi", "neden|niye|niçin|sebebi",
     "nerede*|nereye|nereden|neresi*|hangi ülke*|hangi şehir*|nereler*",
     "kim*|kimler*", "nasıl yapılır|nasıl yaparım|nasıl yapabilirim|nasıl",
     "nedir|ne|ne demek"},
    {Language::kUk,
     "коли|якому році|якого року|який рік|якому столітті|якому місяці|який "
     "день",
     "скільки|скількох|скількома|який відсоток|як довго|як часто",
     "чому|навіщо|з якої причини",
     "де|куди|звідки|якій країні|якому місті|якому місці",
     "хто|кого|кому|ким|чий|чия|чиє",
     "як зробити|як мені|як можна|яким чином|як", "що таке|що означає|що"},
    {Language::kVi,
     "khi nào|năm nào|bao giờ|ngày nào|tháng nào|thế kỷ nào|lúc nào|thời gian "
     "nào|thập kỷ nào|thập niên nào",
     "bao nhiêu|mấy|bao lâu|bao xa|tỷ lệ|phần trăm", "tại sao|vì sao|lý do",
     "ở đâu|đâu|nơi nào|nước nào|thành phố nào|quốc gia nào|địa điểm|"
     "tỉnh nào|quận nào|huyện nào|bang nào|vùng nào|khu vực nào",
     "ai|người nào|những ai",
     "làm thế nào để|làm thế nào|làm sao để|làm sao|làm cách nào để|làm "
     "cách nào|bằng cách nào|như thế nào|thế nào|cách nào",
     "là gì|gì"},
    {Language::kZh,
     "何时|什么时候|哪一年|哪年|哪个世纪|哪一天|几月|什么时间|年份|日期",
     "多少|几|多长|多大|多高|多远|百分之|多久|多快|多重|多深|多宽",
     "为什么|为何|原因|缘故",
     "哪里|哪儿|在哪|何处|哪个国家|哪个城市|什么地方|哪座城市|哪国|哪个地区|"
     "哪个城镇|哪个省|哪个州",
     "谁|哪位|哪一位|哪个人|哪些人|何人",
     "如何|怎么|怎样|的方法$|方法是$|步骤是$", "是什么|什么是|什么"},
};

// `folded` without marks and spaces at its end, and with the sign of an end
// that phrases have.
std::string Ended(std::string folded) {
  constexpr absl::string_view kMarks[] = {"?", "!", ".", " ", "。", "」"};
  const auto ends = [&folded](absl::string_view mark) {
    return absl::EndsWith(folded, mark);
  };
  const absl::string_view* mark;
  while ((mark = std::find_if(std::begin(kMarks), std::end(kMarks), ends)) !=
         std::end(kMarks)) {
    folded.resize(folded.size() - mark->size());
  }
  return folded + "$";
}

// Words that ask for a thing or its kind ("what", "which") of languages where
// "when" and "how" are conjunctions as well; parted by '|'.
struct AskingForAThing {
  Language language;
  const char* words;
};

constexpr AskingForAThing kThings[] = {
    {Language::kCs,
     "co|čím|jaký|jaká|jaké|jakou|který|která|které|kterou|kterém"},
    {Language::kDe,
     "was|welche|welcher|welches|welchen|welchem|worin|womit|wofür|wodurch"},
    {Language::kEn, "what|which"},
    {Language::kFr, "que|quel|quelle|quels|quelles"},
    {Language::kIt, "che|cosa|quale|quali|qual"},
    {Language::kNl, "wat|welk|welke"},
    {Language::kPl,
     "co|czym|jaki|jaka|jakie|jaką|jakim|który|która|które|którą|którym"},
    {Language::kPt, "que|qual|quais"},
    {Language::kRo, "ce|care"},
    {Language::kRu,
     "что|чем|какой|какая|какое|какие|какую|каком|какого|каким|каков|какова"},
    {Language::kUk, "що|чим|який|яка|яке|які|яку|якому|якого|яким"},
};

// Words by which "how" asks for a name: "¿Cómo se llama …?", "Wie heißt …?".
// Phrases as in Row.
struct Naming {
  Language language;
  const char* words;
};

constexpr Naming kNamings[] = {
    {Language::kAr, "يسمى|تسمى|سمي|سميت|يدعى|تدعى|يطلق"},
    {Language::kCs, "jmenuj*|jmenov*|nazýv*|říká|říkalo"},
    {Language::kDe,
     "heißt|heißen|hieß|hießen|nennt|nannte|genannt|bezeichnet|lautet|lautete"},
    {Language::kEl, "λέγεται|λέγονται|λεγόταν|ονομάζ*|ονομαζ*|λένε|έλεγαν"},
    {Language::kEs,
     "se llama|se llaman|se llamaba|se llamaban|se llamó|llamado|llamada|se "
     "denomina|se denominan|se denominaba|se conoce|se conocía"},
    {Language::kFa, "نامیده|می‌نامند|خوانده"},
    {Language::kFr,
     "s'appel*|appelle|appelait|appelaient|appelé|appelée|nomme|nommait|nommé|"
     "nommée"},
    {Language::kHe, "נקרא|נקראת|נקראו|נקראה|מכונה|כונה"},
    {Language::kHi, "कहते|कहा|पुकारा"},
    {Language::kId, "disebut|dinamakan"},
    {Language::kIt,
     "chiama|chiamano|chiamava|chiamavano|chiamato|chiamata|chiamati"},
    {Language::kJa, "呼ばれ|称され|名付けられ"},
    {Language::kKo, "불리|불렸|불린|불려"},
    {Language::kNl, "heet|heten|heette|heetten|noemt|noemde|genoemd"},
    {Language::kPl, "nazywa*|nazwan*|brzmi|brzmiał*"},
    {Language::kPt, "chama|chamam|chamava|chamado|chamada|denomina"},
    {Language::kRo, "numește|numesc|numea|numeau|numit|numită|cheamă|chema"},
    {Language::kRu, "называ*|зовут|звали|назвали"},
    {Language::kTr, "adlandır*|denir|denirdi|deniyor*"},
    {Language::kUk, "назива*|звуть|звали|звати|назвали"},
    {Language::kVi, "được gọi"},
    {Language::kZh, "称呼|被称|称为"},
};

// A word as it is compared. In scripts that have accents they tell words apart
// ("où" from "ou", "mấy" from "máy"), but not everybody types them.
struct AskingWord {
  std::string careful;
  std::string bare;
};
using AskingWords = std::vector<AskingWord>;

// Text as it is compared: words; of scripts without spaces the folded text.
struct Comparable {
  AskingWords words;
  std::string folded;
  // No word has an accent: whoever wrote it has none, or needed none.
  bool is_bare = true;
};

// Latin and Greek letters have accents; the letters of other scripts that
// folding takes for the same are spellings of one word.
bool HasAccents(absl::string_view careful) {
  int length = 1;
  const char32_t first = careful.empty() ? 0 : DecodeUtf8(careful, 0, &length);
  return first < 0x0400 || (first >= 0x1E00 && first <= 0x1FFF);
}

Comparable Compare(absl::string_view utf8, Language language) {
  Comparable made;
  if (IsWrittenWithoutSpaces(language)) {
    made.folded = Fold(utf8, language);
    return made;
  }
  std::string careful = FoldCarefully(utf8, language);
  if (language == Language::kRo) careful = WithCommas(careful);
  std::vector<Word> words;
  Words(careful, &words);
  for (const Word& word : words) {
    AskingWord added;
    added.careful = careful.substr(word.span.begin, word.span.size());
    AppendBare(added.careful, &added.bare);
    if (!HasAccents(added.careful)) added.careful = added.bare;
    made.is_bare &= added.careful == added.bare;
    made.words.push_back(std::move(added));
  }
  return made;
}

struct Phrase {
  // As a person wrote it; of scripts without spaces, as it is compared.
  std::string text;
  AskingWords words;
  // The last of the words is a beginning.
  bool is_open = false;
  AnswerType type;
};

// Behind the third word a question rarely asks, unless it asks twice.
constexpr size_t kEarlyWords = 3;

// In the order of the enum: the first match decides.
using PhraseTable = std::array<std::vector<Phrase>, kLanguageCount>;

std::string Joined(const AskingWords& words) {
  return absl::StrJoin(
      words, " ",
      [](std::string* out, const AskingWord& word) { out->append(word.bare); });
}

void AddPhrases(absl::string_view texts, Language language, AnswerType type,
                std::vector<Phrase>* phrases) {
  for (absl::string_view text : absl::StrSplit(texts, '|')) {
    Phrase phrase;
    phrase.is_open = absl::ConsumeSuffix(&text, "*");
    phrase.type = type;
    Comparable compared = Compare(text, language);
    phrase.words = std::move(compared.words);
    phrase.text = phrase.words.empty() ? std::move(compared.folded)
                                       : Joined(phrase.words);
    phrases->push_back(std::move(phrase));
  }
}

PhraseTable BuildTable() {
  PhraseTable table;
  for (const Row& row : kRows) {
    const char* const columns[kTypeCount] = {
        nullptr,   row.date,   row.number, row.reason,
        row.place, row.person, row.manner, row.definition};
    for (int type = 1; type < kTypeCount; ++type) {
      AddPhrases(columns[type], row.language, static_cast<AnswerType>(type),
                 &table[static_cast<int>(row.language)]);
    }
  }
  return table;
}

PhraseTable BuildNamings() {
  PhraseTable table;
  for (const Naming& naming : kNamings) {
    AddPhrases(naming.words, naming.language, AnswerType::kDefinition,
               &table[static_cast<int>(naming.language)]);
  }
  return table;
}

const std::vector<Phrase>& PhrasesOf(Language language) {
  static const PhraseTable* const table = new PhraseTable(BuildTable());
  return (*table)[static_cast<int>(language)];
}

// Whether `phrase` stands at word `at` of `text`. A word without the phrase's
// accents is taken for it where the question has none at all, or early.
bool StandsAt(const Phrase& phrase, const Comparable& text, size_t at) {
  if (phrase.words.empty() || at + phrase.words.size() > text.words.size()) {
    return false;
  }
  for (size_t i = 0; i < phrase.words.size(); ++i) {
    const AskingWord& asks = phrase.words[i];
    const std::string& word = text.words[at + i].careful;
    const bool forgiving = text.is_bare || at + i < kEarlyWords;
    const bool open = phrase.is_open && i + 1 == phrase.words.size();
    const auto same = [&](const std::string& form) {
      return open ? absl::StartsWith(word, form) : word == form;
    };
    if (!same(asks.careful) && !(forgiving && same(asks.bare))) return false;
  }
  return true;
}

// Where it stands first, in words; of scripts without spaces 0. npos: nowhere.
size_t Find(const Phrase& phrase, const Comparable& text) {
  if (!text.folded.empty()) {
    return absl::StrContains(text.folded, phrase.text) ? 0 : std::string::npos;
  }
  for (size_t at = 0; at < text.words.size(); ++at) {
    if (StandsAt(phrase, text, at)) return at;
  }
  return std::string::npos;
}

// Whether a "how" at word `how` asks for a name: the verb is near, or ends the
// question. "How do I open the file called …?" asks for none.
bool AsksForAName(const Comparable& text, size_t how, Language language) {
  static const PhraseTable* const table = new PhraseTable(BuildNamings());
  constexpr size_t kNear = 3;
  const auto& phrases = (*table)[static_cast<int>(language)];
  return std::any_of(phrases.begin(), phrases.end(), [&](const Phrase& phrase) {
    if (!text.folded.empty()) return Find(phrase, text) != std::string::npos;
    for (size_t at = 0; at < text.words.size(); ++at) {
      const size_t apart = at > how ? at - how : how - at;
      const bool near = apart <= kNear || text.words.size() - at <= kNear;
      if (near && StandsAt(phrase, text, at)) return true;
    }
    return false;
  });
}

// Whether a question begins with the words of a number, reason, place, person
// or manner. A "when" further on is no question then: "How old was he when …?"
bool BeginsOtherwise(const Comparable& text,
                     const std::vector<Phrase>& phrases) {
  return std::any_of(phrases.begin(), phrases.end(), [&](const Phrase& phrase) {
    return phrase.type != AnswerType::kDate &&
           phrase.type != AnswerType::kDefinition && StandsAt(phrase, text, 0);
  });
}

// Whether one of the first words asks for a thing: "In which book …?"
bool AsksForAThing(const Comparable& text, Language language) {
  for (const AskingForAThing& things : kThings) {
    if (things.language != language) continue;
    const std::vector<absl::string_view> asking =
        absl::StrSplit(things.words, '|');
    const size_t early = std::min(kEarlyWords, text.words.size());
    for (size_t i = 0; i < early; ++i) {
      if (std::find(asking.begin(), asking.end(), text.words[i].careful) !=
          asking.end()) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

bool IsWrittenWithoutSpaces(Language language) {
  return language == Language::kJa || language == Language::kZh ||
         language == Language::kKo;
}

absl::string_view AnswerTypeName(AnswerType type) {
  static constexpr absl::string_view kNames[kTypeCount] = {
      "any",   "date",   "number", "reason",
      "place", "person", "manner", "definition"};
  return kNames[static_cast<int>(type)];
}

AnswerType FindAnswerType(absl::string_view question, Language language) {
  return FindAskedType(question, language).type;
}

bool BeginsWithAsking(absl::string_view text, Language language) {
  if (IsWrittenWithoutSpaces(language)) return false;
  const std::vector<Phrase>& phrases = PhrasesOf(language);
  const Comparable compared = Compare(text, language);
  return std::any_of(phrases.begin(), phrases.end(), [&](const Phrase& phrase) {
    return StandsAt(phrase, compared, 0);
  });
}

AskedType FindAskedType(absl::string_view question, Language language) {
  const std::vector<Phrase>& phrases = PhrasesOf(language);
  if (phrases.empty()) return {};
  // A question word stands near an end; long questions are not read whole.
  constexpr size_t kReadBytes = 2000;
  std::string text;
  if (question.size() > 2 * kReadBytes) {
    text = absl::StrCat(question.substr(0, kReadBytes), " ",
                        question.substr(question.size() - kReadBytes));
    question = text;
  }
  Comparable compared = Compare(question, language);
  if (IsWrittenWithoutSpaces(language)) {
    compared.folded = Ended(std::move(compared.folded));
  }
  const bool begins_otherwise = BeginsOtherwise(compared, phrases);
  const bool asks_for_a_thing = AsksForAThing(compared, language);
  for (const Phrase& phrase : phrases) {
    const size_t at = Find(phrase, compared);
    if (at == std::string::npos) continue;
    const bool date = phrase.type == AnswerType::kDate;
    const bool conjunction = (date && begins_otherwise) ||
                             ((date || phrase.type == AnswerType::kManner) &&
                              asks_for_a_thing && phrase.words.size() == 1);
    if (conjunction && at >= kEarlyWords) continue;
    // "How is it called?" asks what it is called.
    if (phrase.type == AnswerType::kManner &&
        AsksForAName(compared, at, language)) {
      return {AnswerType::kDefinition, phrase.text};
    }
    return {phrase.type, phrase.text};
  }
  return {};
}

}  // namespace extractive
}  // namespace footnote
