// Words that make a question lean on the one before it.
#ifndef FOOTNOTE_GENERATOR_FOLLOWUP_WORDS_H_
#define FOOTNOTE_GENERATOR_FOLLOWUP_WORDS_H_

#include "text/language.h"

namespace footnote {

// Of one language, phrases parted by "|"; in lower case where it has cases.
struct FollowUpWords {
  // Begin a question that goes on: "and", "what about".
  const char* continuations = "";
  // Stand for something that was named: "he", "its".
  const char* pronouns = "";
  // The same, or for nothing: "it" rains, "this" bridge.
  const char* weak_pronouns = "";
  // Ask what something is, so that one word more is a whole question.
  const char* definitions = "";
  // Ask for a measure, which the word after it names: "how" high.
  const char* measures = "";
};

// Empty for a language that is none of the 23.
FollowUpWords FollowUpWordsOf(Language language);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_FOLLOWUP_WORDS_H_
