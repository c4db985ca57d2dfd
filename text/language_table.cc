#include "text/language_table.h"

#include <cstddef>

namespace footnote {
namespace {

constexpr LanguageRow kRows[kLanguageCount] = {
    {Language::kUnknown, Script::kOther, nullptr, Apostrophe::kDropped,
     Compounds::kNone, "", ""},

    {Language::kAr, Script::kArabic, "arabic", Apostrophe::kDropped,
     Compounds::kNone,
     "في من على إلى الى عن مع هذا هذه ذلك تلك التي الذي الذين اللذان اللتان "
     "اللواتي ما ماذا متى أين اين كيف كم هل لماذا أي اي أية من هو هي هم هن "
     "نحن أنا انت أنت كان كانت كانوا يكون تكون كل بعض غير بين قد لقد لا لم لن "
     "ليس ليست إن أن ان أو او ثم حتى إذا اذا لو لكن بل كما عند عندما منذ خلال "
     "بعد قبل تحت فوق حول ضد دون إلا الا به بها له لها لهم فيه فيها منه منها "
     "عليه عليها إليه إليها هناك هنا أيضا ايضا و ف ب ل ك يتم تم حيث كذلك أحد "
     "إحدى مثل أكثر أمام وراء لأن وقد وكان وكانت وهو وهي وفي ومن ولا بأن فإن "
     "انه أنه انها أنها علي لما",
     "د أ ص م ق هـ"},

    {Language::kCs, Script::kLatin, nullptr, Apostrophe::kDropped,
     Compounds::kNone,
     "a aby aj ale ani asi až bez bude budou by byl byla byli bylo být co což "
     "či další dnes do ho i já jak jako je jeho jej její jejich jen ještě ji "
     "jiné již jsem jsme jsou jste k kam kde kdo kdy když ke která které který "
     "kteří kterou kterého kterém kterých která kolik ku ma má máte mezi mi "
     "mít mně mnou můj může my na nad nám napište náš naši ne nebo nejsou není "
     "než nic nové nový o od ode on ona oni ono pak po pod podle pokud pouze "
     "práce pro proč proto protože první před přede přes při s se si sice "
     "strana své svůj svých svým svými ta tak také takže tato te ten tedy "
     "tento "
     "této tím tímto tipy to tohle toho tohoto tom tomto tomu tu tuto tvůj ty "
     "tyto u už v vám váš vaše ve více však všechen vy z za zda zde ze zpět "
     "jaký jaká jaké jakou jakého čím čeho čemu odkud "
     "jakých jakým jakém koho komu kým kterém tě že vás nás té ně jí čí",
     "např tj tzn tzv atd apod aj č čl ing mgr mudr judr phdr prof doc dr st "
     "sv str s r mj mil tis kč ul nar zem resp popř viz al odd obr tab"},

    {Language::kDe, Script::kLatin, "german", Apostrophe::kPossessive,
     Compounds::kGerman,
     "aber alle allem allen aller alles als also am an ander andere anderem "
     "anderen anderer anderes auch auf aus bei beim bin bis bist da damit dann "
     "das dass daß dein deine dem den der des dessen deren dich die dies diese "
     "diesem diesen dieser dieses dir doch dort du durch ein eine einem einen "
     "einer eines einige einigen er es etwas euch euer für gegen gewesen hab "
     "habe haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre "
     "ihrem ihren ihrer ihres im in indem ins ist jede jedem jeden jeder jedes "
     "jene jenen jener jetzt kann kein keine keinem keinen keiner können "
     "könnte "
     "machen man manche mein meine mich mir mit muss musste nach nicht nichts "
     "noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seines "
     "selbst sich sie sind so solche solchen soll sollte sondern sonst über um "
     "und uns unser unsere unter viel viele vom von vor während wann war waren "
     "warum "
     "was weg weil weiter welche welchem welchen welcher welches wem wen wenn "
     "wer werde werden wessen wie wieder wieviel will wir wird wirst wo wohin "
     "woher wofür womit wodurch worden wurde wurden zu zum zur zwar zwischen "
     "weshalb wieso woran worauf würde würden wäre wären hätte hätten müsste",
     "z b d h u a bzw ca dr prof st nr str abb abs art bd bspw co corp dipl "
     "ebd etc evtl f ff geb gegr ggf hl hr hrsg inkl ing inkl jh jhd jr kap "
     "lt max med min mio mrd mr mrs o ä od phil rer s sog tel u.a usf usw vgl "
     "v vs z zit zzgl jan feb apr jun jul aug sep sept okt nov dez fr engl lat "
     "griech frz ital span i e v ehem allg bes verh verst ing"},

    {Language::kEl, Script::kGreek, "greek", Apostrophe::kDropped,
     Compounds::kNone,
     "ο η το οι τα του της των τον την τη τους τις ένας μια μία ένα ενός μιας "
     "και κι ή είτε ούτε αλλά όμως ωστόσο αν εάν ότι πως που όταν ενώ αφού "
     "γιατί επειδή διότι ώστε για με σε από στο στη στην στον στους στις στα "
     "προς κατά μετά χωρίς μέχρι έως ως παρά αντί υπό επί εκ εξ περί πριν "
     "είναι ήταν είμαι είσαι είμαστε ήμουν έχει έχουν είχε είχαν έχω θα να ας "
     "δεν μη μην δε όχι ναι μου σου μας σας αυτός αυτή αυτό αυτοί αυτές αυτά "
     "αυτού αυτών εκείνος εκείνη εκείνο εγώ εσύ εμείς εσείς ποιος ποια ποιο "
     "ποιοι ποιες ποιον ποιων ποιας ποιου τι πού πότε πώς πόσο πόσα πόσοι "
     "πόσες πόση όλα όλοι όλες κάθε κάποιος κάποια κάποιο άλλο άλλα άλλη πολύ "
     "πιο τόσο όπως όσο μόνο επίσης ακόμα ακόμη εδώ εκεί τότε τώρα μεταξύ "
     "ποιους πόσους πόσων",
     "π χ δηλ κ λπ κ.λπ κλπ κ.ά κ.α μ π.μ μ.μ μ.χ π.χ αρ σελ βλ πρβλ δρ καθ "
     "κ κα αγ τηλ εκ χιλ δισ εκατ αι κεφ παρ"},

    {Language::kEn, Script::kLatin, "english", Apostrophe::kPossessive,
     Compounds::kNone,
     "a about above after again against all also am an and any are aren as at "
     "be because been before being below between both but by can cannot could "
     "couldn did didn do does doesn doing don down during each either few for "
     "from further had hadn has hasn have haven having he her here hers "
     "herself him himself his how however i if in into is isn it its itself "
     "just ll me more most much must my myself no nor not now of off on once "
     "only or other ought our ours ourselves out over own re s same shall shan "
     "she should shouldn so some such t than that the their theirs them "
     "themselves then there these they this those through thus to too under "
     "until up upon ve very was wasn we were weren what when where which while "
     "who whom whose why will with within without won would wouldn you your "
     "yours yourself yourselves many give name "
     "called",
     "mr mrs ms dr prof st mt ft jr sr inc ltd co corp no nos vs etc e g i e "
     "e.g i.e viz cf al fig figs eq sec ch vol pp p ed eds est approx dept gen "
     "col lt sgt capt cmdr adm maj rev hon gov sen rep pres ph.d u s u.s u.k "
     "u.n d.c jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu "
     "fri sat sun ave blvd rd op cit ca c b d r a.m p.m a.d b.c"},

    {Language::kEs, Script::kLatin, "spanish", Apostrophe::kDropped,
     Compounds::kNone,
     "a al algo algunas alguno algunos ante antes aquel aquella aquellos así "
     "aun aunque bajo bien cada como con contra cual cuales cualquier cuando "
     "cuanta cuantas cuanto cuantos cuál cuáles cuándo cuánta cuántas cuánto "
     "cuántos cómo de del desde donde dónde dos durante e el él ella ellas "
     "ellos en entre era eran es esa esas ese eso esos esta está estaba "
     "estaban estado están estar estas este esto estos fue fueron ha había "
     "habían haber han hasta hay hace hizo incluso la las le les lo los más me "
     "mediante mi mientras mis mismo mucho muchos muy nada ni no nos nosotros "
     "nuestra nuestro o os otra otras otro otros para pero poco por porque qué "
     "que quien quién quienes quiénes se sea según ser si sí sido siendo sin "
     "sino sobre solo son su sus suya suyo también tan tanto te tenía tiene "
     "tienen toda todas todo todos tu tus tuvo u un una unas uno unos usted "
     "ustedes vosotros y ya yo llama llamó mí tú aún sólo éste ésta éstos "
     "éstas "
     "ése ésa ésos aquél sé dé esté porqué",
     "sr sra srta sres dr dra d dª da lic ing prof profa ud uds vd vds etc ej "
     "p ej pág págs núm nº no vol cap art aprox av avda c cía s a s.a s.l ee "
     "uu ee.uu a.c d.c a c d c st sto sta fig tel dpto gral máx mín ed edit "
     "jr depto"},

    {Language::kFa, Script::kArabic, nullptr, Apostrophe::kDropped,
     Compounds::kNone,
     "از به با در بر برای تا و یا که را این آن است بود هست شد شده می ها های "
     "هم نیز اما ولی اگر چه چی چرا چگونه چطور کجا کی کدام چند چقدر چیست کیست "
     "کسی کسانی یک دو هر همه هیچ دیگر خود خویش او وی آنها آنان ایشان ما شما "
     "من تو بین میان روی زیر پیش پس بعد قبل مانند مثل جز بدون درباره دارد "
     "دارند داشت داشتند کرد کردند کرده کند کنند "
     "می‌شود "
     "می‌کند "
     "می‌باشد "
     "نمی "
     "باشد باشند بودند شدند شود شوند خواهد خواهند نه بی باید توسط طی سوی چون "
     "زیرا بلکه پیدا همین همان چنین چنان بسیار بیشتر ترین تر آیا نام چندم "
     "بوده‌است شده‌است کدامند می‌توان دهد "
     "داد "
     "هنوز "
     "ای داره رو چندمین چیستند چیه کجاست کدوم کیه",
     "د ق م ه ش ص ج"},

    {Language::kFr, Script::kLatin, "french", Apostrophe::kElision,
     Compounds::kNone,
     "à afin ai ainsi alors après as au aucun aucune aussi autre autres aux "
     "avait avaient avant avec avez avoir avons c car ce ceci cela celle "
     "celles celui ces cet cette ceux chaque chez ci combien comme comment d "
     "dans de des depuis dès deux dont donc du elle elles en encore entre es "
     "est et étaient était étant été être eu eux fait fit font fut furent hors "
     "il ils j je jusqu l la là laquelle le lequel les lesquelles lesquels "
     "leur leurs lors lorsque lui m ma mais me même mêmes mes moi moins mon n "
     "ne ni non nos notre nous on ont ou où oui par parce pas pendant peu peut "
     "plus plusieurs pour pourquoi puis qu quand que quel quelle quelles quels "
     "qui quoi s sa sans se selon sera ses si sien soi soit son sont sous "
     "sur ta te tes toi ton tous tout toute toutes très tu un une va vers vos "
     "votre vous y "
     "t ça fût eût vôtre",
     "m mm mme mmes mlle mlles dr pr me mgr st ste sts etc ex p pp cf art av "
     "apr j.-c j c env chap éd fig hab n no nos vol tél boul bd cie ch coll al "
     "op cit réf suiv max min janv févr avr juil sept oct nov déc apr"},

    {Language::kHe, Script::kHebrew, nullptr, Apostrophe::kDropped,
     Compounds::kNone,
     "של את על אל עם לא כי אם או גם כל זה זו זאת אלה אלו הוא היא הם הן אני "
     "אתה אתם אנחנו אנו היה הייתה היתה היו יהיה תהיה יש אין מה מי מתי איפה "
     "היכן לאן מאין מדוע למה איך כיצד כמה איזה איזו אילו האם אשר כאשר כש ש "
     "ה ב ל מ ו כ רק עוד כבר אך אבל אלא לפי בין תחת מעל אחרי לפני מאז עד ללא "
     "בלי כמו יותר פחות מאוד כן אז שם כאן פה לו לה להם להן לי לנו בו בה בהם "
     "ממנו ממנה אותו אותה אותם אותן שלו שלה שלהם שלי שלנו כדי בגלל למרות "
     "אחד אחת כאשר לאחר במשך מן ידי אצל נגד ביותר נקרא נקראת שמו שמה "
     "איזהו באיזה באיזו לאיזה לאיזו מאיזה מהו מהי מהם מהן מיהו מיהי",
     "ד פרופ עו גב מס עמ וכו לפנה אחה"},

    {Language::kHi, Script::kDevanagari, "hindi", Apostrophe::kDropped,
     Compounds::kNone,
     "का की के को में से पर ने और या एक यह वह ये वे इस उस इन उन इसे उसे इसके "
     "उसके इसकी उसकी इसका उसका उनके उनकी उनका इनके अपने अपनी अपना है हैं था थी "
     "थे हो होता होती होते हुआ हुई हुए होने कर करता करती करते करने करना किया "
     "किए की गया गई गए जा जाता जाती जाते जाने रहा रही रहे दिया दी दिए लिए साथ "
     "तक बाद पहले भी ही तो न नहीं मत कि जो जिस जिसे जिसके जिसकी जिसका जिन "
     "जिनके क्या कौन किस किसे किसने किसके किसकी किसका किन कब कहाँ कहां क्यों "
     "कैसे कैसा कैसी कितना कितनी कितने कोई कुछ सब सभी बहुत अधिक कम दोनों बीच "
     "द्वारा लेकिन परंतु किन्तु अगर यदि तब जब जहाँ जहां वहाँ वहां यहाँ यहां "
     "मैं हम तुम आप मेरा हमारे अब फिर जैसे ऐसे ऐसा तथा एवं व वाला वाले वाली "
     "दौरान बारे ओर कौनसा कौनसी कितनों",
     "डॉ श्री प्रो पं सं पृ ई ई.पू रु कि मी"},

    {Language::kId, Script::kLatin, "indonesian", Apostrophe::kDropped,
     Compounds::kNone,
     "ada adalah agar akan aku anda antara apa apabila apakah atas atau "
     "bagaimana "
     "bagi bahwa banyak baru bawah beberapa belum berapa berapakah bisa boleh "
     "bukan bukankah cara dalam dan dapat dari daripada dengan demikian di dia "
     "dimana dimanakah diri dua hal hampir hanya harus hingga ia ialah ini itu "
     "jadi jika juga kah kamu kapan kapankah karena ke kemudian kenapa kepada "
     "ketika kini kita lagi lain lalu lebih maka mana manakah masih mengapa "
     "mengenai menjadi mereka milik mungkin namun nya oleh orang pada para per "
     "pernah pula pun saat saja sampai sangat satu saya sebagai sebelum sebuah "
     "sebutkan secara sedang sedangkan sehingga sejak selama selain seluruh "
     "semua seorang seperti sering serta sesuatu setelah setiap siapa siapakah "
     "suatu sudah supaya tanpa telah tentang terhadap tersebut tetapi tiap "
     "tidak untuk yaitu yakni yang "
     "bagaimanakah dimaksud",
     "dr drs dra ir prof h hj kh st sh jl no hal tgl dll dsb dst dkk a n u p "
     "tn ny sdr pt cv tbk rp s.d a.n mr mrs ms"},

    {Language::kIt, Script::kLatin, "italian", Apostrophe::kElision,
     Compounds::kNone,
     "a abbia ad agli ai al alla alle allo anche ancora avere aveva avevano "
     "c che chi ci ciò coi col come con contro cosa cui d da dagli dai dal "
     "dalla dalle dallo dei del degli dell della delle dello dentro di dopo "
     "dove due durante e è ed egli ella era erano esse essere essi esso fa "
     "fare fino fra fu furono gli ha hai hanno ho i il in inoltre io l la le "
     "lei li lo loro lui ma mentre mi mia mie miei mio molti molto ne negli "
     "nei nel nell nella nelle nello no noi non nostra nostro o ogni oltre "
     "per perché però più poco poi presso prima proprio qual quale quali "
     "quando quanta quante quanti quanto quel quella quelle quelli quello "
     "questa queste questi questo qui s sarà se secondo sei senza si sia "
     "siamo siano sono sopra sotto sta stata state stati stato su sua sue "
     "sugli "
     "sui sul sulla sulle sullo suo suoi tra tu tua tutti tutto un una uno "
     "vi viene voi "
     "all cos perchè né sì lì là sé",
     "sig sigg sig.ra dott dr prof ing avv arch rag geom on sen mons s ss st "
     "ecc es p pag pagg n nn vol cap art fig cfr vd a.c d.c a c d c ca c.a "
     "tel v op cit ed sec gen feb mar apr mag giu lug ago set ott nov dic"},

    {Language::kJa, Script::kCjk, nullptr, Apostrophe::kDropped,
     Compounds::kNone,
     "の に は を た が で て と し れ さ ある いる も する から な こと "
     "として い "
     "や れる など なっ ない この ため その あっ よう また もの という あり "
     "まで "
     "られ なる へ か だ これ によって により おり より による ず なり られる "
     "において ば なかっ なく しかし について せ だっ その後 できる それ う "
     "ので "
     "なお のみ でき き つ における および いう さらに でも ら たり その他 "
     "に関する "
     "たち ます ん なら に対して です とき とも ました ください どこ どの どれ "
     "だれ 誰 何 いつ なぜ どう どのような どのように いくつ いくら 何年 なに "
     "あるか いるか した たか って である でした どちら どんな なん よっ 何と "
     "ましたか ですか",
     ""},

    {Language::kKo, Script::kHangul, nullptr, Apostrophe::kDropped,
     Compounds::kNone,
     "이 그 저 것 수 등 및 또는 그리고 그러나 하지만 또한 의 가 을 를 은 는 에 "
     "에서 와 과 도 로 으로 만 까지 부터 에게 한 있는 있다 있었다 있었던 없는 "
     "없다 하는 하다 했다 한다 된 되는 되다 됐다 된다 되었다 이다 였다 이었다 "
     "입니다 있습니까 입니까 무엇 무엇인가 무엇입니까 무엇인가요 누구 누구인가 "
     "누가 언제 언제인가 어디 어디에 어디서 어디인가 왜 어떻게 어떤 어느 몇 "
     "얼마나 얼마 무슨 위해 위한 대한 대해 때 때문에 따라 통해 함께 같은 다른 "
     "모든 각 그의 그는 그녀 이는 이를 우리 나 너 당신 더 가장 매우 약 중 후 "
     "전 당시 이후 이전 동안 사이 인가 인가요 것은 것이 것을 있나요 했나요 "
     "하나요 인지 누구의 무엇을 무엇이 바로 "
     "곳은 는가 무엇으로 어디에서 이름은",
     ""},

    {Language::kNl, Script::kLatin, "dutch", Apostrophe::kPossessive,
     Compounds::kDutch,
     "aan al alle alles als altijd andere ben bij bent binnen daar dan dat de "
     "der deze die dit doch doen door dus een eens en er ge geen geweest haar "
     "had hadden heb hebben heeft hem het hier hij hoe hoeveel hun iemand iets "
     "ik in is ja je jij jullie kan kon konden kunnen maar me meer men met mij "
     "mijn moet moeten na naar nadat niet niets nog nu of om omdat onder ons "
     "onze ook op over reeds sinds te tegen ten ter terwijl toch toen tot "
     "tussen "
     "u uit uw van vanaf veel via voor waar waarom waarop waarin wanneer want "
     "waren was wat we welk welke wel werd werden wezen wie wiens wij wil "
     "worden wordt zal ze zelf zich zij zijn zo zonder zou zouden zowel elk "
     "elke "
     "waardoor waarmee waarvan één eén vóór dé hét",
     "dhr mevr mw dr drs mr ir ing prof st bijv bv enz etc m.a.w d.w.z t.a.v "
     "o.a i.p.v n.a.v nr blz p pag vgl ca art red resp v.chr n.chr jl a.u.b "
     "max min jan feb mrt apr jun jul aug sep okt nov dec z.o.z n.v.t"},

    {Language::kPl, Script::kLatin, nullptr, Apostrophe::kSuffix,
     Compounds::kNone,
     "a aby ach albo ale ani aż bardzo bez bo by być był była było byli były "
     "będą będzie ci co czego czemu czy czyli czym dla do gdy gdyż gdzie go "
     "i ich ile im inne iż ja jak jaka jaki jakie jakiego jakiej jakim jako "
     "jakich je jeden jednak jednej jego jej jemu jest jestem jeszcze jeśli "
     "jeżeli już każdy kiedy kim kogo komu kto która które którego której "
     "który których którym którymi którzy lub ma mają mi mieć miał miała mnie "
     "może można mój my na nad nam nas nasz nich nie nic nim nimi niż no o "
     "obok od on ona one oni oraz po pod podczas poza przed przede przez przy "
     "się są skąd sobie swoje swój swego swoich ta tak także tam te tego tej "
     "temu ten to też tu tych tylko tym u w we wiele wielu więc wszystkich "
     "wszystko z za został została zostały zostali ze że żeby dlaczego ilu "
     "którą jaką czyja czyj "
     "dokąd jakiemu jakimi swoja zostało ją tę tą swoją",
     "np tj tzn tzw itd itp dr prof mgr inż hab lek ks św ul al pl nr str s r "
     "w n m.in p pan rys tab wyd red zob por ok godz min mln mld tys zł gr ds "
     "woj pow gm im jw pw pt pn cd ang łac niem fr ros gen płk kpt por sierż "
     "p.n.e n.e o.o"},

    {Language::kPt, Script::kLatin, "portuguese", Apostrophe::kDropped,
     Compounds::kNone,
     "a à ao aos aquela aquelas aquele aqueles aquilo as às até cada com como "
     "contra cuja cujo da das de dela delas dele deles depois desde dessa "
     "desse desta deste disso do dos durante e é ela elas ele eles em enquanto "
     "entre era eram essa essas esse esses esta está estão estas estava este "
     "estes eu faz fez foi for foram há isso isto já lhe lhes mais mas me "
     "mesmo "
     "meu meus minha muito muitos na não nas nem no nos nós nossa nosso num "
     "numa o onde os ou outra outras outro outros para pela pelas pelo pelos "
     "perante pois por porque porquê quais qual qualquer quando quanta quantas "
     "quanto quantos que quê quem se segundo seja sem sendo ser será seu seus "
     "si sido sob sobre sua suas são só também te tem têm tendo ter teve teu "
     "tinha tinham toda todas todo todos tu tua tudo um uma umas uns vários "
     "você vocês vos chama "
     "acontece deve àquela àquelas àquele àqueles",
     "sr sra srs sras dr dra drs prof profa eng d dom st sto sta etc ex p pg "
     "pág págs nº n no núm vol cap art fig av r tel cia ltda s.a a.c d.c a c d "
     "c séc ed obs aprox máx mín jr gen cel cap ten gov v.exa"},

    {Language::kRo, Script::kLatin, "romanian", Apostrophe::kDropped,
     Compounds::kNone,
     "a acea aceasta această aceea acei aceia acel acela acele acelea acest "
     "acesta aceste acestea acestei acestor acestui acești aceștia ai aici al "
     "ale alt alta altă alte altele am ar are aș așa asta astfel asupra atât "
     "atunci au avea avem avut azi ba bine ca că căci când care cărei căror "
     "cărui cât câtă câte câți către ce cea ceea cei cel cele celor cel ceva "
     "chiar ci cine cineva cînd conform cu cui cum cumva da dacă dar datorită "
     "de deci decât deși din dintre după ea ei el ele era erau este eu eși "
     "face fi fie fiecare fiind foarte fost fără iar îi îl îmi în înainte încă "
     "între îți își la le li lor lui mai mă mea mei meu mi mult multe multi "
     "mulți ne nici niște noi nostru nu o oricare ori pe pentru peste până "
     "poate prin sa să sale sau său se și sînt spre sub sunt suntem ta te tot "
     "toată toate toți totuși tu un una unde unei unele unii unor unui unul va "
     "vă vi voi vom vor vreo "
     "drept e s",
     "dl dna d-na d-l dr prof ing nr str art al lit pag p vol ed etc ex cca "
     "î.hr d.hr î.e.n e.n sf st jud com s a s.a s.r.l mil mld max min a.c av "
     "gen col lt"},

    {Language::kRu, Script::kCyrillic, "russian", Apostrophe::kDropped,
     Compounds::kNone,
     "а без более был была были было быть в вам вас весь во вот все всего всех "
     "вы где да даже для до его ее её если есть еще ещё же за здесь и из или "
     "им их к каждый как какая какие каким каких какого какое какой какому "
     "каком какую ко когда кого кому кто который которая которое которые "
     "которого которой которых которым куда ли лишь между меня мне многие мной "
     "может можно мой мы на над надо нас не него нее неё нет ни них но ну о об "
     "однако он она они оно от откуда очень перед по под после потом потому "
     "почему при про раз с сам свои свою своего себя сколько со стал так также "
     "такие такой там тебя тем теперь то того тоже той только том тот тут ты "
     "у уже хотя чего чей чем что чтобы чья чьё эта эти это этого этой этом "
     "этот эту я является называется находится "
     "бы зачем какими каков какова каково каковы кем чему являются",
     "т е т.е т.д т.п т.к т д п г гг в вв н э н.э до др пр см ср стр с рис "
     "табл гл ч им ул д кв обл р руб коп тыс млн млрд трлн проф акад доц чл "
     "корр св м к ст род ум напр англ нем фр лат греч яз изд ред кол авт ок"},

    {Language::kTr, Script::kLatin, "turkish", Apostrophe::kSuffix,
     Compounds::kNone,
     "acaba ama ancak artık aslında az bana bazı belki ben beni benim beri "
     "bile "
     "bir birçok biri birkaç biz bize bizi bizim böyle bu buna bunda bundan "
     "bunlar bunları bunların bunu bunun burada çok çünkü da daha dahi de "
     "değil diğer diye dolayı en fakat gibi göre hangi hangisi hangileri hatta "
     "hem henüz hep hepsi her herhangi hiç için ile ilgili ise itibaren kaç "
     "kadar karşın kendi kendine kendini ki kim kime kimi kimin kimdir kimler "
     "mı mi mu mü nasıl ne neden nedeniyle nedenle nedir nerede nereden "
     "neresi nereye neler niçin niye o olan olarak oldu olduğu olduğunu olması "
     "olmuştur olsa olup olur ona ondan onlar onları onların onu onun orada "
     "oysa önce rağmen sadece sanki şekilde sen siz sizin son sonra şey şu "
     "tarafından tüm üzere var vardı vardır ve veya ya yani yerine yine yok "
     "zaman zaten ediyor etti eden "
     "idi kaçıncı kimdi midir mıdır neydi",
     "dr prof doç yrd av sn sok cad mah no vb vs vd bkz örn s ss yy m.ö m.s "
     "mö ms ing alm fr ar yun lat tel alb gen t.c ltd şti a.ş mr mrs st"},

    {Language::kUk, Script::kCyrillic, nullptr, Apostrophe::kDropped,
     Compounds::kNone,
     "а або адже але б без би більш більше був була були було бути в вам вас "
     "весь вже ви від він вона вони воно все всі всього всіх вся де для до "
     "дуже є ж за зі з із й його її їй їм їх і інших інші іншої коли кого "
     "кожен "
     "кому котрий крім куди ледве лише між мене мені може можна ми мій на над "
     "навіть нам нас не нею ним них ні ніж ніхто ну о об однак ось під після "
     "по "
     "поки про при проти саме своє свої своєї своїх свого свій себе серед "
     "скільки собі та так такий також там те тепер ти тим тих то тобто тоді "
     "того той тому тут у усе усі хоч хоча хто це цього цей цим цих ці цієї цю "
     "чи чого чому через чий чия ще що щоб щодо я як яка яке який якого якої "
     "якому які яких яким якими якій якою яку якщо звідки навіщо "
     "же ким ця чим чиє",
     "т е т.д т.п т.зв т.ч див ст стор с р рр в ім м вул буд кв обл н.е н е "
     "до проф акад доц св напр англ нім фр лат тис млн млрд грн коп рис табл "
     "гл ред вид др ін ок"},

    {Language::kVi, Script::kLatin, nullptr, Apostrophe::kDropped,
     Compounds::kNone,
     "ai anh bao bằng bị bởi các cái cần cho chỉ chưa chứ có của cùng cũng đã "
     "đang đâu đây để đến đều do đó được em gì hay hơn khi không là lại lên mà "
     "mỗi một nào này nếu ngoài ngay nhiều như nhưng những nơi nữa ông ở phải "
     "qua ra rằng rất rồi sao sau sẽ tại theo thì thế trên trong trước từ từng "
     "và vẫn vào vậy vì việc với vừa về giữa dưới bạn tôi họ ta mấy bất cứ "
     "hoặc cả chúng nhất nên thứ lúc đối mọi",
     "tp tt ts ths gs pgs tr v.v vv st ks bs q p mr mrs dr"},

    {Language::kZh, Script::kCjk, nullptr, Apostrophe::kDropped,
     Compounds::kNone,
     "的 了 在 是 和 与 與 及 或 而 也 都 就 不 这 這 那 有 为 為 以 于 於 对 "
     "對 "
     "从 從 到 被 把 将 將 之 其 所 并 並 但 但是 因为 因為 如果 他 她 它 他们 "
     "他們 我 我们 我們 你 你们 什么 什麼 谁 誰 哪 哪个 哪個 哪些 哪里 哪裡 "
     "何时 "
     "何時 何 怎么 怎麼 如何 多少 几 幾 为什么 為什麼 吗 嗎 呢 吧 着 著 过 過 "
     "个 個 一个 一個 会 會 可以 要 还 還 很 更 最 中 上 下 里 裡 由 等 又 后 "
     "後 "
     "前 时 時 时候 什么时候 哪一年 地 得 这个 那个 这些 那些 "
     "为何 為何 何地 何处 何處 哪一 哪年 怎样 怎樣 是否 者 谁是",
     ""},
};

}  // namespace

const LanguageRow& RowOf(Language language) {
  const size_t number = static_cast<size_t>(language);
  return kRows[number < kLanguageCount ? number : 0];
}

Language MainLanguage(Script script) {
  switch (script) {
    case Script::kLatin:
      return Language::kEn;
    case Script::kGreek:
      return Language::kEl;
    case Script::kCyrillic:
      return Language::kRu;
    case Script::kHebrew:
      return Language::kHe;
    case Script::kArabic:
      return Language::kAr;
    case Script::kDevanagari:
      return Language::kHi;
    case Script::kHangul:
      return Language::kKo;
    case Script::kCjk:
    case Script::kOther:
      return Language::kUnknown;
  }
  return Language::kUnknown;
}

}  // namespace footnote
