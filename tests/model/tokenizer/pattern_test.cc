#include "model/tokenizer/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Matches(const std::string& regex,
                                 const std::string& text) {
  const auto pattern = Pattern::Compile(regex);
  EXPECT_TRUE(pattern.ok()) << pattern.status();
  std::vector<std::string> found;
  std::pair<size_t, size_t> match;
  for (size_t at = 0; pattern->Find(text, at, &match); at = match.second) {
    found.push_back(text.substr(match.first, match.second - match.first));
  }
  return found;
}

constexpr char kGpt2[] =
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|"
    "\\s+(?!\\S)|\\s+";

TEST(PatternTest, CutsWordsAsGpt2Does) {
  EXPECT_THAT(Matches(kGpt2, "I'll go  to größe 12!\n\n x"),
              ElementsAre("I", "'ll", " go", " ", " to", " größe", " 12", "!",
                          "\n\n", " x"));
}

TEST(PatternTest, LookaheadLeavesTheLastBlankToTheNextWord) {
  EXPECT_THAT(Matches("\\s+(?!\\S)|\\s+", "a   b"), ElementsAre("  ", " "));
  EXPECT_THAT(Matches("\\s+(?!\\S)|\\s+", "a   "), ElementsAre("   "));
  EXPECT_THAT(Matches("a(?=b)", "ab ac"), ElementsAre("a"));
}

TEST(PatternTest, TakesTheFirstAlternativeThatMatches) {
  EXPECT_THAT(Matches("a|ab", "ab"), ElementsAre("a"));
  EXPECT_THAT(Matches("(?:a|ab)c", "abc"), ElementsAre("abc"));
  EXPECT_THAT(Matches("x(?:a|b|c)?y", "xy xay xcy xdy"),
              ElementsAre("xy", "xay", "xcy"));
}

TEST(PatternTest, GivesBackWhatItTookTooMuch) {
  EXPECT_THAT(Matches("\\s*[\\r\\n]+", "  \n \n  x"), ElementsAre("  \n \n"));
  EXPECT_THAT(Matches("[ab]*b", "abab"), ElementsAre("abab"));
  EXPECT_THAT(Matches("[ab]*+b", "abab"), IsEmpty());
}

TEST(PatternTest, CountsCodePoints) {
  EXPECT_THAT(Matches("\\p{N}{1,3}", "12345678"),
              ElementsAre("123", "456", "78"));
  EXPECT_THAT(Matches("é{2}", "ééé"), ElementsAre("éé"));
}

TEST(PatternTest, FoldsCaseWhereAsked) {
  EXPECT_THAT(Matches("(?i:'s|'re)", "'S 'Re 'rE 'T"),
              ElementsAre("'S", "'Re", "'rE"));
}

TEST(PatternTest, KnowsClassesOutsideAscii) {
  EXPECT_THAT(Matches("\\p{L}+", "שלום नमस्ते 日本"),
              ElementsAre("שלום", "नमस", "त", "日本"));
  EXPECT_THAT(Matches("[^\\s\\p{L}]+", "a\xc2\xa0…日”"), ElementsAre("…", "”"));
  EXPECT_THAT(Matches("\\P{L}+", "ab12"), ElementsAre("12"));
  EXPECT_THAT(Matches("[一-龥]+", "漢字かな"), ElementsAre("漢字"));
}

TEST(PatternTest, StepsOverBytesThatAreNotUtf8) {
  EXPECT_THAT(Matches("[^a]+", "a\xff\xfe"), ElementsAre("\xff\xfe"));
  EXPECT_THAT(Matches("[^a]+b", "\xe2\x82 b"), ElementsAre("\xe2\x82 b"));
}

TEST(PatternTest, RefusesWhatItDoesNotKnow) {
  for (const char* regex :
       {"a*?", "(?<n>a)", "\\w", "\\b", "^a", "a$", "[[:alpha:]]", "(?=a", "[a",
        "\\p{Han}", "(a)+", "a{2", "\\", "a)", "[a&&b]", "[\\S]", "(?<!a)"}) {
    const auto pattern = Pattern::Compile(regex);
    EXPECT_EQ(pattern.status().code(), absl::StatusCode::kUnimplemented)
        << regex;
    EXPECT_THAT(std::string(pattern.status().message()), HasSubstr(regex));
  }
  EXPECT_FALSE(Pattern::Compile(std::string(5000, 'a')).ok());
  EXPECT_FALSE(Pattern::Compile(std::string(100, '(')).ok());
}

}  // namespace
}  // namespace footnote
