// How likely each passage is the one that answers, judged by its sentences.
//
// A search measures a whole passage; the writer weighs each of its sentences.
// A passage with many of a question's words and no sentence that answers goes
// behind one that has both.
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_RELEVANCE_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_RELEVANCE_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "generator/extractive/extractive_writer.h"

namespace footnote {
namespace extractive {

// Whether the passages of `read` are judged by their sentences at all. Those
// without any score of a search are; with one, the search's order stands where
// the question asks nothing (`question` has neither question word nor mark:
// what a sentence answers is no matter) or is in another language than the best
// passage.
bool IsJudgedBySentences(absl::string_view question,
                         const ExtractiveWriter::Explanation& read);

// By passage of `found`, as probabilities: a linear score of what the search
// thought of it and, where they were weighed, of its best sentence, by the
// second opinion too where there is one (relevance_weights.h), as softmax.
std::vector<double> Relevance(const ExtractiveWriter::Explanation& found);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_RELEVANCE_H_
