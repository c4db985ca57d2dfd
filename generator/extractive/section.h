// A section whose heading says what is asked answers from its beginning.
//
// Below "Take a screenshot" stand the steps, in their order. Sentence by
// sentence none of them has as many of the question's words as a remark on
// screenshots elsewhere.
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_SECTION_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_SECTION_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "generator/extractive/candidates.h"
#include "generator/extractive/question.h"
#include "generator/extractive/select.h"

namespace footnote {
namespace extractive {

// Whether `question`, which was read from `text`, asks for what a section
// tells: how to do something, what something is, or only names it ("disk
// encryption").
bool AsksForASection(absl::string_view text, const Question& question);

// The limits of an answer from a section: the steps of how to do something are
// as many as they are, up to eight, and twice as long as another answer;
// `max_sentences` overrules where it is not 0.
SelectionLimits SectionLimits(const Question& question, size_t max_sentences,
                              double best_length);

// What follows the heading, in the order of the text, as far as `limits` go: at
// least one candidate. Of the passages that begin with a heading of theirs, the
// one whose title and headings hold most of the question, by rarity; of those
// alike the one whose heading says least else, then the first. None where that
// is less than three quarters, but of the best passage of all a third is enough
// to how something is done, where its text says the rest up to that. Nor is
// that told by an introduction where a section in it has a heading that says as
// much of the question. What something is or names is told by a sentence where
// one holds more of the question than the headings do: "what do I type to begin
// a list?" None where the question is in another language than the passages. A
// heading below which nothing stands does not count.
std::vector<size_t> FromSection(const Question& question,
                                const Candidates& candidates,
                                const SelectionLimits& limits);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_SECTION_H_
