#include "text/sentences.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "text/language.h"

namespace footnote {
namespace {

using ::testing::ElementsAreArray;

std::vector<std::string> Split(absl::string_view text, Language language) {
  std::vector<TextSpan> spans;
  Sentences(text, language, &spans);
  std::vector<std::string> sentences;
  for (const TextSpan& span : spans) {
    sentences.emplace_back(text.substr(span.begin, span.size()));
  }
  return sentences;
}

// `sentences` are joined with `between` and must come apart again.
struct Row {
  const char* name;
  const char* language;
  std::vector<std::string> sentences;
  const char* between = " ";
};

const Row kRows[] = {
    {"Arabic", "ar", {"ما هذا؟", "هذا اختبار.", "انتهى!"}},
    {"Czech",
     "cs",
     {"Např. prof. Novák přišel.", "Bylo to 3. května 1990.", "Konec."}},
    {"German",
     "de",
     {"Das ist z. B. ein Test, d.h. keiner.", "Am 3. Oktober 1990 war es so.",
      "Vgl. Abb. 3 von Dr. Meier.", "„Wirklich?“ fragte sie.", "Ende."}},
    {"Greek", "el", {"Τι είναι αυτό;", "Είναι δοκιμή, π.χ. αυτή.", "Τέλος."}},
    {"English",
     "en",
     {"Mr. Smith went to Washington, D.C.", "He met Dr. J. K. Rowling there.",
      "It cost $3.14 at 5 p.m. on www.debian.org.", "Really?!",
      "\"Yes!\" he said.", "(It was so.)", "See etc.", "The end... maybe."}},
    {"Spanish",
     "es",
     {"¿Qué es esto?", "El Sr. Pérez llegó a EE. UU. ayer.", "¡Hola!"}},
    {"Persian", "fa", {"این یک جمله است.", "آیا این هم هست؟", "بله."}},
    {"French",
     "fr",
     {"M. Dupont est arrivé.", "Il habite av. Foch.", "Voilà !", "Bien ?"}},
    {"Hebrew", "he", {"ד\"ר כהן הגיע.", "האם זה נגמר?", "כן."}},
    {"Hindi", "hi", {"यह एक वाक्य है।", "डॉ. शर्मा आए।", "क्या यह तीसरा है?"}},
    {"Indonesian", "id", {"Dr. Budi tiba.", "Siapa itu?", "Selesai."}},
    {"Italian",
     "it",
     {"Il sig. Rossi e il dott. Bianchi.", "Perché?", "Ecco."}},
    {"Japanese",
     "ja",
     {"「行く。」と言った。", "次の文です。", "本当？", "はい！"},
     ""},
    {"Korean", "ko", {"이것은 문장이다.", "다음 문장입니다!", "정말?"}},
    {"Dutch", "nl", {"Dhr. Jansen, bijv. hier.", "Waarom?", "Daarom."}},
    {"Polish",
     "pl",
     {"Ur. w 1950 r. w Warszawie.", "Np. prof. Kowalski.", "Koniec."}},
    {"Portuguese", "pt", {"O Sr. Silva chegou.", "Onde?", "No séc. XX."}},
    {"Romanian", "ro", {"Dl. Popescu a sosit.", "Nr. 5 e aici.", "Gata."}},
    {"Russian",
     "ru",
     {"Он родился в 1999 г. в Москве, т.е. в столице.",
      "А. С. Пушкин писал стихи.", "Когда?"}},
    {"Turkish",
     "tr",
     {"Prof. Dr. Ahmet geldi.", "M.Ö. 5. yüzyılda oldu.", "Kim?"}},
    {"Ukrainian",
     "uk",
     {"У 1990 р. відбулося, т. зв. диво.", "Коли?", "Кінець."}},
    {"Vietnamese", "vi", {"TP. Hồ Chí Minh rất lớn.", "Ở đâu?", "Hết."}},
    {"Chinese",
     "zh",
     {"这是第一句。", "这是第二句！", "“真的吗？”", "他说。",
      "第三句；还没完。"},
     ""},
};

class SentencesRowTest : public testing::TestWithParam<Row> {};

TEST_P(SentencesRowTest, ComeApart) {
  std::string text;
  for (const std::string& sentence : GetParam().sentences) {
    if (!text.empty()) text.append(GetParam().between);
    text.append(sentence);
  }
  EXPECT_THAT(Split(text, *ParseLanguage(GetParam().language)),
              ElementsAreArray(GetParam().sentences));
}

INSTANTIATE_TEST_SUITE_P(Languages, SentencesRowTest, testing::ValuesIn(kRows),
                         [](const testing::TestParamInfo<Row>& info) {
                           return info.param.name;
                         });

TEST(SentencesTest, EndAtEveryNewline) {
  EXPECT_THAT(
      Split("apt-get install foo\nls -l /etc\r\n\r\n  a table cell \n",
            Language::kEn),
      ElementsAreArray({"apt-get install foo", "ls -l /etc", "a table cell"}));
}

TEST(SentencesTest, KeepListMarkersWithTheirItem) {
  EXPECT_THAT(Split("1. First do this.\n2. Then that.", Language::kEn),
              ElementsAreArray({"1. First do this.", "2. Then that."}));
}

TEST(SentencesTest, KeepVersionsAddressesAndFileNames) {
  const std::string text =
      "Edit /etc/apt/sources.list with version 2.0.1 from 10.0.0.1 now.";
  EXPECT_THAT(Split(text, Language::kEn), ElementsAreArray({text}));
}

TEST(SentencesTest, GoOnInLowerCase) {
  const std::string text = "The firm Yahoo! is old, ca. five years.";
  EXPECT_THAT(Split(text, Language::kEn), ElementsAreArray({text}));
}

TEST(SentencesTest, SemicolonEndsOnlyInGreek) {
  EXPECT_EQ(Split("One; Two.", Language::kEn).size(), 1);
  EXPECT_EQ(Split("Ποιος; Εγώ.", Language::kEl).size(), 2);
}

TEST(SentencesTest, CoverEverythingButWhiteSpace) {
  for (const Row& row : kRows) {
    std::string text = "  \t";
    for (const std::string& sentence : row.sentences) {
      absl::StrAppend(&text, sentence, "\u3000\n ");
    }
    for (Language language : AllLanguages()) {
      std::vector<TextSpan> spans;
      Sentences(text, language, &spans);
      std::vector<bool> covered(text.size(), false);
      uint32_t end = 0;
      for (const TextSpan& span : spans) {
        ASSERT_LE(end, span.begin);
        ASSERT_LT(span.begin, span.end);
        end = span.end;
        EXPECT_TRUE(IsValidUtf8(
            absl::string_view(text).substr(span.begin, span.size())));
        for (uint32_t i = span.begin; i < span.end; ++i) covered[i] = true;
      }
      std::string rest;
      for (size_t i = 0; i < text.size(); ++i) {
        if (!covered[i]) rest.push_back(text[i]);
      }
      for (char c : rest) {
        EXPECT_TRUE(c == ' ' || c == '\t' || c == '\n' || c == '\xE3' ||
                    c == '\x80')
            << row.name << " " << LanguageCode(language) << ": " << rest;
      }
    }
  }
}

TEST(SentencesTest, GiveNothingForWhiteSpace) {
  EXPECT_TRUE(Split("", Language::kEn).empty());
  EXPECT_TRUE(Split(" \n\t \u00A0\u3000\r\n", Language::kZh).empty());
}

TEST(SentencesTest, SurviveGarbage) {
  const std::string samples[] = {
      std::string("\0.\0", 3),
      "\xFF\xFE. A",
      "...............",
      "?!?!?!",
      "\xE3\x80",
      "a.\xE2\x80",
      "\xED\xA0\x80. \xED\xB0",
      ".",
      "\"\"\"\"",
      "A. B. C. D. E. F.",
  };
  for (const std::string& sample : samples) {
    for (Language language : AllLanguages()) {
      for (const std::string& sentence : Split(sample, language)) {
        EXPECT_FALSE(sentence.empty());
      }
    }
  }
}

TEST(SentencesTest, TakeLinearTimeForALineOfStops) {
  std::string text;
  for (int i = 0; i < 1000000; ++i) text.append("A. ");
  EXPECT_FALSE(Split(text, Language::kEn).empty());
  std::string dots(4 << 20, '.');
  EXPECT_EQ(Split(dots, Language::kDe).size(), 1);
  std::string spaces = "a." + std::string(4 << 20, ' ') + "b";
  EXPECT_EQ(Split(spaces, Language::kDe).size(), 1);
}

}  // namespace
}  // namespace footnote
