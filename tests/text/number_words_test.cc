#include "text/number_words.h"

#include <gtest/gtest.h>

#include "text/fold.h"

namespace footnote {
namespace {

int NumberOf(const char* word, Language language) {
  const auto& words = NumberWords(language);
  const auto found = words.find(Fold(word, language));
  return found == words.end() ? 0 : found->second;
}

TEST(NumberWordsTest, KnowsTheWordsOfEveryLanguage) {
  for (const Language language : AllLanguages()) {
    EXPECT_GE(NumberWords(language).size(), 10u) << LanguageName(language);
  }
  EXPECT_TRUE(NumberWords(Language::kUnknown).empty());
  EXPECT_EQ(NumberOf("twelve", Language::kEn), 12);
  EXPECT_EQ(NumberOf("einundzwanzig", Language::kDe), 21);
  EXPECT_EQ(NumberOf("три", Language::kRu), 3);
  EXPECT_EQ(NumberOf("三", Language::kJa), 3);
  EXPECT_EQ(NumberOf("üç", Language::kTr), 3);
  EXPECT_EQ(NumberOf("month", Language::kEn), 0);
}

TEST(NumberWordsTest, KnowsGenders) {
  EXPECT_EQ(NumberOf("ein", Language::kDe), 1);
  EXPECT_EQ(NumberOf("einem", Language::kDe), 1);
  EXPECT_EQ(NumberOf("dos", Language::kEs), 2);
  EXPECT_EQ(NumberOf("due", Language::kIt), 2);
  EXPECT_EQ(NumberOf("две", Language::kRu), 2);
  EXPECT_EQ(NumberOf("два", Language::kRu), 2);
  EXPECT_EQ(NumberOf("ثلاثة", Language::kAr), 3);
  EXPECT_EQ(NumberOf("ثلاث", Language::kAr), 3);
}

}  // namespace
}  // namespace footnote
