#include "text/language.h"

#include <set>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "text/language_table.h"

namespace footnote {
namespace {

TEST(LanguageTest, HasTwentyThree) {
  EXPECT_EQ(AllLanguages().size(), 23);
  std::set<std::string> codes;
  for (Language language : AllLanguages()) {
    codes.insert(std::string(LanguageCode(language)));
  }
  EXPECT_EQ(codes.size(), 23);
}

TEST(LanguageTest, ReadsWhatItWrites) {
  for (Language language : AllLanguages()) {
    EXPECT_EQ(*ParseLanguage(LanguageCode(language)), language);
    EXPECT_FALSE(LanguageName(language).empty());
  }
  EXPECT_EQ(*ParseLanguage("und"), Language::kUnknown);
  EXPECT_EQ(*ParseLanguage(""), Language::kUnknown);
}

TEST(LanguageTest, ReadsRegionsAndOldCodes) {
  EXPECT_EQ(*ParseLanguage("pt-BR"), Language::kPt);
  EXPECT_EQ(*ParseLanguage("ZH_tw"), Language::kZh);
  EXPECT_EQ(*ParseLanguage("iw"), Language::kHe);
  EXPECT_EQ(*ParseLanguage("in"), Language::kId);
}

TEST(LanguageTest, RefusesOtherCodesByName) {
  const absl::Status status = ParseLanguage("xx").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("\"xx\""), absl::string_view::npos);
  EXPECT_FALSE(ParseLanguage("english").ok());
}

TEST(LanguageTest, StoredNumbersNeverChange) {
  EXPECT_EQ(static_cast<int>(Language::kUnknown), 0);
  EXPECT_EQ(static_cast<int>(Language::kAr), 1);
  EXPECT_EQ(static_cast<int>(Language::kEn), 5);
  EXPECT_EQ(static_cast<int>(Language::kKo), 14);
  EXPECT_EQ(static_cast<int>(Language::kZh), 23);
}

TEST(LanguageTest, CallsNumbersOutsideTheEnumUnknown) {
  EXPECT_EQ(LanguageCode(static_cast<Language>(99)), "und");
}

TEST(LanguageTableTest, HasEachLanguageAtItsNumber) {
  for (Language language : AllLanguages()) {
    EXPECT_EQ(RowOf(language).language, language);
    EXPECT_GT(absl::string_view(RowOf(language).stop_words).size(), 200)
        << LanguageCode(language);
  }
  EXPECT_EQ(RowOf(static_cast<Language>(99)).language, Language::kUnknown);
}

}  // namespace
}  // namespace footnote
