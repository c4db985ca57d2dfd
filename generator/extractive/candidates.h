#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_CANDIDATES_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_CANDIDATES_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "generator/extractive/question.h"
#include "text/analyzer.h"
#include "text/language.h"
#include "text/span.h"

namespace footnote {
namespace extractive {

// A retrieved passage, as far as the writer looks at it. Views must outlive
// what is made from them.
struct SourcePassage {
  absl::string_view text;
  // Title and headings.
  std::vector<absl::string_view> headings;
  Language language = Language::kUnknown;
  double total = 0;
  double lexical = 0;
  double vector = 0;
};

// One sentence, list item, table row or command line that may be the answer,
// and what it holds.
struct Candidate {
  // Index of the passage, best first.
  uint32_t passage = 0;
  // Position among the passage's candidates, and their number.
  uint32_t ordinal = 0;
  uint32_t count = 0;
  // Bytes of the passage's text. Never empty.
  TextSpan span;
  // How much of a reader's line it takes: its code points, Han, Kana and
  // Hangul counting more because they say more.
  double length = 0;
  // By question term: 0 (absent), 0.5 (something like it; where no passage has
  // it, what is a slip of the fingers away) or 1.
  std::vector<float> strength;
  // Positions of the first occurrence by term; -1 where absent.
  std::vector<int32_t> position;
  // Words that the question does not have.
  int new_terms = 0;
  // Of these, with a capital; the sentence's first word counts only where it
  // begins a name of two words.
  int new_capitalised = 0;
  bool has_new_number = false;
  // A number from two on in words ("four", 四) that the question does not have.
  bool has_number_word = false;
  // A number from 1000 to 2099 that the question does not have.
  bool has_new_year = false;
  // Positions between a new number and the nearest question term; -1: none.
  int number_distance = -1;
  // Says the same as the title or a heading of its passage.
  bool is_heading = false;
  bool is_question = false;
  bool ends_with_colon = false;
  // Cells of a table, as the indexer writes a row: "Hammer | B2 | 14".
  bool is_row = false;
  // A label and its value: "Weight: 640 g".
  bool is_labelled = false;
  // Ends as a sentence does, and where words are apart, has three.
  bool is_sentence = false;
};

struct Candidates {
  // In the order of the passages and of their text.
  std::vector<Candidate> items;
  // By passage, then by question term: how strongly title and headings hold
  // it.
  std::vector<std::vector<float>> heading_strength;
  // By passage: title and headings.
  std::vector<std::vector<absl::string_view>> headings;
};

// The sentences of `passages`. One longer than `max_length` (in the unit of
// Candidate::length) is cut at the borders of its clauses, where it has some,
// into parts that are candidates of their own. Of very many the first, as many
// as some 100 MiB hold.
Candidates FindCandidates(const Question& question,
                          const std::vector<SourcePassage>& passages,
                          double max_length, Analyzer* analyzer);

// The words of a candidate of `passages`.
inline absl::string_view TextOf(const std::vector<SourcePassage>& passages,
                                const Candidate& candidate) {
  return passages[candidate.passage].text.substr(candidate.span.begin,
                                                 candidate.span.size());
}

// `utf8` in the unit of Candidate::length.
double ReadingLength(absl::string_view utf8);

// Cuts `sentence` of `text` at clause borders until no part is longer than
// `max_length`, or none can be cut; parts hold no white space at either end.
void CutAtClauses(absl::string_view text, TextSpan sentence, double max_length,
                  std::vector<TextSpan>* parts);

// The share, 0 to 1, of what the question is about that `strength` (as
// Candidate::strength) holds: of its content words, by rarity.
double HeldShare(const Question& question, const std::vector<float>& strength);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_CANDIDATES_H_
