#include "text/words.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace footnote {
namespace {

std::string Cut(absl::string_view text) {
  std::vector<Word> words;
  Words(text, &words);
  std::vector<std::string> cut;
  for (const Word& word : words) {
    cut.emplace_back(text.substr(word.span.begin, word.span.size()));
  }
  return absl::StrJoin(cut, "|");
}

uint8_t FlagsOf(absl::string_view text) {
  std::vector<Word> words;
  Words(text, &words);
  return words.size() == 1 ? words[0].flags : 0xFF;
}

struct Row {
  const char* name;
  const char* text;
  const char* words;
};

constexpr Row kRows[] = {
    {"Spaces", "one two\tthree\nfour", "one|two|three|four"},
    {"Punctuation", "(one), \"two\"; three!", "one|two|three"},
    {"ApostropheInside", "don't l’homme 'quoted'", "don't|l’homme|quoted"},
    {"Acronym", "the U.S. and e.g. z.B.", "the|U.S|and|e.g|z.B"},
    {"StopWithoutSpace", "end.Next www.debian.org", "end|Next|www|debian|org"},
    {"Number", "1,024.5 and 3.14.", "1,024.5|and|3.14"},
    {"NumberAndUnit", "10km x86 3rd", "10km|x86|3rd"},
    {"Date", "2015-03-01 12:30", "2015|03|01|12|30"},
    {"Hyphen", "COVID-19 well-known", "COVID|19|well|known"},
    {"Underscore", "snake_case", "snake|case"},
    {"Email", "a.b@example.org", "a.b|example|org"},
    {"Accents", "naïve e\u0301cole", "naïve|e\u0301cole"},
    {"Gershayim", "צה\"ל אמר", "צה\"ל|אמר"},
    {"QuotedHebrew", "\"שלום\"", "שלום"},
    {"Zwnj", "می‌خواهم", "می‌خواهم"},
    {"VowelSigns", "हिन्दी में।", "हिन्दी|में"},
    {"Hangul", "2015년에 IBM은", "2015|년에|IBM|은"},
    {"Japanese", "東京に住む。カメラ", "東京|に|住む|カメラ"},
    {"Chinese", "我们在北京", "我们|在|北京"},
    {"FullWidthComma", "2015，2016", "2015|2016"},
    {"ArabicDecimal", "٣٫١٤", "٣٫١٤"},
    {"Emoji", "a😀b", "a|b"},
    {"SoftHyphen", "co\u00ADoperate", "co\u00ADoperate"},
    {"ZeroWidthSpace", "one\u200Btwo", "one|two"},
    {"Ukrainian", "п'ять п’ять", "п'ять|п’ять"},
    {"Superscript", "5 m² ok", "5|m²|ok"},
};

class WordsRowTest : public testing::TestWithParam<Row> {};

TEST_P(WordsRowTest, AreCut) {
  EXPECT_EQ(Cut(GetParam().text), GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(Rows, WordsRowTest, testing::ValuesIn(kRows),
                         [](const testing::TestParamInfo<Row>& info) {
                           return info.param.name;
                         });

TEST(WordsTest, SayWhatTheyAreMadeOf) {
  EXPECT_EQ(FlagsOf("1,024"), kWordNumber | kWordHasDigit);
  EXPECT_EQ(FlagsOf("١٢"), kWordNumber | kWordHasDigit);
  EXPECT_EQ(FlagsOf("x86"), kWordHasDigit | kWordLatin);
  EXPECT_EQ(FlagsOf("Berlin"), kWordCapitalised | kWordLatin);
  EXPECT_EQ(FlagsOf("NATO"), kWordCapitalised | kWordAllCaps | kWordLatin);
  EXPECT_EQ(FlagsOf("A"), kWordCapitalised | kWordLatin);
  EXPECT_EQ(FlagsOf("Москва"), kWordCapitalised);
  EXPECT_EQ(FlagsOf("Αθήνα"), kWordCapitalised);
  EXPECT_EQ(FlagsOf("北京"), kWordCjk);
  EXPECT_EQ(FlagsOf("カメラ"), kWordCjk);
  EXPECT_EQ(FlagsOf("서울"), kWordHangul);
  EXPECT_EQ(FlagsOf("शब्द"), 0);
}

// Letters of ASCII are read eight at a time.
TEST(WordsTest, EndWithTheFirstByteThatIsNoLetter) {
  std::string letters;
  for (char c = 'A'; c <= 'z'; ++c) {
    if (absl::ascii_isalpha(static_cast<unsigned char>(c))) letters += c;
  }
  for (size_t length = 1; length <= letters.size(); ++length) {
    const std::string word = letters.substr(letters.size() - length);
    for (int c = 0; c < 256; ++c) {
      const auto byte = static_cast<unsigned char>(c);
      // The signs that join what stands on both sides.
      if (absl::ascii_isalnum(byte) || c == '\'') continue;
      if (length == 1 && c == '.') continue;
      const std::string text =
          absl::StrCat("1, ", word, std::string(1, c), "x, ", word);
      EXPECT_EQ(Cut(text), absl::StrCat("1|", word, "|x|", word)) << c;
    }
    for (const char* more : {"7", "é", "ı", "'s", "ß"}) {
      const std::string longer = absl::StrCat(word, more, word);
      EXPECT_EQ(Cut(longer + " x"), longer + "|x");
    }
  }
}

TEST(WordsTest, AreAllCapsUnlessALetterIsSmall) {
  for (size_t length = 2; length <= 40; ++length) {
    const std::string caps(length, 'Z');
    EXPECT_TRUE(FlagsOf(caps) & kWordAllCaps) << length;
    EXPECT_TRUE(FlagsOf(caps + ", ") & kWordAllCaps) << length;
    for (size_t small = 0; small < length; ++small) {
      std::string word = caps;
      word[small] = 'a';
      EXPECT_EQ(FlagsOf(word), kWordLatin | (small == 0 ? 0 : kWordCapitalised))
          << word;
    }
  }
}

TEST(WordsTest, SurviveGarbage) {
  EXPECT_EQ(Cut("a\xFF"
                "b"),
            "a|b");
  EXPECT_EQ(Cut(std::string("a\0b", 3)), "a|b");
  EXPECT_EQ(Cut("\xED\xA0\x80"), "");
  EXPECT_EQ(Cut("\xCC\x81"), "");
  EXPECT_EQ(Cut("\xE8\xAF"), "");
  EXPECT_EQ(Cut(""), "");
}

TEST(WordsTest, AreCutAt255Bytes) {
  std::vector<Word> words;
  Words(std::string(1000, 'x'), &words);
  ASSERT_EQ(words.size(), 4);
  EXPECT_EQ(words[0].span.size(), 255);
  EXPECT_EQ(words[3].span.end, 1000);
}

}  // namespace
}  // namespace footnote
