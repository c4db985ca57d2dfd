// Made by training/reranker/fit.py: edit that, not this.
//   mined: hit@1 0.779 hit@5 0.899 mrr 0.828
//     reranked, cross-validated: hit@1 0.816 hit@5 0.907 mrr 0.854
//     second opinion, cross-validated: hit@1 0.822 hit@5 0.909 mrr 0.859
//   headings: hit@1 0.665 hit@5 0.896 mrr 0.761
//     reranked, cross-validated: hit@1 0.654 hit@5 0.894 mrr 0.755
//     second opinion, cross-validated: hit@1 0.674 hit@5 0.897 mrr 0.768
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_RELEVANCE_WEIGHTS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_RELEVANCE_WEIGHTS_H_

namespace footnote {
namespace extractive {

// The search's score of the passage.
inline constexpr double kTotalWeight = 0.5151;
// The highest cosine of the question and one of its sentences.
inline constexpr double kBestSimilarityWeight = 3.0221;
// The highest probability that one of its sentences answers.
inline constexpr double kBestProbabilityWeight = 2.0023;

// The same where there is a second opinion, and the best that it has of one of
// the passage's sentences.
inline constexpr double kThoroughTotalWeight = 0.4614;
inline constexpr double kThoroughBestSimilarityWeight = -0.2387;
inline constexpr double kThoroughBestProbabilityWeight = 1.7993;
inline constexpr double kBestSecondWeight = 37.9914;

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_RELEVANCE_WEIGHTS_H_
