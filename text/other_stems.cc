#include "text/other_stems.h"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "text/fold.h"
#include "text/korean_forms.h"
#include "text/language_table.h"
#include "text/stem_light.h"
#include "text/stem_shifts.h"

namespace footnote {
namespace {

// Words whose forms no rule gives, one a line: too short for the stemmer to
// take their endings off, or changed within. The forms that people ask with.
constexpr char kCzech[] =
    "den dne dni dnem dnu dnů dnům dnech dny\n"
    "týden týdne týdnu týdnem týdny týdnů týdnech\n"
    "pes psa psu psovi psem psi psy psů psům psech\n"
    "sen snu snem sny snů snech\n"
    "les lese lesa lesu lesem lesy lesů lesích\n"
    "hra hry hře hru hrou her hrám hrách hrami\n"
    "dům domu domě domem domy domů domech\n"
    "stůl stolu stole stolem stoly stolů\n"
    "nůž nože noži nožem nožů nožům\n"
    "vůz vozu voze vozem vozy vozů\n"
    "dvůr dvora dvoru dvoře dvorem dvory dvorů\n"
    "hůl hole holi holí\n"
    "důl dolu dole dolem doly dolů\n"
    "sůl soli solí\n"
    "rok roku roce rokem roky\n"
    "vlk vlka vlkovi vlkem vlci vlky vlků\n"
    "ruka ruky ruce ruku rukou rukama\n"
    "noha nohy noze nohu nohou nohám nohama\n"
    "váha váhy váze váhu váhou\n"
    "vítr větru větrem větry\n"
    "sníh sněhu sněhem\n"
    "chléb chleba chlebu chlebem chleby\n"
    "oheň ohně ohni ohněm ohňů\n"
    "dveře dveří dveřím dveřmi dveřích\n"
    "oko oči očí očím očima\n"
    "ucho uši uší uším ušima\n"
    "člověk člověka člověku člověče\n"
    "přítel přítele příteli přátelé přátel přátelům\n"
    "kůň koně koni koněm koní koním\n"
    "dítě dítěte dítěti děti dětí dětem dětmi dětech\n"
    "Praha Prahy Praze Prahu Prahou\n";

constexpr char kPolish[] =
    "dzień dnia dniu dniem dni dniom dniami dniach\n"
    "tydzień tygodnia tygodniu tygodniem tygodnie tygodni tygodniach\n"
    "pies psa psu psem psie psy psów psom psami psach\n"
    "sen snu snem śnie sny snów snach\n"
    "len lnu lnem\n"
    "las lasu lasem lesie lasy lasów lasach\n"
    "miasto miasta miastu miastem mieście miast miastach\n"
    "świat świata światu światem świecie światy\n"
    "lato lata latem lecie\n"
    "ciasto ciasta ciastem cieście ciast\n"
    "kwiat kwiatu kwiatem kwiecie kwiaty kwiatów\n"
    "powiat powiatu powiatem powiecie powiaty powiatów\n"
    "obiad obiadu obiadem obiedzie obiady obiadów\n"
    "sąsiad sąsiada sąsiadem sąsiedzi sąsiadów\n"
    "zjazd zjazdu zjeździe zjazdy\n"
    "wyjazd wyjazdu wyjeździe wyjazdy\n"
    "przyjazd przyjazdu przyjeździe przyjazdy\n"
    "pojazd pojazdu pojeździe pojazdy pojazdów\n"
    "gwiazda gwiazdy gwieździe gwiazd\n"
    "brat brata bratu bratem bracia braci braciom\n"
    "ksiądz księdza księdzu księdzem księża księży\n"
    "przyjaciel przyjaciela przyjacielem przyjaciele przyjaciół przyjaciołom\n"
    "oko oka okiem oczy oczu oczom oczami\n"
    "ucho ucha uchem uszy uszu uszami\n"
    "kozioł kozła kozłem kozły kozłów koźle\n"
    "kocioł kotła kotłem kotły kotłów kotle\n"
    "ul ula ulu ulem ule uli ulach\n"
    "marzec marca marcu marcem\n"
    "orzeł orła orłem orły orłów\n"
    "dwa dwie dwóch dwóm dwoma\n"
    "dziecko dziecka dziecku dzieckiem dzieci dzieciom dziećmi dzieciach\n";

constexpr char kRomanian[] =
    "cal calul calului cai caii cailor\n"
    "miel mielul mielului miei mieii mieilor\n"
    "vițel vițelul vițelului viței vițeii vițeilor\n"
    "copil copilul copilului copii copiii copiilor\n"
    "băiat băiatul băiatului băieți băieții băieților\n"
    "masă masa mesei mese mesele meselor\n"
    "fată fata fetei fete fetele fetelor\n"
    "vară vara verii veri verile verilor\n"
    "casă casa casei case casele caselor\n"
    "cămașă cămașa cămășii cămăși cămășile\n"
    "tabără tabăra taberei tabere taberele taberelor\n"
    "om omul omului oameni oamenii oamenilor\n"
    "soră sora surorii surori surorile surorilor\n"
    "mână mâna mâinii mâini mâinile mâinilor\n"
    "zi ziua zilei zile zilele zilelor\n"
    "ou oul oului ouă ouăle ouălor\n"
    "cap capul capului capete capetele\n"
    "râu râul râului râuri râurile\n"
    "sare sarea sării săruri sărurile sărurilor\n"
    "oaie oaia oii oi oile oilor\n"
    "nepot nepotul nepoți nepoții nepoată nepoata nepoate nepoatele\n"
    "cheie cheia cheii chei cheile cheilor\n";

constexpr char kRussian[] =
    "день дня дню днем дне дни дней дням днями днях\n"
    "пень пня пню пнем пне пни пней пням пнями пнях\n"
    "сон сна сну сном сне сны снов снам снах\n"
    "лед льда льду льдом льде льды льдов\n"
    "лев льва льву львом львы львов львам\n"
    "лен льна льну льном\n"
    "лоб лба лбу лбом лбы\n"
    "рот рта рту ртом рты\n"
    "пес пса псу псом псы псов псам псами\n"
    "овес овса овсу овсом овсе\n"
    "мох мха мху мхом мхи мхов\n"
    "ров рва рву рвом рвы рвов\n"
    "шов шва шву швом швы швов\n"
    "рожь ржи рожью\n"
    "ложь лжи ложью\n"
    "вошь вши вшей\n"
    "церковь церкви церковью церквей церквам церквах\n"
    "любовь любви любовью\n"
    "ноготь ногтя ногтю ногтем ногти ногтей ногтям\n"
    "локоть локтя локтю локтем локти локтей\n"
    "коготь когтя когтю когтем когти когтей\n"
    "деготь дегтя дегтю дегтем\n"
    "ломоть ломтя ломтю ломтем ломти ломтей\n"
    "отец отца отцу отцом отце отцы отцов отцам\n"
    "заяц зайца зайцу зайцем зайцы зайцев зайцам\n"
    "яйцо яйца яйцу яйцом яиц яйцам яйцами яйцах\n"
    "огонь огня огню огнем огне огни огней\n"
    "дно дна дну дном дне\n"
    "зло зла злу злом зол\n"
    "мать матери матерью матерей матерям матерях\n"
    "дочь дочери дочерью дочерей дочерям дочерях\n"
    "время времени временем времена времен временам\n"
    "имя имени именем имена имен именам\n"
    "семя семени семенем семена семян семенам\n"
    "знамя знамени знаменем знамена знамен\n"
    "племя племени племенем племена племен\n"
    "пламя пламени пламенем\n"
    "ребенок ребенка ребенку ребенком ребята ребят\n"
    "щенок щенка щенку щенком щенки щенков щенята щенят\n"
    "письмо письма письму письмом писем письмам письмах\n"
    "семья семьи семье семью семьей семей семьям\n"
    "статья статьи статье статью статьей статей статьям статьях\n"
    "скамья скамьи скамье скамью скамей скамьям\n"
    "судья судьи судье судью судьей судей судьям\n";

constexpr char kUkrainian[] =
    "день дня дню днем дні днів дням днями днях\n"
    "пень пня пню пнем пні пнів пнями\n"
    "сон сну сном сні сни снів снами\n"
    "лід льоду льодом льоді льоди\n"
    "лев лева левом леви левів\n"
    "льон льону льоном\n"
    "мох моху мохом\n"
    "пес пса псу псові псом пси псів псам псами\n"
    "тиждень тижня тижню тижнем тижні тижнів тижнях\n"
    "вогонь вогню вогнем вогні вогнів\n"
    "ім'я імені іменем імена імен іменам\n"
    "мати матері матір'ю матерів матерям\n"
    "око ока оці очі очей очам очима\n"
    "вухо вуха вусі вуха вух вухам\n"
    "Київ Києва Києву Києвом Києві\n"
    "яйце яйця яйцю яйцем яєць яйцям\n"
    "олень оленя оленю оленем олені оленів\n"
    "сім'я сім'ї сім'ю сім'єю сімей сім'ям\n"
    "стаття статті статтю статтею статей статтям статтях\n"
    "суддя судді суддю суддею суддів суддям\n"
    "дитина дитини дитині дитину діти дітей дітям дітьми\n"
    "теля теляти телят телята\n"
    "курча курчати курчат курчата\n"
    "плем'я племені племена племен\n"
    "зерно зерна зерну зерном зерні зерен\n"
    "дно дна дну дном дні\n"
    "сіль солі сіллю солей\n"
    "ніч ночі ніччю ночей ночами\n"
    "піч печі піччю печей печами\n"
    "річ речі річчю речей речами\n"
    "осінь осені осінню\n";

const char* IrregularWords(Language language) {
  switch (language) {
    case Language::kCs:
      return kCzech;
    case Language::kPl:
      return kPolish;
    case Language::kRo:
      return kRomanian;
    case Language::kRu:
      return kRussian;
    case Language::kUk:
      return kUkrainian;
    default:
      return "";
  }
}

// The distinct stems of the words of `text`.
std::vector<std::string> StemsOf(absl::string_view text, Language language,
                                 Analyzer* analyzer) {
  std::vector<ExplainedToken> tokens;
  analyzer->Explain(text, language, &tokens);
  std::vector<std::string> stems;
  for (ExplainedToken& each : tokens) {
    if (each.token.channel == kChannelStem &&
        std::find(stems.begin(), stems.end(), each.term) == stems.end()) {
      stems.push_back(std::move(each.term));
    }
  }
  return stems;
}

// What is known of a language beforehand.
struct Known {
  Known(Language language, Analyzer* analyzer) {
    for (std::string& stem :
         StemsOf(RowOf(language).stop_words, language, analyzer)) {
      function_words.insert(std::move(stem));
    }
    for (absl::string_view line :
         absl::StrSplit(IrregularWords(language), '\n', absl::SkipEmpty())) {
      const std::vector<std::string> stems = StemsOf(line, language, analyzer);
      for (const std::string& stem : stems) {
        std::vector<std::string>& others = irregular[stem];
        for (const std::string& other : stems) {
          if (other != stem) others.push_back(other);
        }
      }
    }
  }

  absl::flat_hash_set<std::string> function_words;
  // By a stem of an irregular word, its others.
  absl::flat_hash_map<std::string, std::vector<std::string>> irregular;
};

const Known& KnownOf(Language language, Analyzer* analyzer) {
  static std::array<std::once_flag, kLanguageCount> once;
  static auto* const known =
      new std::array<std::unique_ptr<const Known>, kLanguageCount>;
  const size_t number = static_cast<size_t>(language);
  std::call_once(once[number], [&] {
    (*known)[number] = std::make_unique<const Known>(language, analyzer);
  });
  return *(*known)[number];
}

// Whether the word at `begin` counts something: "년" of "몇 년", "10 년".
bool IsCounter(absl::string_view utf8, size_t begin) {
  const absl::string_view before =
      absl::StripTrailingAsciiWhitespace(utf8.substr(0, begin));
  return absl::EndsWith(before, "몇") ||
         (!before.empty() && absl::ascii_isdigit(before.back()));
}

// Words of Korean whose forms are written out: who asks ends with the verb.
constexpr size_t kMostKoreanWords = 16;

void FindOtherKoreanStems(absl::string_view utf8, Analyzer* analyzer,
                          std::vector<OtherStem>* out) {
  const Known& known = KnownOf(Language::kKo, analyzer);
  std::vector<Token> tokens;
  analyzer->Analyze(utf8, Language::kKo, &tokens);
  absl::flat_hash_set<uint64_t> there;
  for (const Token& token : tokens) there.insert(token.key);
  absl::flat_hash_set<uint64_t> done;
  std::vector<std::string> forms;
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
    if (token->channel != kChannelStem ||
        (token->flags & (kTokenStopWord | kTokenNumber)) != 0 ||
        IsCounter(utf8, token->begin)) {
      continue;
    }
    forms.clear();
    OtherKoreanForms(utf8.substr(token->begin, token->end - token->begin),
                     &forms);
    if (forms.empty() || !done.insert(token->key).second) continue;
    if (done.size() > kMostKoreanWords) return;
    absl::flat_hash_set<uint64_t> own;
    for (std::string& form : forms) {
      StemLightly(Language::kKo, &form);
      if (known.function_words.contains(form)) continue;
      const uint64_t key = TermKey(kChannelStem, form);
      if (!there.contains(key) && own.insert(key).second) {
        out->push_back({token->key, key});
      }
    }
  }
}

}  // namespace

void FindOtherStems(absl::string_view utf8, Language language,
                    Analyzer* analyzer, std::vector<OtherStem>* out) {
  if (language == Language::kKo) {
    return FindOtherKoreanStems(utf8, analyzer, out);
  }
  if (!HasStemShifts(language)) return;
  const Known& known = KnownOf(language, analyzer);
  std::vector<ExplainedToken> tokens;
  analyzer->Explain(utf8, language, &tokens);
  absl::flat_hash_set<uint64_t> there;
  absl::flat_hash_map<uint32_t, absl::string_view> bare_at;  // by position
  for (const ExplainedToken& each : tokens) {
    there.insert(each.token.key);
    if (each.token.channel == kChannelSurface) {
      bare_at.try_emplace(each.token.position, each.term);
    }
  }
  absl::flat_hash_set<uint64_t> done;
  std::vector<std::string> stems;
  for (const ExplainedToken& own : tokens) {
    const Token& token = own.token;
    if (token.channel != kChannelStem ||
        (token.flags & (kTokenStopWord | kTokenNumber | kTokenPart)) != 0 ||
        !done.insert(token.key).second) {
      continue;
    }
    const auto bare = bare_at.find(token.position);
    if (bare == bare_at.end()) continue;
    stems.clear();
    const auto irregular = known.irregular.find(own.term);
    if (irregular != known.irregular.end()) {
      stems = irregular->second;
    } else {
      const std::string careful = FoldCarefully(
          utf8.substr(token.begin, token.end - token.begin), language);
      const bool is_capitalised = (token.flags & kTokenCapitalised) != 0;
      ShiftStem(language, {careful, bare->second, own.term, is_capitalised},
                &stems);
    }
    for (const std::string& stem : stems) {
      if (known.function_words.contains(stem)) continue;
      const uint64_t key = TermKey(kChannelStem, stem);
      if (!there.contains(key)) out->push_back({token.key, key});
    }
  }
}

}  // namespace footnote
