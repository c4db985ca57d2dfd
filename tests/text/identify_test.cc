#include "text/identify.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "text/language.h"

namespace footnote {
namespace {

struct Row {
  const char* name;
  const char* language;
  const char* text;
};

constexpr Row kRows[] = {
    {"Question", "ar", "متى تأسست الجامعة؟"},
    {"QuestionWithLatinName", "ar", "من هو مؤسس شركة Microsoft؟"},
    {"Question", "cs", "Kdy byla založena univerzita?"},
    {"WithoutCarons", "cs", "Kolik obyvatel má hlavní město České republiky?"},
    {"Question", "de", "Wann wurde die Universität gegründet?"},
    {"NoUmlauts", "de", "Wie heißt die Hauptstadt?"},
    {"Question", "el", "Πότε ιδρύθηκε το πανεπιστήμιο;"},
    {"Question", "en", "When was the university founded?"},
    {"ForeignName", "en", "Who was Władysław Jagiełło?"},
    {"Question", "es", "¿Cuándo se fundó la universidad?"},
    {"NoMarks", "es", "Cuantos habitantes tiene la ciudad"},
    {"Question", "fa", "دانشگاه در چه سالی تأسیس شد؟"},
    {"NoPersianLetters", "fa", "این شهر در کدام استان است؟"},
    {"Question", "fr", "Quand l'université a-t-elle été fondée ?"},
    {"NoAccents", "fr", "Quel est le nom de la ville ?"},
    {"Question", "he", "מתי נוסדה האוניברסיטה?"},
    {"Question", "hi", "विश्वविद्यालय की स्थापना कब हुई?"},
    {"Question", "id", "Kapan universitas itu didirikan?"},
    {"Who", "id", "Siapakah presiden pertama Indonesia?"},
    {"Question", "it", "Quando è stata fondata l'università?"},
    {"NoAccents", "it", "Come si chiama il fiume?"},
    {"Question", "ja", "大学はいつ設立されましたか？"},
    {"FewKana", "ja", "東京都の人口"},
    {"Question", "ko", "대학교는 언제 설립되었습니까?"},
    {"Question", "nl", "Wanneer werd de universiteit opgericht?"},
    {"HowMany", "nl", "Hoeveel inwoners heeft de stad?"},
    {"Question", "pl", "Kiedy założono uniwersytet?"},
    {"Who", "pl", "Kto jest prezydentem Polski?"},
    {"Question", "pt", "Quando foi fundada a universidade?"},
    {"Tilde", "pt", "Qual é a população de São Paulo?"},
    {"Question", "ro", "Când a fost fondată universitatea?"},
    {"NoDiacritics", "ro", "Care este numele orasului?"},
    {"Question", "ru", "Когда был основан университет?"},
    {"Question", "tr", "Üniversite ne zaman kuruldu?"},
    {"NoTurkishLetters", "tr", "Kitap nerede ve ne zaman bulundu?"},
    {"Question", "uk", "Коли було засновано університет?"},
    {"FewTypicalLetters", "uk", "Хто написав цей роман?"},
    {"Question", "vi", "Trường đại học được thành lập khi nào?"},
    {"Question", "zh", "大学是什么时候成立的？"},
    {"Traditional", "zh", "這所大學是何時成立的？"},
};

class IdentifyRowTest : public testing::TestWithParam<Row> {};

TEST_P(IdentifyRowTest, FindsTheLanguage) {
  const Identified found = IdentifyLanguage(GetParam().text);
  EXPECT_EQ(LanguageCode(found.language), GetParam().language)
      << GetParam().text;
  EXPECT_GT(found.confidence, 0);
  EXPECT_LE(found.confidence, 1);
}

INSTANTIATE_TEST_SUITE_P(Questions, IdentifyRowTest, testing::ValuesIn(kRows),
                         [](const testing::TestParamInfo<Row>& info) {
                           return absl::StrCat(info.param.language, "_",
                                               info.param.name);
                         });

TEST(IdentifyTest, HasRowsForEveryLanguage) {
  std::map<std::string, int> rows;
  for (const Row& row : kRows) ++rows[row.language];
  EXPECT_EQ(rows.size(), AllLanguages().size());
}

TEST(IdentifyTest, KnowsNothingOfTextsWithoutLetters) {
  for (const char* text : {"", "  \n", "123 456", "?!…", "😀😀", "∑∫"}) {
    const Identified found = IdentifyLanguage(text);
    EXPECT_EQ(found.language, Language::kUnknown) << text;
    EXPECT_EQ(found.confidence, 0) << text;
  }
}

TEST(IdentifyTest, KnowsThatOtherLanguagesAreNotOurs) {
  const std::string danish =
      "Universitetet blev grundlagt i det femtende århundrede og er et af de "
      "ældste i Norden. Det har i dag mange tusinde studerende, og de fleste "
      "af dem bor i byen eller i nærheden. Forskningen ved universitetet er "
      "kendt i hele verden, og flere af dets lærere har fået store priser for "
      "deres arbejde. Biblioteket rummer mange sjældne bøger.";
  const std::string hungarian =
      "Az egyetemet a tizennegyedik században alapították, és ma is az ország "
      "egyik legnagyobb felsőoktatási intézménye. A hallgatók száma meghaladja "
      "a harmincezret, és sokan közülük külföldről érkeznek. A könyvtárban "
      "több mint egymillió kötet található, amelyek között igen ritka "
      "kéziratok is vannak, és a látogatók is megtekinthetik őket.";
  const std::string thai = "มหาวิทยาลัยก่อตั้งขึ้นเมื่อใด";
  EXPECT_EQ(IdentifyLanguage(danish).language, Language::kUnknown);
  EXPECT_EQ(IdentifyLanguage(hungarian).language, Language::kUnknown);
  EXPECT_EQ(IdentifyLanguage(thai).language, Language::kUnknown);
  // So long that common words alone may decide.
  std::string long_danish, long_hungarian;
  for (int i = 0; i < 5; ++i) {
    long_danish += danish + "\n";
    long_hungarian += hungarian + "\n";
  }
  EXPECT_EQ(IdentifyLanguage(long_danish).language, Language::kUnknown);
  EXPECT_EQ(IdentifyLanguage(long_hungarian).language, Language::kUnknown);
}

// Of so many words that they may decide alone; but they have the letters of
// German, not its words.
TEST(IdentifyTest, LettersAloneMakeNoLanguageClear) {
  const std::string finnish =
      "Tämän järjestelmän käyttäjä määrittää itse, mitä näytöllä näytetään "
      "ja mitä jätetään näyttämättä. Käyttäjätietoja säilytetään "
      "erillisessä hakemistossa, jota ylläpitäjä päivittää päivittäin. Jos "
      "käyttäjä ei ennätä päättää työtään, keskeneräinen työ säilyy ja sitä "
      "jatketaan myöhemmin. Näppäinyhdistelmät löytyvät näppäimistön "
      "määrityksistä, ja niitä pystyy vähentämään tai lisäämään. Älä "
      "käynnistä käyttöliittymää ylläpitäjänä, ellei se ole välttämätöntä. "
      "Häiriötilanteissa järjestelmä kerää tietää siitä, mitä käyttäjä "
      "teki, ja lähettää sen ylläpitäjälle, mikäli käyttäjä hyväksyy "
      "lähettämisen. Tämä pätee myös silloin, kun yhteyttä ei pystytä "
      "käynnistämään. Päivitykset löytyvät päävalikosta, jossa näytetään "
      "myös käytössä oleva määrä tilaa. Tyhjä kenttä täytetään ennen "
      "tallentamista, sillä tyhjää kenttää ei hyväksytä. Mikäli määrä "
      "ylittää käytettävissä olevan määrän, näytetään häiriöilmoitus ja "
      "käsittely keskeytetään. Käsittelyä jatketaan myöhemmin käyttäjän "
      "pyynnöstä. Näitä määräyksiä sovelletaan kaikkiin käyttäjiin, myös "
      "ylläpitäjään, ja niitä päivitetään säännöllisesti. Lisää ohjeita "
      "löydät käsikirjasta.";
  EXPECT_EQ(IdentifyLanguage(finnish).language, Language::kUnknown);
  // What the words said is kept, and the same when they come again.
  EXPECT_EQ(IdentifyLanguage(finnish + finnish).language, Language::kUnknown);
}

// Words are kept from text to text: what one said must not reach another.
TEST(IdentifyTest, SaysOfATextWhatItSaidWhateverCameBetween) {
  std::vector<std::string> texts;
  for (const Row& row : kRows) {
    std::string text;
    while (text.size() < 300) absl::StrAppend(&text, row.text, "\n");
    texts.push_back(text);
    // Begins with another word, and words in capitals.
    texts.push_back("Notes 12. " + text + absl::AsciiStrToUpper(row.text));
  }
  const auto say = [](const std::string& text) {
    const Identified found = IdentifyLanguage(text);
    return std::make_pair(found.language, found.confidence);
  };
  // Each by a thread that has seen nothing else.
  std::vector<std::pair<Language, float>> alone;
  for (const std::string& text : texts) {
    std::thread([&] { alone.push_back(say(text)); }).join();
  }
  for (int round = 0; round < 2; ++round) {
    for (size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(say(texts[i]), alone[i]) << texts[i];
    }
  }
}

// A list, a log, a form: CLD2 takes a sentence that comes again and again for
// one in another language.
TEST(IdentifyTest, ARepeatedSentenceIsInTheLanguageThatItIsInOnce) {
  const Row sentences[] = {
      {"", "en", "The sea is blue today."},
      {"", "es", "El mar está azul hoy."},
      {"", "nl", "De zee is blauw vandaag."},
      {"", "pl", "Jak wykonać zrzut ekranu?"},
      {"", "pt", "O mar está azul hoje."},
      {"", "tr", "Deniz bugün mavi."},
      {"", "tr", "Debian projesinin kurucusu kimdir?"},
  };
  for (const Row& row : sentences) {
    const Identified once = IdentifyLanguage(row.text);
    EXPECT_EQ(LanguageCode(once.language), row.language) << row.text;
    for (const int times : {10, 40, 100}) {
      std::string text;
      // Numbers make it no other sentence.
      for (int i = 0; i < times; ++i) {
        absl::StrAppend(&text, row.text, i % 2 == 0 ? " " : "\n", i, " ");
      }
      const Identified found = IdentifyLanguage(text);
      EXPECT_EQ(LanguageCode(found.language), row.language)
          << times << " times " << row.text;
      EXPECT_GE(found.confidence, std::min(once.confidence, 0.5f) * 0.9f)
          << times << " times " << row.text;
    }
  }
}

TEST(SureLanguageTest, KnowsAnotherLanguageThanTheDocuments) {
  const std::string english =
      "The keeper of the lighthouse came down the stairs in the morning and "
      "said that he had not slept, because the fog had been there all night.";
  EXPECT_EQ(SureLanguage(english, Language::kEn), Language::kEn);
  EXPECT_EQ(SureLanguage(english, Language::kDe), Language::kEn);
  EXPECT_EQ(SureLanguage(english, Language::kUnknown), Language::kEn);
  for (const Row& row : kRows) {
    // Who is told to expect English is sure of nothing wrong.
    const Language sure = SureLanguage(row.text, Language::kEn);
    EXPECT_TRUE(sure == ParseLanguage(row.language).value() ||
                sure == Language::kUnknown)
        << row.text;
  }
}

// CLD2 is not asked of most of them; but whatever is expected, what it says of
// the others stands.
TEST(SureLanguageTest, IsAnotherThanExpectedJustWhereIdentificationIsSureOfIt) {
  std::vector<std::string> texts = {"", "12 + 7", "ls /etc/apt"};
  for (const Row& row : kRows) {
    for (const Row& other : kRows) {
      texts.push_back(absl::StrCat(row.text, " ", other.text, "\n", row.text));
    }
    texts.push_back(row.text);
    texts.push_back(absl::StrCat(row.text, " ", row.text, " ", row.text, " ",
                                 row.text, " ", row.text, " ", row.text));
  }
  int sure = 0, of_another = 0;
  for (const std::string& text : texts) {
    const Identified found = IdentifyLanguage(text);
    const bool is_sure = found.confidence >= kSureOfLanguage;
    sure += is_sure;
    for (Language expected : AllLanguages()) {
      const Language said = SureLanguage(text, expected);
      if (is_sure && found.language != expected) {
        EXPECT_EQ(said, found.language) << text;
        ++of_another;
      } else {
        EXPECT_TRUE(said == expected || said == Language::kUnknown) << text;
      }
    }
  }
  EXPECT_GT(sure, 100);
  EXPECT_LT(sure, texts.size() - 100);
  EXPECT_GT(of_another, 1000);
}

// Half of a page was never translated, and begins below a heading that was.
TEST(SureLanguageTest, IsThatOfMostOfAPassage) {
  const std::string passage =
      "Einführung in die Verwaltung der Netzwerkverbindungen. By default the "
      "kernel gives each card a generic name, such as the first of the lines "
      "below, and the name may be another one when the machine is started "
      "again. Look at the rules that were written when the system was "
      "installed, and add one of your own.";
  EXPECT_EQ(SureLanguage(passage, Language::kDe), Language::kEn);
  EXPECT_EQ(SureLanguage(passage, Language::kEn), Language::kEn);
}

TEST(SureLanguageTest, PassagesInLanguagesThatAreNotOursHaveNone) {
  const char* const passages[] = {
      "Die huis aan die rivier was al baie oud toe die nuwe eienaar daar "
      "aangekom het. Hy het elke dag met die boot na die dorp gegaan en eers "
      "in die aand weer teruggekom, want die werk was ver en die pad was nie "
      "goed nie. Niemand het geweet waar hy vandaan gekom het nie.",
      "Qapının açarını alın və sağdakı otağı açın. İstədiyiniz bir kitabı alıb "
      "ya da bir qəzeti götürüb burada oxuya bilərsiniz. Üç nəfər üçün bir "
      "masa var, daha böyük masa üst qatdadır. Daxil olan hər bir qonaq üçün "
      "isti çay, ya da sərin su var. Axşam üçün bir bilet almaq "
      "istəyirsinizsə, "
      "kassanın yanına gəlin.",
      "La casa de la vora del riu ja era molt vella quan hi va arribar el nou "
      "amo. Cada dia anava al poble amb la barca i no tornava fins al vespre, "
      "perquè la feina era lluny i el camí no era gens bo. Ningú no sabia "
      "d'on venia ni què hi feia, però tothom l'estimava.",
      "Kuća na obali rijeke bila je već vrlo stara kada je u nju došao novi "
      "vlasnik. Svaki dan je odlazio brodom u selo i vraćao se tek navečer, "
      "jer je posao bio daleko, a put nije bio dobar. Nitko nije znao odakle "
      "je došao ni što ondje radi, ali su ga svi voljeli.",
      "Huset ved åen var allerede meget gammelt, da den nye ejer kom dertil. "
      "Hver dag sejlede han til byen og kom først hjem igen om aftenen, for "
      "arbejdet lå langt væk, og vejen var ikke god. Ingen vidste, hvor han "
      "kom fra, eller hvad han lavede der, men alle holdt af ham.",
  };
  for (const char* passage : passages) {
    for (Language expected : AllLanguages()) {
      const Language sure = SureLanguage(passage, expected);
      EXPECT_TRUE(sure == Language::kUnknown || sure == expected)
          << LanguageCode(sure) << ": " << passage;
    }
  }
}

TEST(SureLanguageTest, SaysOfATextThatComesAgainWhatItSaidBefore) {
  // By row: what is said where its language is expected, and where nothing is.
  const auto ask_all = [](bool own_first) {
    std::vector<std::array<Language, 2>> said;
    for (const Row& row : kRows) {
      std::string text = row.text;
      while (text.size() < 200) absl::StrAppend(&text, " ", row.text);
      const Language own = ParseLanguage(row.language).value();
      said.emplace_back();
      for (const bool is_own : {own_first, !own_first}) {
        said.back()[is_own] =
            SureLanguage(text, is_own ? own : Language::kUnknown);
      }
    }
    return said;
  };
  const auto first = ask_all(true);
  EXPECT_EQ(ask_all(true), first);
  // A thread that has heard none of it.
  std::vector<std::array<Language, 2>> elsewhere;
  std::thread([&] { elsewhere = ask_all(false); }).join();
  EXPECT_EQ(elsewhere, first);
  int differ = 0;
  for (const auto& said : first) differ += said[0] != said[1];
  EXPECT_GT(differ, 3) << "what is expected is part of the question";
}

TEST(IdentifyTest, TakesTheLanguageOfMostOfTheText) {
  EXPECT_EQ(IdentifyLanguage("Выполните команду apt-get install foo и "
                             "перезапустите сервер командой systemctl restart")
                .language,
            Language::kRu);
}

TEST(IdentifyTest, ReadsOnlyTheBegin) {
  std::string text(40 << 20, ' ');
  text.replace(0, 32, "This is a text in English, and so");
  EXPECT_EQ(IdentifyLanguage(text).language, Language::kEn);
}

float Likelihood(const char* text, Language language) {
  for (const LikelyLanguage& likely : LikelyLanguages(text)) {
    if (likely.language == language) return likely.likelihood;
  }
  return 0;
}

TEST(IdentifyTest, ReadsHeadingsByTheEndsOfTheirWords) {
  EXPECT_EQ(IdentifyLanguage("Installing Debian").language, Language::kEn);
  EXPECT_EQ(IdentifyLanguage("Apportare modifiche").language, Language::kIt);
  EXPECT_EQ(IdentifyLanguage("Aktualisierungen").language, Language::kDe);
  EXPECT_EQ(IdentifyLanguage("Finalizarea instalării").language, Language::kRo);
  EXPECT_EQ(IdentifyLanguage("Ustawienia drukowania").language, Language::kPl);
}

TEST(IdentifyTest, TakesAShortTextWithLatinNamesForItsOtherScript) {
  EXPECT_EQ(IdentifyLanguage("KDE と Plasma").language, Language::kJa);
  EXPECT_EQ(IdentifyLanguage("Настройка postfix").language, Language::kRu);
}

TEST(LikelyLanguagesTest, BeginWithTheOneThatIdentificationGives) {
  for (const Row& row : kRows) {
    const std::vector<LikelyLanguage> likely = LikelyLanguages(row.text);
    ASSERT_FALSE(likely.empty()) << row.text;
    EXPECT_EQ(likely[0].language, IdentifyLanguage(row.text).language);
    EXPECT_EQ(likely[0].likelihood, 1);
    for (size_t i = 1; i < likely.size(); ++i) {
      EXPECT_LT(likely[i].likelihood, 1) << row.text;
      EXPECT_LE(likely[i].likelihood, likely[i - 1].likelihood) << row.text;
    }
  }
}

TEST(LikelyLanguagesTest, LeaveOpenWhatAFewWordsDoNotSay) {
  // Any Latin language has names; a sentence with its own words has one.
  EXPECT_GT(Likelihood("Apache Tomcat", Language::kDe), 0.3f);
  EXPECT_LT(Likelihood("When was the university founded?", Language::kDe),
            0.3f);
  // Han alone are Chinese or Japanese; with Kana they are Japanese.
  EXPECT_GT(Likelihood("設定", Language::kJa), 0.5f);
  EXPECT_GT(Likelihood("設定", Language::kZh), 0.5f);
  EXPECT_EQ(Likelihood("設定する", Language::kZh), 0);
  // No letter tells Persian from Arabic here.
  EXPECT_GT(Likelihood("نصب نرم", Language::kFa), 0.3f);
}

TEST(LikelyLanguagesTest, AreOneWhereAScriptHasOneAndNoneWhereNothingIsKnown) {
  EXPECT_EQ(LikelyLanguages("Πότε").size(), 1u);
  EXPECT_TRUE(LikelyLanguages("12 + 7").empty());
  EXPECT_TRUE(LikelyLanguages("").empty());
}

TEST(IdentifyTest, SurvivesGarbage) {
  IdentifyLanguage("\xFF\xFE\xC3");
  IdentifyLanguage(std::string(1 << 20, '\0'));
  IdentifyLanguage(std::string(1 << 20, '\xE4'));
  std::string marks;
  for (int i = 0; i < 100000; ++i) marks.append("\xCC\x81");
  IdentifyLanguage(marks);
  // Cut inside a code point at the limit of what is read.
  std::string han;
  while (han.size() < (16 << 10) + 100) han.append("语");
  EXPECT_EQ(IdentifyLanguage(han).language, Language::kZh);
}

}  // namespace
}  // namespace footnote
