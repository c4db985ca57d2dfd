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
#include "absl/strings/str_cat.h"
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

// Verbs whose stem alternates, and the mates that they are asked with ("пишет",
// "подписал", "подписывает"), one a line; before a colon the prefixes that each
// make a verb of the line's, "-" for none. Without forms whose stem is a
// noun's.
constexpr char kCzechVerbs[] =
    "pode za na o vy pře roze se -: psat piše psal pisuje\n"
    "u pro do od: kázat káže kázal kazuje\n"
    "vázat váže vázal\n"
    "řezat řeže řezal\n"
    "hledat hledá hledal vyhledá\n"
    "začít začne začíná začal\n"
    "vzít vezme vzal\n"
    "vybrat vybere vybírá vybral\n"
    "odebrat odebere odebírá odebral\n"
    "přijmout přijímá přijal\n"
    "zavřít zavře zavírá zavřel\n"
    "otevřít otevře otevírá otevřel\n"
    "mýt myje myl umyje\n"
    "uvést uvede uvádí uvedl\n"
    "provést provede provádí provedl\n"
    "převést převede převádí převedl\n"
    "vést vedl\n"
    "odvézt odveze odváží odvezl\n"
    "přivézt přiveze přiváží přivezl\n"
    "převézt převeze převáží převezl\n"
    "vézt veze vezl\n"
    "nést nese nesl nosí\n"
    "přinést přinese přináší přinesl\n"
    "zaslat zašle zasílá zaslal\n"
    "poslat pošle poslal\n"
    "odeslat odešle odesílá odeslal\n"
    "vyplatit vyplatí vyplácí vyplatil\n"
    "zaplatit zaplatí platí zaplatil\n"
    "splatit splatí splácí\n"
    "vrátit vrací vrátil\n"
    "přijít přijde přišel přichází\n"
    "najít najde našel nachází\n"
    "vydat vydá vydává vydal\n"
    "prodat prodá prodává prodal\n"
    "předat předává předal\n"
    "podat podává podal\n"
    "jede jel\n"
    "pomůže pomáhá pomohl\n"
    "koupit koupí kupuje koupil\n"
    "změnit změní změnil\n"
    "vyměnit vymění vyměňuje\n"
    "zkontrolovat kontroluje zkontroluje\n"
    "opravit opraví opravuje opravil\n"
    "schválit schválí schvaluje schválil\n"
    "potvrdit potvrdí potvrzuje potvrdil\n"
    "ohlásit ohlásí ohlašuje ohlásil\n"
    "oznámit oznamuje oznámil\n"
    "stanovit stanovuje\n"
    "dodat dodá dodává dodal\n"
    "doručit doručí doručuje doručil\n"
    "vyplnit vyplní vyplňuje\n"
    "zapnout zapne zapíná zapnul\n"
    "vypnout vypne vypíná vypnul\n"
    "zastavit zastaví zastavuje\n";

constexpr char kPolishVerbs[] =
    "pod za na o prze wy s -: pisać pisze pisał pisuje\n"
    "po za: kazać każe kazuje\n"
    "wskazać wskaże wskazuje\n"
    "na za z: wiązać wiąże\n"
    "szukać szuka poszukuje\n"
    "zacząć zacznie zaczyna zaczął\n"
    "rozpocząć rozpocznie rozpoczyna rozpoczął\n"
    "za wy: brać bierze biorą brał biera\n"
    "wziąć weźmie wziął bierze biorą\n"
    "zebrać zbierze zbiera zebrał\n"
    "odebrać odbierze odbiera odebrał\n"
    "przyjąć przyjmie przyjmuje przyjął\n"
    "zająć zajmie zajmuje zajął\n"
    "zdjąć zdejmie zdejmuje zdjął\n"
    "podjąć podejmie podejmuje podjął\n"
    "ciąć tnie tną\n"
    "zamknąć zamknie zamyka\n"
    "myć myje umyć umyje\n"
    "wysłać wyśle\n"
    "przesłać prześle przesyła\n"
    "wypłacić wypłaci\n"
    "zapłacić zapłaci\n"
    "opłacić opłaci\n"
    "wieźć wiozą wiózł\n"
    "przewieźć przewiezie przewiózł przewozi\n"
    "przywieźć przywiezie przywiózł przywozi\n"
    "nieść niesie niósł\n"
    "przynieść przyniesie przyniósł przynosi\n"
    "wieść wiódł\n"
    "prowadzić przeprowadzić przeprowadza\n"
    "przyjść przyjdzie przyszedł przychodzi\n"
    "znaleźć znajdzie znalazł znajduje\n"
    "przejść przejdzie przeszedł przechodzi\n"
    "wyjść wyjdzie wyszedł wychodzi\n"
    "wydać wyda wydaje\n"
    "sprzedać sprzedaje\n"
    "oddać odda oddaje\n"
    "podać podaje\n"
    "przekazać przekaże przekazuje\n"
    "jechać jedzie jechał\n"
    "pomoże pomaga pomógł\n"
    "kupić kupi kupuje kupił\n"
    "zmienić zmieni\n"
    "wymienić wymieni\n"
    "sprawdzić sprawdzi\n"
    "naprawić naprawi\n"
    "otworzyć otworzy otwiera\n"
    "zatrudnić zatrudni\n"
    "zatwierdzić zatwierdzi\n"
    "potwierdzić potwierdzi\n"
    "rozpatrzyć rozpatrzy rozpatruje\n"
    "zwrócić zwróci zwraca\n"
    "zgłosić zgłosi zgłasza\n"
    "ogłosić ogłosi ogłasza\n"
    "dostarczyć dostarczy\n"
    "wypełnić wypełni\n"
    "włączyć włączy\n"
    "wyłączyć wyłączy\n"
    "zatrzymać zatrzyma zatrzymuje\n";

constexpr char kRussianVerbs[] =
    "под за на о вы пере рас с -: писать пишет пишут писывает\n"
    "у по до за от при: казать кажет кажут казывает\n"
    "за с на при -: вязать вяжет вяжут вязывает\n"
    "от вы на -: резать режет режут\n"
    "искать ищет ищут\n"
    "мазать мажет мажут смажет смажут смазать смазывает\n"
    "начать начнет начнут начинает\n"
    "вы со за у под ото: брать берет берут бирает\n"
    "взять возьмет возьмут взял берет берут\n"
    "принять примет примут принимает\n"
    "поднять поднимет поднимут поднимает\n"
    "снять снимет снимут снимает\n"
    "занять займет займут занимает\n"
    "нанять наймет наймут нанимает\n"
    "от за по: крыть кроет кроют крывает\n"
    "про пере при вы от: вести ведет ведут вел водит\n"
    "пере при вы от за: везти везет везут вез возит\n"
    "при вы от пере: нести несет несут нес носит\n"
    "прийти придет придут пришел\n"
    "найти найдет найдут нашел находит\n"
    "пройти пройдет пройдут прошел\n"
    "выйти выйдет выйдут вышел\n"
    "перейти перейдет перейдут перешел\n"
    "вы пере про соз из от по: дать даст\n"
    "при вы пере: ехать едет едут езжает\n"
    "помочь поможет поможут помог помогает\n"
    "встретить встречает\n"
    "заменить заменяет\n"
    "изменить изменяет\n"
    "применить применяет\n"
    "проверить проверяет\n"
    "измерить измеряет\n"
    "отправить отправляет\n"
    "исправить исправляет\n"
    "установить устанавливает\n"
    "остановить останавливает\n"
    "оплатить оплачивает\n"
    "выплатить выплачивает\n"
    "выпустить выпускает\n"
    "допустить допускает\n"
    "разрешить разрешает\n"
    "заполнить заполняет\n"
    "выполнить выполняет\n"
    "назначить назначает\n"
    "включить включает\n"
    "выключить выключает\n"
    "сообщить сообщает\n"
    "продлить продлевает\n"
    "оформить оформляет\n"
    "представить представляет\n"
    "предоставить предоставляет\n"
    "доставить доставляет\n"
    "увеличить увеличивает\n"
    "снизить снижает\n"
    "возместить возмещает\n"
    "вернуть вернет возвращает возвратит\n"
    "утвердить утверждает\n"
    "подтвердить подтверждает\n"
    "рассмотреть рассмотрит рассматривает\n";

constexpr char kUkrainianVerbs[] =
    "під за на о ви пере роз -: писати пише пишуть писав писують\n"
    "в по до за від на: казати каже кажуть казав казують\n"
    "за на при -: в'язати в'яже в'яжуть в'язав в'язують\n"
    "від ви на -: різати ріже ріжуть різав\n"
    "шукати шукає шукають\n"
    "почати почне почнуть починає починають\n"
    "ви за: брати бере беруть брав бирає бирають\n"
    "взяти візьме візьмуть взяв бере беруть\n"
    "прийняти приймуть прийняв приймають\n"
    "підняти підніме піднімуть підняв піднімають\n"
    "зняти зніме знімуть зняв знімають\n"
    "зайняти займе займуть зайняв займають\n"
    "від за по: крити криє криють кривають\n"
    "зачинити зачиняє зачиняють\n"
    "відчинити відчиняє відчиняють\n"
    "про пере при ви: вести веде ведуть водить\n"
    "пере при ви: везти везе везуть віз возить\n"
    "при ви пере: нести несе несуть ніс носить\n"
    "прийти прийде прийдуть прийшов приходить\n"
    "знайти знайде знайдуть знайшов знаходить\n"
    "пройти пройде пройдуть пройшов проходить\n"
    "ви пере про: дати дасть дають\n"
    "допомогти допоможе допоможуть допоміг допомагає допомагають\n"
    "миє миють мив\n"
    "замовити замовляє замовляють замовив замовлять\n"
    "надіслати надішле надішлуть надсилає надсилають надіслав\n"
    "сплатити сплачує сплачують сплатив сплатять\n"
    "оплатити оплачує оплачують оплатив\n"
    "виплатити виплачує виплачують виплатив\n"
    "зустріти зустріне зустрінуть зустрічає зустрічають зустрів\n"
    "замінити замінює замінюють\n"
    "змінити змінює змінюють\n"
    "перевірити перевіряє перевіряють\n"
    "виміряти вимірює вимірюють виміряв\n"
    "відправити відправляє відправляють відправив\n"
    "встановити встановлює встановлюють встановив\n"
    "зупинити зупиняє зупиняють\n"
    "купити купують\n"
    "випустити випускає випускають випустив\n"
    "дозволити дозволяє дозволяють\n"
    "заповнити заповнює заповнюють\n"
    "виконати виконує виконують\n"
    "призначити призначає призначають\n"
    "увімкнути вмикає вмикають увімкне\n"
    "вимкнути вимикає вимикають вимкне\n"
    "повідомити повідомляє повідомляють повідомив\n"
    "подовжити подовжує подовжують\n"
    "доставити доставляє доставляють доставив\n"
    "скласти складуть складають\n"
    "повернути поверне повертає повертають повернув\n"
    "затвердити затверджує затверджують затвердив\n"
    "розглянути розгляне розглядає розглядають розглянув\n";

// The lists of a language.
struct Lists {
  const char* words = "";
  const char* verbs = "";
};

Lists ListsOf(Language language) {
  switch (language) {
    case Language::kCs:
      return {kCzech, kCzechVerbs};
    case Language::kPl:
      return {kPolish, kPolishVerbs};
    case Language::kRo:
      return {kRomanian, ""};
    case Language::kRu:
      return {kRussian, kRussianVerbs};
    case Language::kUk:
      return {kUkrainian, kUkrainianVerbs};
    default:
      return {};
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
    const Lists lists = ListsOf(language);
    for (absl::string_view line :
         absl::StrSplit(lists.words, '\n', absl::SkipEmpty())) {
      AddLine(StemsOf(line, language, analyzer), &irregular);
    }
    for (absl::string_view line :
         absl::StrSplit(lists.verbs, '\n', absl::SkipEmpty())) {
      AddVerbs(line, language, analyzer);
    }
  }

  using OthersByStem =
      absl::flat_hash_map<std::string, std::vector<std::string>>;

  // Of stems of one word each has the others.
  static void AddLine(const std::vector<std::string>& stems,
                      OthersByStem* others_by_stem) {
    for (const std::string& stem : stems) {
      std::vector<std::string>& others = (*others_by_stem)[stem];
      for (const std::string& other : stems) {
        if (other != stem) others.push_back(other);
      }
    }
  }

  void AddVerbs(absl::string_view line, Language language, Analyzer* analyzer) {
    const std::vector<absl::string_view> parts = absl::StrSplit(line, ": ");
    if (parts.size() == 1) {
      return AddLine(StemsOf(line, language, analyzer), &verbs);
    }
    for (const absl::string_view prefix : absl::StrSplit(parts[0], ' ')) {
      std::string forms;
      for (const absl::string_view form : absl::StrSplit(parts[1], ' ')) {
        absl::StrAppend(&forms, prefix == "-" ? "" : prefix, form, " ");
      }
      AddLine(StemsOf(forms, language, analyzer), &verbs);
    }
  }

  absl::flat_hash_set<std::string> function_words;
  // By a stem of an irregular word, its others; and of a verb.
  OthersByStem irregular;
  OthersByStem verbs;
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
  size_t written = 0;
  std::vector<std::string> forms;
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
    if (token->channel != kChannelStem ||
        (token->flags & (kTokenStopWord | kTokenNumber)) != 0 ||
        IsCounter(utf8, token->begin)) {
      continue;
    }
    if (!done.insert(token->key).second) continue;
    forms.clear();
    OtherKoreanForms(utf8.substr(token->begin, token->end - token->begin),
                     &forms);
    if (forms.empty()) continue;
    if (++written > kMostKoreanWords) return;
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
    const auto verb = known.verbs.find(own.term);
    if (verb != known.verbs.end()) stems = verb->second;
    const auto irregular = known.irregular.find(own.term);
    if (irregular != known.irregular.end()) {
      stems.insert(stems.end(), irregular->second.begin(),
                   irregular->second.end());
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
