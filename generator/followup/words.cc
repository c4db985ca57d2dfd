#include "generator/followup/words.h"

#include <algorithm>
#include <iterator>

namespace footnote {
namespace {

// Phrases, parted by "|".
constexpr struct {
  Language language;
  FollowUpWords words;
} kWords[] = {
    {Language::kAr,
     {"وماذا عن|ماذا عن|وماذا|وكم|ومتى|وأين|ومن|وكيف|ولماذا|وهل",
      "هم|منه|منها|فيه|فيها|له|لها|عنه|عنها|إليه|إليها|عليه|عليها|ارتفاعه|"
      "ارتفاعها",
      "هو|هي|هذا|هذه|ذلك|تلك|هناك", "ما هو|ما هي|ما معنى", "كم"}},
    {Language::kCs,
     {"a|a co|co třeba|a kdy|a kde|a kdo|a jak",
      "on|ona|ono|oni|ho|jeho|její|jej|jim|jich|jejich|něm|němu",
      "ten|ta|tento|tato|toto|tam|tohle|ji|jí|ní", "co je|co je to|co jsou",
      "jak"}},
    {Language::kDe,
     {"und|was ist mit|und was ist mit|wie sieht es mit|und wie|und wann|und "
      "wo|und wer",
      "er|ihn|ihm|ihnen|deren|dessen|dorthin|davon|daran|darin|darüber|dieser|"
      "dieses|diesem|diesen",
      "sie|es|diese|seine|seiner|ihre|ihrer|dort|damit|dafür",
      "was ist|was sind|was bedeutet", "wie"}},
    {Language::kEl,
     {"και|τι γίνεται με|και τι|και πότε|και πού|και πώς",
      "αυτός|αυτή|αυτό|αυτοί|αυτές|αυτά|εκείνος|εκείνη|εκείνο", "εκεί",
      "τι είναι|τι σημαίνει", "πόσο"}},
    {Language::kEn,
     {"and|what about|how about|and what about|and how about|but|so|then|or",
      "he|she|him|his|hers|them|they|their|theirs|its",
      "it|this|these|those|her", "what is|what are|what's|what does|define",
      "how"}},
    {Language::kEs,
     {"y|qué hay de|y qué hay de|qué pasa con|y qué pasa con|pero",
      "ella|ellos|ellas|ello|eso|esto|allí|suyo|suya",
      "su|sus|este|esta|ese|esa|aquel|aquella|ahí",
      "qué es|qué son|qué significa", "cuán|cómo de"}},
    {Language::kFa,
     {"و|پس|درباره|در مورد|و چه|و کی|و کجا", "او|آنها|وی|ایشان", "آن|این|آنجا",
      "چیست|یعنی چه|چه چیزی است", "چقدر"}},
    {Language::kFr,
     {"et|qu'en est-il de|et pour|et si|mais|et quand|et où|et qui",
      "elle|ils|elles|lui|leur|leurs|celui-ci|celle-ci|cela|ça|ceci",
      "il|son|sa|ses|cet|cette|ces",
      "qu'est-ce que|qu'est-ce qu|que signifie|c'est quoi", "combien"}},
    {Language::kHe,
     {"ומה עם|מה עם|ומה|ומתי|ואיפה|ומי|ואיך|וכמה|ולמה",
      "אותו|אותה|אותם|שלו|שלה|שלהם|בו|בה|ממנו|ממנה",
      "הוא|היא|הם|הן|זה|זו|זאת|שם|לו|לה", "מה זה|מהו|מהי|מהם", "כמה"}},
    {Language::kHi,
     {"और|और क्या|के बारे में क्या|तो|लेकिन",
      "वह|वे|उसका|उसकी|उसके|इसका|इसकी|इसके|उसे|इसे|उन्हें|उनका|उनकी|उनके|उसमें|इसमें|उससे|"
      "इससे",
      "यह|ये|इस|उस|वहाँ|वहां", "क्या है|क्या हैं|किसे कहते हैं", "कितना|कितनी|कितने"}},
    {Language::kId,
     {"dan|bagaimana dengan|lalu|kalau|terus|tetapi|dan kapan|dan di mana",
      "dia|ia|mereka|beliau", "itu|ini|tersebut|sana|situ",
      "apa itu|apakah itu|apa yang dimaksud", "berapa"}},
    {Language::kIt,
     {"e|che dire di|e che dire di|invece|e quando|e dove|e chi|ma",
      "lui|egli|ella|esso|essa|essi|esse|loro|ciò",
      "suo|sua|suoi|sue|questo|questa|questi|queste|quello|quella|quelli|"
      "quelle",
      "che cos'è|cos'è|cosa è|che cosa sono|cosa sono|cosa significa",
      "quanto"}},
    {Language::kJa,
     {"では|じゃあ|それで|そして|また|ところで|それなら",
      "それ|あれ|彼|彼女|彼ら", "その|この|あの|そこ|ここ|これ|そちら|こちら",
      "とは|って何|とは何", "どのくらい|どれくらい"}},
    {Language::kKo,
     {"그럼|그러면|그리고|그런데|그렇다면",
      "그것|그는|그녀|그들|그의|그건|그게|그곳", "이것|저것|거기|여기|이건",
      "이란|란 무엇|무엇인가요|뭐예요|뜻", "얼마나"}},
    {Language::kNl,
     {"en|hoe zit het met|en hoe zit het met|wat dacht je van|en wanneer|en "
      "waar|en wie|maar",
      "hij|hem|ervan|erin|eraan|daarvan|daarin",
      "ze|zij|haar|hen|hun|deze|dit|daar", "wat is|wat zijn|wat betekent",
      "hoe"}},
    {Language::kPl,
     {"a|i|a co z|co z|a kiedy|a gdzie|a kto|a jak|ale",
      "on|ona|ono|oni|jego|jej|ich|jemu|nim|nią|nich",
      "ten|ta|tego|tej|tym|tam|tamten|tamta|go|mu|ją",
      "co to|co to jest|czym jest|czym są|co oznacza", "jak"}},
    {Language::kPt,
     {"e|e quanto a|quanto a|que tal|e quando|e onde|e quem|mas",
      "ele|ela|eles|elas|dele|dela|deles|delas|nele|nela|disso|nisso|isso",
      "seu|sua|seus|suas|este|esta|isto|esse|essa|aquele|aquela|aquilo|lá|ali",
      "o que é|o que são|o que significa", "quão"}},
    {Language::kRo,
     {"și|dar|ce zici de|și ce|și când|și unde|și cine|cum rămâne cu",
      "el|ea|ei|ele|îl|acesta|aceasta|aceștia|acestea|acela|aceea|lor",
      "acest|această|său|sa|săi|sale|acolo|asta",
      "ce este|ce e|ce sunt|ce înseamnă", "cât|câtă"}},
    {Language::kRu,
     {"а|и|а что насчёт|а что насчет|что насчёт|как насчёт|а как|а когда|а "
      "где|а кто|но",
      "он|она|оно|они|его|её|ее|ему|ей|их|им|ими|нём|нем|ней|него|неё|нее|них",
      "это|этот|эта|эти|этого|этой|тот|та|те|того|там|туда",
      "что такое|что значит|что означает", "как"}},
    {Language::kTr,
     {"peki|ve|ya|peki ya|ama",
      "onun|ona|onu|onlar|onların|onları|ondan|onda|orası",
      "o|bu|bunun|buna|bunu|şu|bunlar|orada|burada|bundan",
      "nedir|ne demek|ne demektir|nelerdir", "ne kadar"}},
    {Language::kUk,
     {"а|і|й|та|а що щодо|що щодо|а як щодо|а як|а коли|а де|а хто|але",
      "він|вона|воно|вони|його|її|йому|їй|їх|їм|ньому|ній|нього|неї|них",
      "це|цей|ця|ці|цього|цієї|той|та|ті|там|туди",
      "що таке|що означає|що значить", "як|наскільки"}},
    {Language::kVi,
     {"còn|và|thế còn|vậy|thế|nhưng", "nó|họ|ông ấy|bà ấy|anh ấy|cô ấy",
      "này|đó|kia|ấy|đấy|đây", "là gì|nghĩa là gì", "bao nhiêu"}},
    {Language::kZh,
     {"那么|那麼|还有|還有|而且|那它|那他|那她",
      "它|他|她|它们|它們|他们|他們|她们|她們", "这|這|那|其|该|該|此",
      "什么是|什麼是|是什么|是什麼|何谓|何謂", "多"}},
};

}  // namespace

FollowUpWords FollowUpWordsOf(Language language) {
  const auto* const found =
      std::find_if(std::begin(kWords), std::end(kWords),
                   [&](const auto& row) { return row.language == language; });
  return found == std::end(kWords) ? FollowUpWords() : found->words;
}

}  // namespace footnote
