// What the words of a text say of its language.
#ifndef FOOTNOTE_TEXT_LANGUAGE_VOTES_H_
#define FOOTNOTE_TEXT_LANGUAGE_VOTES_H_

#include <array>
#include <cstddef>

#include "absl/strings/string_view.h"
#include "text/language.h"

namespace footnote {

// How much speaks for each language, by number; 1 is about one common word
// that no other language has.
using LanguageScores = std::array<double, kLanguageCount>;

inline double& At(LanguageScores& scores, Language language) {
  return scores[static_cast<size_t>(language)];
}

struct LanguageVotes {
  LanguageScores scores = {};
  // The part of them that typical letters gave.
  LanguageScores letters = {};
  // Those that were asked: no numbers, and none in Han, Kana or Hangul.
  size_t words = 0;
};

// From so many bytes on what a word says is kept for when it comes again; in a
// shorter text, such as a question, no word comes often.
inline constexpr size_t kLongText = 160;

// Adds up what the words of `utf8`, which is UTF-8, say (language_clues.h).
// Each thread keeps 1 MiB from its first long text on. Safe from many threads.
LanguageVotes CountLanguageVotes(absl::string_view utf8);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_LANGUAGE_VOTES_H_
