#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_SCORE_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_SCORE_H_

#include <vector>

#include "generator/extractive/features.h"

namespace footnote {
namespace extractive {

// The weighted sum of each row: comparable within one question.
std::vector<double> Scores(const std::vector<FeatureRow>& rows);

// What a cosine of question and sentence adds to a score.
double SimilarityScore(double cosine);

// The same where there is a second opinion (SecondOpinion::Opinion): with the
// cosines and what the sentences mean in their context, of which either may be
// empty, and other weights.
std::vector<double> ThoroughScores(const std::vector<FeatureRow>& rows,
                                   const std::vector<double>& similarities,
                                   const std::vector<double>& second,
                                   const std::vector<double>& in_context);

// Scores as probabilities that the candidate is the one that answers.
std::vector<double> Probabilities(const std::vector<double>& scores);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_SCORE_H_
