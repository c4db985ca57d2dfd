#include "text/fold.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "base/utf8.h"
#include "gtest/gtest.h"
#include "text/language.h"

namespace footnote {
namespace {

struct Row {
  const char* name;
  const char* text;
  const char* careful;
  const char* bare;
};

constexpr Row kRows[] = {
    {"Case", "ABC Ünder", "abc ünder", "abc under"},
    {"Eszett", "Straße STRAẞE", "strasse strasse", "strasse strasse"},
    {"Ligatures", "ﬁle œuvre Ærø", "file œuvre ærø", "file oeuvre aero"},
    {"Width", "ＡＢＣ１２", "abc12", "abc12"},
    {"Composes", "e\u0301te\u0301", "été", "ete"},
    {"DutchLigature", "Ĳsselmeer", "ijsselmeer", "ijsselmeer"},
    {"Stroke", "Łódź Đà", "łódź đà", "lodz da"},
    {"Greek", "ΟΔΟΣ όδος", "οδοσ όδοσ", "οδοσ οδοσ"},
    {"Tashkeel", "الْكِتَابُ", "الكتاب", "الكتاب"},
    {"Alef", "أحمد إلى آية ٱسم", "أحمد إلى آية ٱسم", "احمد الي ايه اسم"},
    {"Persian", "کتاب گربه", "کتاب گربه", "كتاب گربه"},
    {"Zwnj", "می‌شود", "میشود", "ميشود"},
    {"Digits", "١٢ ۳۴ ५६", "12 34 56", "12 34 56"},
    {"Niqqud", "שָׁלוֹם", "שלום", "שלום"},
    {"Nukta", "क़लम", "क़लम", "कलम"},
    {"Chandrabindu", "चाँद", "चाँद", "चांद"},
    {"Yo", "Ёлка й", "ёлка й", "елка й"},
    {"Ukrainian", "Ґанок Їжак", "ґанок їжак", "ганок їжак"},
    {"HalfWidthKana", "ｶﾞｲﾄﾞ", "ガイド", "ガイド"},
    {"KanaStays", "がガ", "がガ", "がガ"},
    {"TraditionalHan", "臺灣國語", "臺灣國語", "台湾国语"},
    {"Apostrophes", "l’homme компʼютер", "l'homme комп'ютер",
     "l'homme комп'ютер"},
    {"SoftHyphen", "co\u00ADop", "coop", "coop"},
    {"RomanianCedilla", "oraşul oraşul", "oraşul oraşul", "orasul orasul"},
};

class FoldRowTest : public testing::TestWithParam<Row> {};

TEST_P(FoldRowTest, GivesBothForms) {
  const std::string careful =
      FoldCarefully(GetParam().text, Language::kUnknown);
  // The expected forms are written as people type them: composed.
  EXPECT_EQ(careful, GetParam().careful);
  EXPECT_EQ(Fold(GetParam().text, Language::kUnknown), GetParam().bare);
}

TEST_P(FoldRowTest, IsIdempotent) {
  const std::string careful =
      FoldCarefully(GetParam().text, Language::kUnknown);
  EXPECT_EQ(FoldCarefully(careful, Language::kUnknown), careful);
  const std::string bare = Fold(GetParam().text, Language::kUnknown);
  EXPECT_EQ(Fold(bare, Language::kUnknown), bare);
}

INSTANTIATE_TEST_SUITE_P(Rows, FoldRowTest, testing::ValuesIn(kRows),
                         [](const testing::TestParamInfo<Row>& info) {
                           return info.param.name;
                         });

TEST(FoldTest, KeepsTheDotlessIOfTurkish) {
  EXPECT_EQ(FoldCarefully("ISPARTA İZMİR", Language::kTr), "ısparta izmir");
  EXPECT_EQ(FoldCarefully("I\u0307zmir", Language::kTr), "izmir");
  EXPECT_EQ(FoldCarefully("IBM", Language::kEn), "ibm");
  EXPECT_EQ(Fold("ISPARTA", Language::kTr), "isparta");
}

TEST(FoldTest, ReplacesInvalidBytes) {
  EXPECT_EQ(Fold("a\xFFz", Language::kEn), "a\uFFFDz");
  EXPECT_TRUE(
      IsValidUtf8(Fold("\xE3\x82\xC3\xED\xA0\x80\xF5", Language::kUnknown)));
}

TEST(FoldTest, SimplifiesHanAsIcuDoes) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> icu(
      icu::Transliterator::createInstance("Traditional-Simplified",
                                          UTRANS_FORWARD, status));
  ASSERT_TRUE(U_SUCCESS(status));
  int changed = 0;
  for (char32_t c = 0x3400; c < 0xA000; ++c) {
    icu::UnicodeString simplified(static_cast<UChar32>(c));
    icu->transliterate(simplified);
    ASSERT_EQ(BareCodePoint(c), simplified.char32At(0)) << std::hex << c;
    changed += BareCodePoint(c) != c;
  }
  EXPECT_GT(changed, 2000);
}

TEST(FoldTest, FoldsLongTextsAsTheirWords) {
  std::string text, careful, bare;
  for (int i = 0; i < 50; ++i) {
    for (const absl::string_view word :
         {"STRASSE ", "Łódź ", "臺灣 ", "Œuvre ", "\xff\xe4 ", "Ёлка "}) {
      text.append(word.data(), word.size());
      careful += FoldCarefully(word, Language::kUnknown);
      bare += Fold(word, Language::kUnknown);
      ASSERT_EQ(FoldCarefully(text, Language::kUnknown), careful);
      ASSERT_EQ(Fold(text, Language::kUnknown), bare);
    }
  }
  const std::string damaged(1000, '\xff');
  EXPECT_EQ(FoldCarefully(damaged, Language::kUnknown).size(), 3000);
  EXPECT_EQ(Fold(damaged, Language::kUnknown).size(), 3000);
}

TEST(FoldTest, TakesAMillionMarks) {
  std::string text = "a";
  for (int i = 0; i < 1000000; ++i) text.append("\xCC\x81");
  EXPECT_EQ(Fold(text, Language::kUnknown), "a");
}

TEST(FoldTest, MapsSingleCodePoints) {
  EXPECT_EQ(BareCodePoint(0x570B), 0x56FD);  // 國
  EXPECT_EQ(BareCodePoint(0xFF76), 0x30AB);  // ｶ
  EXPECT_EQ(BareCodePoint('A'), 'a');
  EXPECT_EQ(BareCodePoint(0x20000), 0x20000);
}

}  // namespace
}  // namespace footnote
