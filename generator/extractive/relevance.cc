#include "generator/extractive/relevance.h"

#include <algorithm>

#include "generator/extractive/relevance_weights.h"
#include "generator/extractive/score.h"

namespace footnote {
namespace extractive {
namespace {

// The first is also the semicolon, which ends a question in Greek.
constexpr absl::string_view kQuestionMarks[] = {";", "?", "\u037e", "\u061f",
                                                "\uff1f"};

bool Asks(absl::string_view text, const Question& question) {
  if (question.type != AnswerType::kAny) return true;
  return std::any_of(std::begin(kQuestionMarks), std::end(kQuestionMarks),
                     [&](absl::string_view mark) {
                       return text.find(mark) != absl::string_view::npos;
                     });
}

}  // namespace

std::vector<double> Relevance(absl::string_view question,
                              const ExtractiveWriter::Explanation& found) {
  std::vector<double> scores;
  bool has_scores = false;
  for (const SourcePassage& passage : found.passages) {
    scores.push_back(kTotalWeight * passage.total);
    has_scores |= passage.total != 0;
  }
  const bool by_sentences =
      !has_scores || (Asks(question, found.question) &&
                      found.question.spoken == found.passages[0].language);
  if (by_sentences) {
    std::vector<double> similarity(scores.size());
    std::vector<double> probability(scores.size());
    for (size_t i = 0; i < found.candidates.items.size(); ++i) {
      const uint32_t passage = found.candidates.items[i].passage;
      probability[passage] =
          std::max(probability[passage], found.probabilities[i]);
      if (found.similarities.empty()) continue;
      similarity[passage] =
          std::max(similarity[passage], found.similarities[i]);
    }
    for (size_t i = 0; i < scores.size(); ++i) {
      scores[i] += kBestSimilarityWeight * similarity[i] +
                   kBestProbabilityWeight * probability[i];
    }
  }
  return Probabilities(scores);
}

}  // namespace extractive
}  // namespace footnote
