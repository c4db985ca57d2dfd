#include "retriever/translation/lexicon.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "text/analyzer.h"

namespace footnote {
namespace {

using namespace std::string_literals;

uint64_t KeyWithHash(uint32_t hash) { return uint64_t{hash} << 38; }

// German words 1, 1 + 300 and 1 + 300 + 2: "dog" likely and "cat" less, "cat",
// nothing.
std::string Small() {
  return "FNLEXIC1"s + "\2\0\0\0"s + "\x08\0\0\0"s + "cat\ndog\n" +
         "\1\0\0\0"s + "\3"s + "\3\0\0\0"s + "\x10\0\0\0"s +
         "\1\2\1\0\xff\0\0\x33"s + "\xac\2\1\0\0\x80"s + "\2\0"s;
}

std::vector<Translation> Find(const Lexicon& lexicon, Language language,
                              uint64_t key) {
  std::vector<Translation> found;
  lexicon.Find(language, key, &found);
  return found;
}

TEST(LexiconTest, FindsWordsByLanguageAndHash) {
  const auto lexicon = Lexicon::Parse(Small());
  ASSERT_TRUE(lexicon.ok()) << lexicon.status();
  EXPECT_EQ(lexicon->size(), 3u);
  EXPECT_TRUE(lexicon->Speaks(Language::kDe));
  EXPECT_FALSE(lexicon->Speaks(Language::kFr));

  const auto both = Find(*lexicon, Language::kDe, KeyWithHash(1));
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].key, TermKey(kChannelStem, "dog"));
  EXPECT_EQ(both[0].likelihood, 1);
  EXPECT_EQ(both[1].key, TermKey(kChannelStem, "cat"));
  EXPECT_NEAR(both[1].likelihood, 0.2, 0.001);
  EXPECT_EQ(Find(*lexicon, Language::kDe, KeyWithHash(301)).size(), 1u);
  EXPECT_TRUE(Find(*lexicon, Language::kDe, KeyWithHash(303)).empty());
  EXPECT_TRUE(Find(*lexicon, Language::kDe, KeyWithHash(2)).empty());
  EXPECT_TRUE(Find(*lexicon, Language::kDe, ~uint64_t{0}).empty());
  EXPECT_TRUE(Find(*lexicon, Language::kFr, KeyWithHash(1)).empty());
  EXPECT_TRUE(Find(*lexicon, Language::kUnknown, KeyWithHash(1)).empty());
}

TEST(LexiconTest, RefusesEveryCutAndWhatFollows) {
  const std::string whole = Small();
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(Lexicon::Parse(whole.substr(0, size)).status().code(),
              absl::StatusCode::kDataLoss)
        << size;
  }
  EXPECT_EQ(Lexicon::Parse(whole + "x").status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(LexiconTest, RefusesAnotherForm) {
  std::string other = Small();
  other[7] = '2';
  EXPECT_EQ(Lexicon::Parse(other).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(LexiconTest, RefusesATermThatIsNotListed) {
  std::string wrong = Small();
  const size_t at = wrong.find("\1\0\xff"s);
  ASSERT_NE(at, std::string::npos);
  wrong[at] = 2;
  const absl::Status status = Lexicon::Parse(wrong).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(status.message().find("term 2 of 2"), std::string::npos) << status;
}

TEST(LexiconTest, RefusesHashesThatDoNotRise) {
  std::string wrong = Small();
  wrong[wrong.size() - 2] = 0;
  EXPECT_EQ(Lexicon::Parse(wrong).status().code(), absl::StatusCode::kDataLoss);
}

// The best translation of a one-word text.
struct Known {
  Language language;
  absl::string_view word;
  absl::string_view english;
};

TEST(LexiconTest, TheBuiltInKnowsPlainWordsOfEachFamily) {
  const Lexicon& lexicon = Lexicon::BuiltIn();
  Analyzer analyzer;
  for (const Known& known :
       std::vector<Known>{{Language::kAr, "ماء", "water"},
                          {Language::kDe, "Wasser", "water"},
                          {Language::kEl, "νερό", "water"},
                          {Language::kEs, "agua", "water"},
                          {Language::kHi, "पानी", "water"},
                          {Language::kRu, "вода", "water"},
                          {Language::kTr, "kitap", "book"},
                          {Language::kVi, "nước", "water"},
                          {Language::kZh, "水", "water"}}) {
    std::vector<Token> tokens;
    analyzer.Analyze(known.word, known.language, &tokens);
    bool found = false;
    for (const Token& token : tokens) {
      if (token.channel != kChannelStem) continue;
      for (const Translation& translation :
           Find(lexicon, known.language, token.key)) {
        found |= translation.key == TermKey(kChannelStem, known.english);
      }
    }
    EXPECT_TRUE(found) << known.word;
  }
}

TEST(LexiconTest, TheBuiltInHasAllLanguagesButEnglish) {
  for (int l = 1; l < kLanguageCount; ++l) {
    const Language language = static_cast<Language>(l);
    EXPECT_EQ(Lexicon::BuiltIn().Speaks(language), language != Language::kEn)
        << LanguageCode(language);
  }
}

}  // namespace
}  // namespace footnote
