#include "generator/extractive/relevance.h"

#include <algorithm>

#include "generator/extractive/relevance_weights.h"
#include "generator/extractive/score.h"

namespace footnote {
namespace extractive {
bool IsJudgedBySentences(absl::string_view question,
                         const ExtractiveWriter::Explanation& read) {
  const bool has_scores = std::any_of(
      read.passages.begin(), read.passages.end(),
      [](const SourcePassage& passage) { return passage.total != 0; });
  return !has_scores || (Asks(question, read.question) &&
                         read.question.spoken == read.passages[0].language);
}

std::vector<double> Relevance(const ExtractiveWriter::Explanation& found) {
  const size_t count = found.passages.size();
  std::vector<double> similarity(count);
  std::vector<double> probability(count);
  const bool thorough = !found.second.empty();
  std::vector<double> second(
      count, thorough
                 ? *std::min_element(found.second.begin(), found.second.end())
                 : 0);
  for (size_t i = 0; i < found.candidates.items.size(); ++i) {
    const uint32_t passage = found.candidates.items[i].passage;
    probability[passage] =
        std::max(probability[passage], found.probabilities[i]);
    if (thorough) second[passage] = std::max(second[passage], found.second[i]);
    if (found.similarities.empty()) continue;
    similarity[passage] = std::max(similarity[passage], found.similarities[i]);
  }
  std::vector<double> scores;
  for (size_t i = 0; i < count; ++i) {
    const double total = found.passages[i].total;
    scores.push_back(thorough
                         ? kThoroughTotalWeight * total +
                               kThoroughBestSimilarityWeight * similarity[i] +
                               kThoroughBestProbabilityWeight * probability[i] +
                               kBestSecondWeight * second[i]
                         : kTotalWeight * total +
                               kBestSimilarityWeight * similarity[i] +
                               kBestProbabilityWeight * probability[i]);
  }
  return Probabilities(scores);
}

}  // namespace extractive
}  // namespace footnote
