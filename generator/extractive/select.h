#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_SELECT_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_SELECT_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "generator/extractive/candidates.h"
#include "generator/extractive/question.h"

namespace footnote {
namespace extractive {

struct SelectionLimits {
  size_t max_sentences = 3;
  // What an answer should not be longer than, in the unit of
  // Candidate::length.
  double best_length = 300;
};

// The candidates that make the answer, the likeliest first, at least one when
// there is any. A further sentence is worth its probability less a price for
// its length and for being one more to read, so the surer the first is, the
// fewer join it; and none joins that is much less likely and neither has nor
// stands beside what is asked about. Nor does a short line that is no sentence,
// has nothing of the question and is far less likely ("From: Jane Roe"), but
// for a date where none is chosen. `texts` are the candidates' words: one that
// says the same as a chosen one, byte for byte, never joins. A heading is
// chosen only where there is nothing else, or a date is asked for and it has a
// year, and what is thought of it goes to the others. Nor does a row of a table
// where a chosen one holds all that it has of the question's words, and more:
// who asks for hammers in shelf B2 does not ask for what else is in a shelf. A
// question is no answer, and who asks when, who or how many is not answered by
// his own words: what stands below joins at once, as in a list of questions and
// answers, or a name above ("Jane Roe", "Head of Sales"). Where there is room
// for one only it stands alone, and where it is a word ("No."), what follows
// joins, too. Where there is nothing they are chosen as a heading is.
std::vector<size_t> Select(const Question& question,
                           const std::vector<Candidate>& candidates,
                           const std::vector<absl::string_view>& texts,
                           const std::vector<double>& probabilities,
                           const SelectionLimits& limits);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_SELECT_H_
