#include "text/short_forms.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::vector<ShortForm> Find(const std::string& text, Language language) {
  Analyzer analyzer;
  std::vector<Token> tokens;
  analyzer.Analyze(text, language, &tokens);
  std::vector<ShortForm> forms;
  FindShortForms(text, tokens, &forms);
  return forms;
}

// The words that `text` may be cut short from, by those of `pairs` (whatever
// their characters' form) that it may be cut short to.
std::vector<std::pair<std::string, std::string>> Known(
    const std::string& text, Language language,
    const std::vector<std::string>& pairs) {
  Analyzer analyzer;
  std::vector<std::pair<std::string, std::string>> known;
  for (const ShortForm& form : Find(text, language)) {
    for (const std::string& pair : pairs) {
      std::vector<Token> tokens;
      analyzer.Analyze(pair, language, &tokens);
      for (const Token& token : tokens) {
        if (token.channel != kChannelBigram || token.key != form.key) continue;
        known.emplace_back(pair,
                           text.substr(form.span.begin, form.span.size()));
      }
    }
  }
  return known;
}

TEST(ShortFormsTest, AreTheFirstCharactersOfTwoWords) {
  EXPECT_THAT(Known("日本銀行総裁", Language::kJa, {"日銀", "銀総", "日総"}),
              ElementsAre(Pair("日銀", "日本銀行"), Pair("銀総", "銀行総裁")));
  EXPECT_THAT(Known("经过北京大学", Language::kZh, {"北大", "京大"}),
              ElementsAre(Pair("北大", "北京大学")));
  EXPECT_THAT(Known("農林水産省", Language::kJa, {"農水", "水省"}),
              ElementsAre(Pair("農水", "農林水産"), Pair("水省", "水産省")));
}

TEST(ShortFormsTest, AreOneInBothWritings) {
  EXPECT_THAT(Known("東京大學", Language::kZh, {"东大"}),
              ElementsAre(Pair("东大", "東京大學")));
}

TEST(ShortFormsTest, TellWhereTheWordsStand) {
  const std::vector<ShortForm> forms = Find("私は高速鉄道で", Language::kJa);
  ASSERT_EQ(forms.size(), 1u);
  EXPECT_EQ(forms[0].span, (TextSpan{6, 18}));
  EXPECT_EQ(forms[0].position, 2u);
}

TEST(ShortFormsTest, AreOfWordsThatStandSideBySideInHan) {
  EXPECT_THAT(Find("東京の大学", Language::kJa), IsEmpty());
  EXPECT_THAT(Find("東京、大学", Language::kJa), IsEmpty());
  EXPECT_THAT(Find("東京タワー大学", Language::kJa), IsEmpty());
  EXPECT_THAT(Find("东京的大学", Language::kZh), IsEmpty());
  EXPECT_THAT(Find("The Nippon Ginko", Language::kEn), IsEmpty());
}

TEST(ShortFormsTest, AreNoneWhereTheTextHasThemItself) {
  // 家|電: the two are what is there.
  EXPECT_THAT(Find("家电", Language::kZh), IsEmpty());
  // 中国|国家 begins with 中国.
  EXPECT_THAT(Find("中国国家", Language::kZh), IsEmpty());
}

TEST(ShortFormsTest, TakeAnyBytes) {
  EXPECT_THAT(Find("", Language::kJa), IsEmpty());
  EXPECT_THAT(Find("\xff\xfe\xe6", Language::kJa), IsEmpty());
  std::string long_text;
  for (int i = 0; i < 20000; ++i) long_text += "日本銀行";
  EXPECT_GE(Find(long_text, Language::kJa).size(), 20000u);
}

}  // namespace
}  // namespace footnote
