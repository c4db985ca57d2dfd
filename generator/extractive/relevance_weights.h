// Made by training/reranker/fit.py: edit that, not this.
//   l.mined.jsonl: hit@1 0.770 hit@5 0.910 mrr 0.824
//     reranked, cross-validated: hit@1 0.808 hit@5 0.915 mrr 0.849
//   l.headings.jsonl: hit@1 0.666 hit@5 0.896 mrr 0.762
//     reranked, cross-validated: hit@1 0.654 hit@5 0.894 mrr 0.756
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_RELEVANCE_WEIGHTS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_RELEVANCE_WEIGHTS_H_

namespace footnote {
namespace extractive {

// The search's score of the passage.
inline constexpr double kTotalWeight = 0.4936;
// The highest cosine of the question and one of its sentences.
inline constexpr double kBestSimilarityWeight = 3.0674;
// The highest probability that one of its sentences answers.
inline constexpr double kBestProbabilityWeight = 2.1066;

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_RELEVANCE_WEIGHTS_H_
