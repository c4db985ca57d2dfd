#include "generator/extractive/score.h"

#include <algorithm>
#include <cmath>

#include "generator/extractive/weights.h"

namespace footnote {
namespace extractive {
namespace {

std::vector<double> Sums(const std::vector<FeatureRow>& rows,
                         const double (&weights)[kFeatureCount]) {
  std::vector<double> scores;
  scores.reserve(rows.size());
  for (const FeatureRow& row : rows) {
    double score = 0;
    for (int f = 0; f < kFeatureCount; ++f) score += weights[f] * row[f];
    scores.push_back(score);
  }
  return scores;
}

}  // namespace

std::vector<double> Scores(const std::vector<FeatureRow>& rows) {
  return Sums(rows, kFeatureWeights);
}

std::vector<double> ThoroughScores(const std::vector<FeatureRow>& rows,
                                   const std::vector<double>& similarities,
                                   const std::vector<double>& second,
                                   const std::vector<double>& in_context) {
  std::vector<double> scores = Sums(
      rows, in_context.empty() ? kThoroughFeatureWeights : kReadFeatureWeights);
  const auto add = [&scores](const std::vector<double>& values, double weight) {
    for (size_t i = 0; i < values.size(); ++i) scores[i] += weight * values[i];
  };
  add(second, in_context.empty() ? kSecondWeight : kReadSecondWeight);
  add(in_context, kContextWeight);
  add(similarities,
      in_context.empty() ? kThoroughSimilarityWeight : kReadSimilarityWeight);
  return scores;
}

double SimilarityScore(double cosine) { return kSimilarityWeight * cosine; }

std::vector<double> Probabilities(const std::vector<double>& scores) {
  std::vector<double> probabilities;
  if (scores.empty()) return probabilities;
  const double best = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (const double score : scores) {
    probabilities.push_back(std::exp(score - best));
    sum += probabilities.back();
  }
  for (double& probability : probabilities) probability /= sum;
  return probabilities;
}

}  // namespace extractive
}  // namespace footnote
