#include "text/language_votes.h"

#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace footnote {
namespace {

// Long enough for its words to be kept, of words that say nothing.
std::string Long(const std::string& words) {
  std::string text = words;
  while (text.size() < kLongText) absl::StrAppend(&text, " xqzv");
  return text;
}

// What a new thread says of `second`, which has counted `first` before.
LanguageVotes VotesAfter(const std::string& first, const std::string& second) {
  LanguageVotes votes;
  std::thread([&] {
    CountLanguageVotes(Long(first));
    votes = CountLanguageVotes(Long(second));
  }).join();
  return votes;
}

// Under the seeds 0 and 1, which told a word from a name, XXH3 gives "Der" and
// "Deu" one number, and so it is with many pairs of three letters.
TEST(LanguageVotesTest, AWordIsNotTakenForAnotherThatCameBefore) {
  for (char first = 'a'; first <= 'z'; ++first) {
    for (char second = 'a'; second <= 'z'; ++second) {
      const std::string name = {'D', first, second};
      const LanguageVotes alone = VotesAfter("", absl::StrCat("xqzv ", name));
      const LanguageVotes after =
          VotesAfter("Der", absl::StrCat("xqzv ", name));
      ASSERT_EQ(alone.scores, after.scores) << name;
      ASSERT_EQ(alone.letters, after.letters) << name;
    }
  }
}

TEST(LanguageVotesTest, AWordThatComesAgainSaysWhatItSaidBefore) {
  const std::string text = "Der Hund und die Katze, nicht überall: Größe";
  LanguageVotes first = VotesAfter("", text);
  const LanguageVotes again = VotesAfter(text, text);
  EXPECT_GT(At(first.scores, Language::kDe), 3);
  EXPECT_EQ(first.scores, again.scores);
  EXPECT_EQ(first.letters, again.letters);
  EXPECT_EQ(first.words, again.words);
}

}  // namespace
}  // namespace footnote
