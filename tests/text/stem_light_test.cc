#include "text/stem_light.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "gtest/gtest.h"
#include "text/fold.h"
#include "text/language.h"

namespace footnote {
namespace {

struct Row {
  const char* name;
  Language language;
  // Forms that share one stem, and one that does not.
  std::vector<const char*> forms;
  const char* other;
};

const Row kRows[] = {
    {"CzechNoun",
     Language::kCs,
     {"hrad", "hradu", "hradem", "hrady", "hradům", "hradech"},
     "hrob"},
    {"CzechAdjective",
     Language::kCs,
     {"nový", "nového", "novému", "novým", "nová", "nových"},
     "nízký"},
    {"CzechFeminine",
     Language::kCs,
     {"škola", "školy", "školu", "školou"},
     "stroj"},
    {"PolishNoun",
     Language::kPl,
     {"pakiet", "pakietu", "pakietem", "pakiety", "pakietów", "pakietami"},
     "paczka"},
    {"PolishAdjective",
     Language::kPl,
     {"nowy", "nowego", "nowemu", "nowym", "nowa", "nowych"},
     "niski"},
    {"UkrainianNoun",
     Language::kUk,
     {"система", "системи", "системі", "систему", "системою", "системах"},
     "сторона"},
    {"UkrainianAdjective",
     Language::kUk,
     {"великий", "великого", "великому", "великим", "велика", "великі"},
     "малий"},
    {"PersianPlural", Language::kFa, {"کتاب", "کتابها", "کتابهای"}, "کتیبه"},
    {"PersianVerb",
     Language::kFa,
     {"می‌رود", "رود", "نمی‌رود"},
     "شهر"},
    {"HebrewPlural", Language::kHe, {"ספר", "ספרים", "ספרי"}, "שולחן"},
    {"HebrewClitics",
     Language::kHe,
     {"ילדים", "הילדים", "לילדים", "והילדים"},
     "מורים"},
    {"KoreanParticles",
     Language::kKo,
     {"학교", "학교를", "학교는", "학교에서", "학교의", "학교까지"},
     "학생"},
    {"KoreanDirection", Language::kKo, {"부산", "부산으로", "부산에"}, "서울"},
};

std::string Stem(const char* word, Language language) {
  std::string stem = Fold(word, language);
  StemLightly(language, &stem);
  return stem;
}

class StemLightRowTest : public testing::TestWithParam<Row> {};

TEST_P(StemLightRowTest, FormsShareAStem) {
  const Row& row = GetParam();
  ASSERT_TRUE(HasLightStemmer(row.language));
  const std::string stem = Stem(row.forms[0], row.language);
  for (const char* form : row.forms) {
    EXPECT_EQ(Stem(form, row.language), stem) << form;
  }
  EXPECT_NE(Stem(row.other, row.language), stem) << row.other;
}

INSTANTIATE_TEST_SUITE_P(Words, StemLightRowTest, testing::ValuesIn(kRows),
                         [](const testing::TestParamInfo<Row>& info) {
                           return info.param.name;
                         });

TEST(StemLightTest, LeavesTwoLettersOrMore) {
  for (Language language : AllLanguages()) {
    for (const char* word : {"ami", "ového", "iejszych", "ування", "های",
                             "יותיהם", "으로부터", "를", "ах", "ה", "", "a"}) {
      const std::string bare = Fold(word, language);
      std::string stem = bare;
      StemLightly(language, &stem);
      EXPECT_GE(CountCodePoints(stem),
                std::min<size_t>(CountCodePoints(bare), 1))
          << word;
      EXPECT_TRUE(IsValidUtf8(stem));
    }
  }
}

TEST(StemLightTest, LeavesOtherLanguagesAlone) {
  for (Language language : AllLanguages()) {
    if (HasLightStemmer(language)) continue;
    std::string word = "houses";
    StemLightly(language, &word);
    EXPECT_EQ(word, "houses");
  }
}

}  // namespace
}  // namespace footnote
