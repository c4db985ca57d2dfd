#include "generator/extractive/carriers.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_split.h"
#include "generator/extractive/answer_type.h"
#include "text/fold.h"
#include "text/word.h"
#include "text/words.h"

namespace footnote {
namespace extractive {
namespace {

// Verbs of saying, meaning, happening, doing, needing and being allowed, and
// what makes a question polite; parted by spaces. Of Chinese, Japanese and
// Korean phrases.
struct Row {
  Language language;
  const char* words;
};

constexpr Row kRows[] = {
    {Language::kAr,
     "يعني تعني معنى يقول تقول حدث يحدث يمكن يمكنني يجب ينبغي أحتاج أفعل نفعل "
     "يوجد توجد أريد فضلك"},
    {Language::kCs,
     "znamená říká stalo děje dělám dělat udělat musím musí mohu můžu může "
     "lze potřebuji potřebuju prosím existuje"},
    {Language::kDe,
     "steht stehen bedeutet bedeuten passiert geschah geschieht machen macht "
     "mache tun tut nehme nimmt brauche braucht brauchen benötige benötigt "
     "muss müssen darf dürfen kann können soll sollen möchte bitte sagt sagen "
     "gibt"},
    {Language::kEl,
     "σημαίνει λέει έγινε γίνεται συνέβη κάνω κάνει πρέπει μπορώ μπορεί "
     "χρειάζεται χρειάζομαι υπάρχει παρακαλώ"},
    {Language::kEn,
     "mean means say says happen happened happens occur occurred take took "
     "make makes get need needs please tell know exist exists belong belongs"},
    {Language::kEs,
     "significa dice dicen pasa pasó ocurrió ocurre hago hacer hace debo debe "
     "deben puedo puede pueden necesito necesita hay existe aparece favor"},
    {Language::kFa,
     "معنی یعنی اتفاق افتاد کنم کند کنیم باید میتوان میتوانم لطفا"},
    {Language::kFr,
     "signifie veut dire dit passe passé faire fait faut dois doit peut peux "
     "pouvez prendre besoin existe plaît"},
    {Language::kHe,
     "אומר אומרת משמעות קרה קורה צריך צריכה צריכים ניתן אפשר עושים לעשות "
     "בבקשה"},
    {Language::kHi,
     "मतलब अर्थ होता होती होते हुआ हुई करना करें करूँ करते चाहिए सकता सकते "
     "सकती कृपया मिलता मिलती"},
    {Language::kId,
     "berarti artinya terjadi lakukan dilakukan harus bisa dapat perlu mohon "
     "tolong"},
    {Language::kIt,
     "significa dice succede successo avviene avvenuto svolge svolto svolta "
     "faccio fare devo deve devono posso può possono bisogna serve esiste"},
    {Language::kJa,
     "何を意味しますか 何を意味する の意味は どういう意味 "
     "何が書いてありますか 何が書かれていますか 何と書いてありますか "
     "を教えてください を教えて すればいいですか すればいい すればよい "
     "何が起きましたか 何が起こりましたか ください ありますか しますか "
     "されますか ですか ますか"},
    {Language::kKo,
     "무슨 뜻 뜻은 의미는 의미하 알려주세요 해야 하나요 합니까 있나요 "
     "있습니까 인가요 입니까 되나요 됩니까 주세요"},
    {Language::kNl,
     "betekent betekenen staat zegt gebeurt gebeurde doe doet doen mag mogen "
     "moet moeten kan kunnen kun nodig krijg krijgt"},
    {Language::kPl,
     "znaczy oznacza mówi stało dzieje robię robić zrobić muszę musi trzeba "
     "mogę może można potrzebuję należy proszę istnieje"},
    {Language::kPt,
     "significa diz acontece aconteceu ocorre faço fazer faz devo deve devem "
     "posso pode podem preciso precisa existe realiza favor"},
    {Language::kRo,
     "înseamnă spune întâmplat întâmplă fac face trebuie pot poate nevoie "
     "există"},
    {Language::kRu,
     "значит означает говорит говорится случилось произошло происходит делать "
     "сделать нужно надо должен должна должны можно могу может пожалуйста "
     "существует сказано"},
    {Language::kTr,
     "demek diyor anlama gelir geliyor oldu olur yapmalı yapmalıyım yapılır "
     "gerek gerekir gerekiyor lazım lütfen"},
    {Language::kUk,
     "значить означає говорить сталося відбулося відбувається робити зробити "
     "треба потрібно повинен може можна можу існує"},
    {Language::kZh,
     "是什么意思 什么意思 请问 写了什么 规定了什么 怎么办 发生了什么 需要 "
     "应该 可以 请告诉我"},
};

using Carriers = std::array<absl::flat_hash_set<std::string>, kLanguageCount>;

std::string BareFold(absl::string_view word, Language language) {
  std::string bare;
  AppendBare(FoldCarefully(word, language), &bare);
  return bare;
}

const Carriers& All() {
  static const Carriers* const all = [] {
    auto* carriers = new Carriers;
    for (const Row& row : kRows) {
      for (const absl::string_view word : absl::StrSplit(row.words, ' ')) {
        (*carriers)[static_cast<size_t>(row.language)].insert(
            BareFold(word, row.language));
      }
    }
    return carriers;
  }();
  return *all;
}

// The phrases of a language that is written without spaces, in their order.
void FindPhrases(absl::string_view question, Language language,
                 std::vector<TextSpan>* found) {
  for (const Row& row : kRows) {
    if (row.language != language) continue;
    for (const absl::string_view phrase : absl::StrSplit(row.words, ' ')) {
      for (size_t at = question.find(phrase); at != absl::string_view::npos;
           at = question.find(phrase, at + phrase.size())) {
        found->push_back({static_cast<uint32_t>(at),
                          static_cast<uint32_t>(at + phrase.size())});
      }
    }
  }
  std::sort(found->begin(), found->end(),
            [](const TextSpan& a, const TextSpan& b) {
              return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
            });
}

}  // namespace

std::vector<TextSpan> FindCarriers(absl::string_view question,
                                   Language language) {
  std::vector<TextSpan> found;
  if (IsWrittenWithoutSpaces(language)) {
    FindPhrases(question, language, &found);
    return found;
  }
  const auto& carriers = All()[static_cast<size_t>(language) % kLanguageCount];
  if (carriers.empty()) return found;
  std::vector<Word> words;
  Words(question, &words);
  for (const Word& word : words) {
    if (carriers.contains(BareFold(
            question.substr(word.span.begin, word.span.size()), language))) {
      found.push_back(word.span);
    }
  }
  return found;
}

}  // namespace extractive
}  // namespace footnote
