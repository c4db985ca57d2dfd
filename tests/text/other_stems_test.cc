#include "text/other_stems.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "text/analyzer.h"
#include "text/korean_forms.h"
#include "text/language.h"
#include "text/stem_shifts.h"

namespace footnote {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

uint64_t StemKey(const std::string& word, Language language,
                 Analyzer* analyzer) {
  std::vector<Token> tokens;
  analyzer->Analyze(word, language, &tokens);
  for (const Token& token : tokens) {
    if (token.channel == kChannelStem) return token.key;
  }
  ADD_FAILURE() << "no stem: " << word;
  return 0;
}

std::vector<OtherStem> Find(const std::string& text, Language language) {
  Analyzer analyzer;
  std::vector<OtherStem> stems;
  FindOtherStems(text, language, &analyzer, &stems);
  return stems;
}

// Whether who asks for `asked` finds `there` as one word.
bool Finds(const std::string& asked, const std::string& there,
           Language language) {
  Analyzer analyzer;
  const uint64_t own = StemKey(asked, language, &analyzer);
  const uint64_t other = StemKey(there, language, &analyzer);
  if (own == other) return true;
  const std::vector<OtherStem> stems = Find(asked, language);
  return std::any_of(stems.begin(), stems.end(), [&](const OtherStem& stem) {
    return stem.own == own && stem.key == other;
  });
}

// Of each pair, divided by '/', each finds the other.
void ExpectOneWord(Language language, const std::string& pairs) {
  for (const std::string& pair :
       std::vector<std::string>(absl::StrSplit(pairs, ' '))) {
    const std::vector<std::string> forms = absl::StrSplit(pair, '/');
    ASSERT_EQ(forms.size(), 2u) << pair;
    EXPECT_TRUE(Finds(forms[0], forms[1], language)) << pair;
    EXPECT_TRUE(Finds(forms[1], forms[0], language)) << pair << ", back";
  }
}

void ExpectTwoWords(Language language, const std::string& pairs) {
  for (const std::string& pair :
       std::vector<std::string>(absl::StrSplit(pairs, ' '))) {
    const std::vector<std::string> words = absl::StrSplit(pair, '/');
    ASSERT_EQ(words.size(), 2u) << pair;
    EXPECT_FALSE(Finds(words[0], words[1], language)) << pair;
    EXPECT_FALSE(Finds(words[1], words[0], language)) << pair << ", back";
  }
}

TEST(OtherStemsTest, KnowsUkrainianVowelsThatChangeAndFlee) {
  ExpectOneWord(Language::kUk,
                "рік/року рік/році ніч/ночі піч/печі договір/договору "
                "дохід/доходу двір/дворі міст/мосту кіт/кота осінь/осені "
                "берег/березі рука/руці книга/книзі список/списку "
                "учень/учня вітер/вітру вікно/вікон дошка/дощок день/дня "
                "день/днів тиждень/тижня пес/пса лід/льоду Львів/Львова "
                "Київ/Києва ім'я/імені відсоток/відсотків");
}

TEST(OtherStemsTest, KnowsRussianVowelsThatFlee) {
  ExpectOneWord(Language::kRu,
                "день/дня день/дней список/списка сон/сна лёд/льда рот/рту "
                "палец/пальцы боец/бойца огонь/огня угол/углу окно/окон "
                "сестра/сестёр письмо/писем копейка/копеек рынок/рынке "
                "платок/платки камень/камня котёнок/котята церковь/церкви "
                "время/времени");
}

TEST(OtherStemsTest, KnowsCzechVowelsAndConsonantsThatChange) {
  ExpectOneWord(Language::kCs,
                "účet/účtu den/dne pes/psa ruka/ruce kniha/knize Praha/Praze "
                "pobočka/pobočce okno/oken stůl/stolu dům/domu rok/roce "
                "lístek/lístky úředník/úředníci začátek/začátku oheň/ohně "
                "týden/týdne vítr/větru");
}

TEST(OtherStemsTest, KnowsPolishVowelsAndConsonantsThatChange) {
  ExpectOneWord(Language::kPl,
                "pies/psa dzień/dnia ręka/rąk ręka/ręce dąb/dęby "
                "miesiąc/miesięcy noga/nodze książka/książce biuro/biurze "
                "kobieta/kobiecie klient/klienci wtorek/wtorku koniec/końca "
                "kwiecień/kwietnia grudzień/grudnia tydzień/tygodnia "
                "miasto/mieście las/lesie okno/okien urząd/urzędu sen/snu");
}

TEST(OtherStemsTest, KnowsRomanianVowelsAndConsonantsThatChange) {
  ExpectOneWord(Language::kRo,
                "carte/cărți poartă/porți noapte/nopțile floare/florile "
                "seară/seri școală/școli stradă/străzi brad/brazii cal/cai "
                "miel/mieii copil/copiii băiat/băieți masă/mese zi/zile "
                "european/europeană boală/boli");
}

TEST(OtherStemsTest, KnowsVerbsWhoseStemAlternates) {
  ExpectOneWord(Language::kRu,
                "писать/пишет подписать/подпишут подписал/подписывает "
                "указать/укажет начать/начинают искать/ищет взял/берёт "
                "забрать/заберёт закрыть/закрывает проверить/проверяет");
  ExpectOneWord(Language::kUk,
                "писати/пише підпише/підписує почати/починають взяв/бере "
                "різати/ріже замовити/замовляє надіслати/надсилає");
  ExpectOneWord(Language::kPl,
                "pisać/pisze podpisać/podpisze zacząć/zaczyna wziął/bierze "
                "ciąć/tnie zamknąć/zamyka zabrać/zabierze odbierze/odebrał");
  ExpectOneWord(Language::kCs,
                "psát/píše podepsat/podepíše začne/začíná řezat/řeže "
                "zavřít/zavírá zaslat/zasílá odvézt/odveze uvést/uvádí");
  ExpectTwoWords(Language::kRu, "брат/берёт дата/даёт весть/ведёт");
  ExpectTwoWords(Language::kPl, "wieża/wiózł");
  ExpectTwoWords(Language::kCs, "vrata/vrací");
}

TEST(OtherStemsTest, KnowsTheFormsOfKoreanVerbsThatAreAsked) {
  for (const std::string pair :
       {"찍나요/찍습니다",       "찍나요/찍는다",
        "만들었나요/만듭니다",   "만드나요/만든다",
        "열리나요/연다",         "옮기나요/옮긴다",
        "바꿨나요/바꾸었습니다", "갈아요/갈았다",
        "빌려요/빌립니다",       "멈추나요/멈춘다",
        "잠기나요/잠급니다",     "지었나요/짓습니다",
        "물었나요/묻습니다",     "거르나요/걸러",
        "쓰나요/썼다",           "도왔나요/돕는다",
        "팔까요/팔았습니다",     "세워졌나요/세웠다",
        "검토했나요/검토",       "승인됐습니까/승인하였다",
        "쉬는지/쉰다",           "책은/책을"}) {
    const std::vector<std::string> forms = absl::StrSplit(pair, '/');
    EXPECT_TRUE(Finds(forms[0], forms[1], Language::kKo)) << pair;
  }
  EXPECT_FALSE(Finds("찍나요", "찢습니다", Language::kKo));
  EXPECT_FALSE(Finds("팔까요", "파랗다", Language::kKo));
}

TEST(OtherStemsTest, TakesNoCounterForANoun) {
  EXPECT_THAT(Find("몇 년이", Language::kKo), IsEmpty());
  EXPECT_THAT(Find("10 년이", Language::kKo), IsEmpty());
}

TEST(OtherStemsTest, WritesOutTheLastWordsOfALongKoreanQuestion) {
  std::string text;
  for (const char* verb : {"찍", "받", "적", "막", "뽑", "잡", "읽", "먹"}) {
    for (const char* noun : {"가", "나", "다", "라", "마", "바", "사", "아"}) {
      for (int i = 0; i < 64; ++i) {
        text += noun;
        text += verb;
        text += "나요 ";
      }
    }
  }
  const std::vector<OtherStem> stems = Find(text + "찍나요", Language::kKo);
  EXPECT_LE(stems.size(), 16 * kMostKoreanForms);
  Analyzer analyzer;
  const uint64_t there = StemKey("찍습니다", Language::kKo, &analyzer);
  EXPECT_TRUE(
      std::any_of(stems.begin(), stems.end(),
                  [&](const OtherStem& stem) { return stem.key == there; }));
}

TEST(OtherStemsTest, DoesNotTakeOneWordForAnother) {
  ExpectTwoWords(Language::kUk,
                 "кіт/кут двір/двері голова/гол роль/рік герой/гора");
  ExpectTwoWords(Language::kRu,
                 "город/гордый рок/река закон/закат срок/урок "
                 "отдельный/отделение");
  ExpectTwoWords(Language::kCs, "věk/věc chod/chudý rok/rak");
  ExpectTwoWords(Language::kPl,
                 "święto/świat powód/powódź miejski/miejsce "
                 "list/liście znaczny/znaczenie");
  ExpectTwoWords(Language::kRo, "cade/caz");
  // The other way round they share a form: "углу" is of "угол", but "угол" and
  // "уголь" have one stem.
  EXPECT_FALSE(Finds("уголь", "углу", Language::kRu));
  EXPECT_FALSE(Finds("rak", "ręka", Language::kPl));
  EXPECT_FALSE(Finds("port", "poartă", Language::kRo));
}

TEST(OtherStemsTest, NeverGivesWhatAFunctionWordHas) {
  // "від" is "from", "два" and "для" are too common to look for.
  Analyzer analyzer;
  for (const OtherStem& stem : Find("вода водний", Language::kUk)) {
    EXPECT_NE(stem.key, StemKey("від", Language::kUk, &analyzer));
  }
  EXPECT_THAT(Find("для них было что", Language::kRu), IsEmpty());
  EXPECT_THAT(Find("2026 14 A4", Language::kRu), IsEmpty());
}

TEST(OtherStemsTest, LeavesAloneWhatAnotherWordOfTheQuestionHas) {
  Analyzer analyzer;
  const uint64_t day = StemKey("день", Language::kRu, &analyzer);
  for (const OtherStem& stem : Find("день после дня", Language::kRu)) {
    EXPECT_NE(stem.key, day);
  }
}

TEST(OtherStemsTest, HasNoneInOtherLanguages) {
  EXPECT_THAT(Find("the houses of mice", Language::kEn), IsEmpty());
  EXPECT_THAT(Find("Häuser und Bäume", Language::kDe), IsEmpty());
  EXPECT_THAT(Find("список", Language::kUnknown), IsEmpty());
}

TEST(OtherStemsTest, TakesLinearTimeForMegabytesOfWords) {
  constexpr const char* kSyllables[] = {"ба", "ве", "ги", "до", "жу", "за",
                                        "ко", "лу", "ме", "ни", "по", "ры",
                                        "со", "ту", "фе", "ха"};
  std::string text;
  for (uint32_t word = 0; text.size() < (4 << 20); ++word) {
    for (int bit = 0; bit < 20; bit += 4) text += kSyllables[word >> bit & 15];
    text += ' ';
  }
  Find(text + "список", Language::kRu);
}

TEST(OtherStemsTest, WritesOutARepeatedKoreanWordOnce) {
  std::string text;
  while (text.size() < (4 << 20)) text += "파나요 ";
  const std::vector<OtherStem> stems = Find(text, Language::kKo);
  EXPECT_EQ(stems.size(), Find("파나요", Language::kKo).size());
}

TEST(OtherStemsTest, SurvivesAnyBytes) {
  for (const Language language : AllLanguages()) {
    for (const std::string text : {"", "\xff\xfe", "к", "ь", "e", "ek",
                                   "рік\xd1", "ů", "ąę", "ккк ццц eee kkk"}) {
      Find(text, language);
    }
  }
}

TEST(ShiftStemTest, GivesAFewOfEachWord) {
  std::vector<std::string> stems;
  ShiftStem(Language::kUk, {"рік", "рік", "рік"}, &stems);
  EXPECT_THAT(stems, Contains("рок"));
  EXPECT_THAT(stems, Contains("роц"));
  EXPECT_LE(stems.size(), kMostStemShifts);
  std::sort(stems.begin(), stems.end());
  EXPECT_EQ(std::unique(stems.begin(), stems.end()), stems.end());
}

}  // namespace
}  // namespace footnote
