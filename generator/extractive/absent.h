// What a question names and no passage has: an article number, or the row of a
// table.
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_ABSENT_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_ABSENT_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "generator/extractive/candidates.h"
#include "generator/extractive/question.h"

namespace footnote {
namespace extractive {

// Whether `text`, which `question` was read from, names something by a code
// (codes.h) whose number no candidate, title or heading has. What stands there
// is of something else then.
bool NamesAnAbsentCode(absl::string_view text, const Question& question,
                       const Candidates& candidates);

// Whether the likeliest candidate is a row of a table of which neither a word
// of the question nor `probabilities` (one for each candidate) tells why that
// one: all rows have what it has, as their columns' names, and something that
// the question is about no row has, nor a heading. The row that was asked for
// is not there.
bool AsksForAnotherRow(const Question& question, const Candidates& candidates,
                       const std::vector<double>& probabilities);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_ABSENT_H_
