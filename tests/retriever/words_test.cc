// The words of a text as they are compared across languages.
#include "retriever/translation/words.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "retriever/lexical/analyze.h"
#include "text/analyzer.h"

namespace footnote {
namespace {

void AppendU32(uint32_t value, std::string* out) {
  for (int shift = 0; shift < 32; shift += 8) {
    out->push_back(static_cast<char>(value >> shift & 255));
  }
}

// The key of a pair of Vietnamese syllables, as the analyser makes it.
uint64_t PairOf(absl::string_view pair) {
  for (const Token& token : AnalyzeText(pair, Language::kVi)) {
    if (token.channel == kChannelBigram) return token.key;
  }
  ADD_FAILURE() << pair << " is no pair";
  return 0;
}

uint64_t SyllableOf(absl::string_view syllable) {
  for (const Token& token : AnalyzeText(syllable, Language::kVi)) {
    if (token.channel == kChannelStem) return token.key;
  }
  ADD_FAILURE() << syllable << " has no stem";
  return 0;
}

// A lexicon in which each key is "thing", as likely as is said, in 255ths.
Lexicon Things(const std::map<uint64_t, int>& keys) {
  std::string words;
  uint64_t last = 0;
  for (const auto& [key, likelihood] : keys) {
    const uint64_t hash = key >> 38;
    for (uint64_t step = hash - last;; step >>= 7) {
      words.push_back(static_cast<char>((step & 127) | (step > 127 ? 128 : 0)));
      if (step <= 127) break;
    }
    last = hash;
    words += std::string("\1\0\0", 3) + static_cast<char>(likelihood);
  }
  std::string bytes = "FNLEXIC1";
  AppendU32(1, &bytes);
  AppendU32(6, &bytes);
  bytes += "thing\n";
  AppendU32(1, &bytes);
  bytes.push_back(static_cast<char>(Language::kVi));
  AppendU32(keys.size(), &bytes);
  AppendU32(words.size(), &bytes);
  const auto lexicon = Lexicon::Parse(bytes + words);
  EXPECT_TRUE(lexicon.ok()) << lexicon.status();
  return *lexicon;
}

std::vector<std::string> Spelt(absl::string_view text, const Lexicon& lexicon) {
  std::vector<std::string> words;
  for (const ContentWord& word : ContentWords(text, Language::kVi, lexicon)) {
    words.emplace_back(text.substr(word.begin, word.end - word.begin));
  }
  return words;
}

using Words = std::vector<std::string>;

TEST(WordsTest, TwoVietnameseSyllablesThatTheLexiconTranslatesAreOneWord) {
  const absl::string_view text = "dự án thành công rực rỡ";
  EXPECT_EQ(Spelt(text, Lexicon()),
            (Words{"dự", "án", "thành", "công", "rực", "rỡ"}));
  EXPECT_EQ(Spelt(text, Things({{PairOf("thành công"), 200}})),
            (Words{"dự", "án", "thành công", "rực", "rỡ"}));
}

TEST(WordsTest, OfOverlappingPairsThoseStandThatTheLexiconIsSurestOf) {
  // "đế" alone is a word, which "để" is not.
  const absl::string_view text = "nghĩa đế quốc văn hóa";
  const uint64_t first = PairOf("đế quốc");
  const uint64_t middle = PairOf("quốc văn");
  const uint64_t last = PairOf("văn hóa");
  EXPECT_EQ(Spelt(text, Things({{first, 100}, {middle, 250}, {last, 100}})),
            (Words{"nghĩa", "đế", "quốc văn", "hóa"}));
  EXPECT_EQ(Spelt(text, Things({{first, 150}, {middle, 250}, {last, 150}})),
            (Words{"nghĩa", "đế quốc", "văn hóa"}));
}

TEST(WordsTest, ACompoundThatMayBeANameIsItsSyllablesToo) {
  const Lexicon lexicon = Things({{PairOf("thái bình"), 255}});
  EXPECT_EQ(Spelt("ở thái bình", lexicon), (Words{"thái bình"}));
  EXPECT_EQ(Spelt("Thái bình ở", lexicon), (Words{"Thái bình"}));
  EXPECT_EQ(Spelt("ở Thái Bình", lexicon),
            (Words{"Thái Bình", "Thái", "Bình"}));
  const AskedWords asked = WordsAsked("ở Thái Bình", Language::kVi, lexicon);
  EXPECT_EQ(asked.names[0], "");
  EXPECT_NE(asked.names[1], "");
  EXPECT_NE(asked.names[2], "");
  EXPECT_TRUE(asked.english[1].empty());
}

TEST(WordsTest, ACompoundMayBeginWithASyllableThatAloneIsAStopWord) {
  const absl::string_view text = "vào thế kỷ nào";
  EXPECT_EQ(Spelt(text, Things({{PairOf("thế kỷ"), 200}})), (Words{"thế kỷ"}));
}

TEST(WordsTest, WhatASyllableMeansCountsLessWithinACompound) {
  const uint64_t pair = PairOf("thành công");
  const uint64_t syllable = SyllableOf("công");
  const Lexicon lexicon = Things({{pair, 204}, {syllable, 102}});
  const auto words = ContentWords("thành công", Language::kVi, lexicon);
  ASSERT_EQ(words.size(), 1u);
  std::vector<float> likelihoods;
  for (const Translation& english :
       InEnglish(words[0], Language::kVi, lexicon)) {
    if (english.key == TermKey(kChannelStem, "thing")) {
      likelihoods.push_back(english.likelihood);
    }
  }
  ASSERT_EQ(likelihoods.size(), 2u);
  EXPECT_NEAR(likelihoods[0], 0.8, 0.001);
  EXPECT_NEAR(likelihoods[1], 0.4 * 0.3, 0.001);
}

TEST(WordsTest, TheLexiconThatComesWithTheProgramKnowsCompounds) {
  const absl::string_view question = "chính phủ thành công vào thế kỷ nào?";
  const AskedWords asked =
      WordsAsked(question, Language::kVi, Lexicon::BuiltIn());
  const auto means = [&](absl::string_view word, absl::string_view english) {
    for (size_t i = 0; i < asked.words.size(); ++i) {
      if (asked.words[i] != word) continue;
      for (const Translation& one : asked.english[i]) {
        if (one.key == TermKey(kChannelStem, english)) return true;
      }
    }
    return false;
  };
  EXPECT_TRUE(means("chính phủ", "govern"));
  EXPECT_TRUE(means("thành công", "success"));
  EXPECT_TRUE(means("thế kỷ", "centuri"));
}

}  // namespace
}  // namespace footnote
