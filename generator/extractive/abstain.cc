#include "generator/extractive/abstain.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "generator/extractive/across_weights.h"
#include "generator/extractive/weights.h"

namespace footnote {
namespace extractive {
namespace {

// The best cosine of a usual question, so that having no vectors, which is 0,
// tells nothing.
constexpr double kUsualSimilarity = 0.55;
// The same of the second encoder.
constexpr double kUsualNearest = 0.87;

// The best sentence and its neighbours in its passage, as one.
std::vector<float> Window(const Candidates& candidates, size_t best) {
  const Candidate& own = candidates.items[best];
  std::vector<float> window = own.strength;
  const auto join = [&window](const Candidate& other) {
    for (size_t t = 0; t < window.size(); ++t) {
      window[t] = std::max(window[t], other.strength[t]);
    }
  };
  if (own.ordinal > 0) join(candidates.items[best - 1]);
  if (own.ordinal + 1 < own.count) join(candidates.items[best + 1]);
  return window;
}

void FillProbabilities(const Evidence& evidence, size_t best, SignRow* row) {
  const std::vector<double>& scores = *evidence.scores;
  const std::vector<double>& probabilities = *evidence.probabilities;
  double second_score = scores[best] - 3;
  double second_probability = 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (i != best && probabilities[i] > second_probability) {
      second_probability = probabilities[i];
      second_score = scores[i];
    }
    if (probabilities[i] > 0) {
      (*row)[kEntropy] -= probabilities[i] * std::log(probabilities[i]);
    }
  }
  (*row)[kBestScore] = scores[best];
  (*row)[kSecondScore] = second_score;
  (*row)[kBestProbability] = probabilities[best];
  (*row)[kTwoBestProbability] = probabilities[best] + second_probability;
}

void FillCoverage(const Evidence& evidence, size_t best, SignRow* row) {
  const Question& question = *evidence.question;
  const Pool& pool = *evidence.pool;
  const std::vector<float> window = Window(*evidence.candidates, best);
  const std::vector<float>& top = pool.passage_strength[0];
  (*row)[kBestCoverage] = (*evidence.features)[best][kCoverage];
  for (const FeatureRow& features : *evidence.features) {
    (*row)[kLargestCoverage] =
        std::max((*row)[kLargestCoverage], features[kCoverage]);
  }
  (*row)[kWindowCoverage] = Coverage(pool.here, window);
  (*row)[kTopPassageCoverage] = Coverage(pool.here, top);
  double names = 0;
  double held = 0;
  double alike = 0;
  double missing = 0;
  double content = 0;
  double content_missing = 0;
  for (size_t t = 0; t < window.size(); ++t) {
    const QuestionTerm& term = question.terms[t];
    names += term.is_name ? 1 : 0;
    missing += top[t] > 0 ? 0 : 1;
    content += term.is_content() ? 1 : 0;
    if (window[t] > 0) {
      ++held;
      alike += window[t] < 1 ? 1 : 0;
      continue;
    }
    (*row)[kWindowRarest] =
        std::max((*row)[kWindowRarest], pool.here.rarity[t]);
    (*row)[kWindowMissing] += pool.here.rarity[t];
    content_missing += term.is_content() ? 1 : 0;
    if (term.is_name) (*row)[kNameMissing] = 1;
    if (term.is_number) (*row)[kNumberNotThere] = 1;
  }
  const double terms = static_cast<double>(question.terms.size());
  (*row)[kContentMissing] = content > 0 ? content_missing / content : 1;
  (*row)[kMissingShare] = missing / terms;
  (*row)[kWeakShare] = held > 0 ? alike / held : 0;
  (*row)[kNameShare] = names / terms;
  (*row)[kLogTerms] = std::log1p(terms);
}

// The passage of the best sentence, with its title and headings, as one.
std::vector<float> Place(const Pool& pool, const Candidates& candidates,
                         size_t best) {
  const uint32_t passage = candidates.items[best].passage;
  std::vector<float> place = pool.passage_strength[passage];
  const std::vector<float>& headings = candidates.heading_strength[passage];
  for (size_t t = 0; t < place.size(); ++t) {
    place[t] = std::max(place[t], headings[t]);
  }
  return place;
}

// The rarity of the rarest term that is missing, over that of the rarest.
double MissingRarest(const TermWeights& weights,
                     const std::vector<float>& strength) {
  double rarest = 0;
  double missing = 0;
  for (size_t t = 0; t < strength.size(); ++t) {
    rarest = std::max(rarest, weights.rarity[t]);
    if (strength[t] <= 0) missing = std::max(missing, weights.rarity[t]);
  }
  return rarest > 0 ? missing / rarest : 0;
}

void FillPlace(const Evidence& evidence, size_t best, SignRow* row) {
  const Question& question = *evidence.question;
  const Pool& pool = *evidence.pool;
  const std::vector<float> window = Window(*evidence.candidates, best);
  const std::vector<float> place = Place(pool, *evidence.candidates, best);
  double content = 0;
  double missing = 0;
  for (size_t t = 0; t < place.size(); ++t) {
    const QuestionTerm& term = question.terms[t];
    content += term.is_content() ? 1 : 0;
    if (place[t] > 0) continue;
    missing += term.is_content() ? 1 : 0;
    if (term.is_name) (*row)[kPlaceNameMissing] = 1;
    (*row)[kPlaceRarest] = std::max((*row)[kPlaceRarest], pool.here.rarity[t]);
  }
  (*row)[kPlaceContentMissing] = content > 0 ? missing / content : 1;
  (*row)[kPlaceCoverage] = Coverage(pool.here, place);
  (*row)[kWideWindowCoverage] = Coverage(pool.wide, window);
  (*row)[kWidePlaceCoverage] = Coverage(pool.wide, place);
  (*row)[kWideWindowRarest] = MissingRarest(pool.wide, window);
  (*row)[kWidePlaceRarest] = MissingRarest(pool.wide, place);
}

// The two largest values of a score among the passages; 0 where there is none.
struct BestTwo {
  double first = 0;
  double second = 0;

  void Add(double value) {
    if (value > first) std::swap(value, first);
    second = std::max(second, value);
  }
  double LogMargin() const {
    return first > 0 ? std::log(first / std::max(second, first / 5)) : 0;
  }
};

void FillSearch(const Evidence& evidence, SignRow* row) {
  BestTwo total, lexical, vector;
  for (const SourcePassage& passage : *evidence.passages) {
    total.Add(passage.total);
    lexical.Add(passage.lexical);
    vector.Add(passage.vector);
  }
  (*row)[kTotalBest] = total.first;
  (*row)[kTotalMargin] = total.LogMargin();
  (*row)[kLexicalBest] = lexical.first;
  (*row)[kLexicalPerTerm] =
      lexical.first / (1 + evidence.question->terms.size());
  (*row)[kLexicalMargin] = lexical.LogMargin();
  (*row)[kVectorMargin] = vector.first - vector.second;
}

void FillType(const Evidence& evidence, size_t best, SignRow* row) {
  switch (evidence.question->type) {
    case AnswerType::kDate:
      (*row)[kDateAsked] = 1;
      break;
    case AnswerType::kNumber:
      (*row)[kNumberAsked] = 1;
      break;
    case AnswerType::kReason:
      (*row)[kReasonAsked] = 1;
      break;
    case AnswerType::kPlace:
      (*row)[kPlaceAsked] = 1;
      break;
    case AnswerType::kPerson:
      (*row)[kPersonAsked] = 1;
      break;
    case AnswerType::kManner:
      (*row)[kMannerAsked] = 1;
      break;
    case AnswerType::kDefinition:
      (*row)[kDefinitionAsked] = 1;
      break;
    case AnswerType::kAny:
      break;
  }
  const FeatureRow& features = (*evidence.features)[best];
  (*row)[kTypeMissing] = features[kNumberMissing] + features[kDateMissing];
  (*row)[kPersonCapitalsBest] = features[kPersonCapitals];
  (*row)[kPairCoverageBest] = features[kPairCoverage];
}

}  // namespace

absl::string_view SignName(Sign sign) {
  static constexpr absl::string_view kNames[kSignCount] = {
      "best_score",
      "second_score",
      "best_probability",
      "two_best_probability",
      "entropy",
      "best_coverage",
      "largest_coverage",
      "window_coverage",
      "top_passage_coverage",
      "window_rarest",
      "window_missing",
      "content_missing",
      "missing_share",
      "name_missing",
      "number_not_there",
      "weak_share",
      "total_best",
      "total_margin",
      "lexical_best",
      "lexical_per_term",
      "lexical_margin",
      "vector_margin",
      "log_terms",
      "name_share",
      "date_asked",
      "number_asked",
      "reason_asked",
      "place_asked",
      "person_asked",
      "manner_asked",
      "definition_asked",
      "type_missing",
      "person_capitals_best",
      "pair_coverage_best",
      "similarity_best",
      "place_coverage",
      "place_content_missing",
      "place_name_missing",
      "place_rarest",
      "wide_window_coverage",
      "wide_place_coverage",
      "wide_window_rarest",
      "wide_place_rarest",
      "nearest",
  };
  return kNames[sign];
}

SignRow Signs(const Evidence& evidence) {
  SignRow row;
  row.fill(0);
  const std::vector<double>& probabilities = *evidence.probabilities;
  const size_t best =
      std::max_element(probabilities.begin(), probabilities.end()) -
      probabilities.begin();
  FillProbabilities(evidence, best, &row);
  FillCoverage(evidence, best, &row);
  FillPlace(evidence, best, &row);
  FillSearch(evidence, &row);
  FillType(evidence, best, &row);
  if (!evidence.similarities->empty()) {
    row[kSimilarityBest] = *std::max_element(evidence.similarities->begin(),
                                             evidence.similarities->end()) -
                           kUsualSimilarity;
  }
  if (evidence.nearest > 0) row[kNearest] = evidence.nearest - kUsualNearest;
  return row;
}

double Support(const SignRow& signs, Scored scored) {
  const bool alone = scored == Scored::kAlone;
  const double(&weights)[kSignCount] =
      alone ? kDoubtWeights : kThoroughDoubtWeights;
  double doubt = alone ? kDoubtBias : kThoroughDoubtBias;
  for (int s = 0; s < kSignCount; ++s) doubt += weights[s] * signs[s];
  return 1 / (1 + std::exp(doubt));
}

bool ShouldAbstain(const SignRow& signs, double support, Scored scored) {
  const bool all_there =
      signs[kContentMissing] <= 0 || signs[kPlaceContentMissing] <= 0;
  if (all_there && signs[kTypeMissing] <= 0) return false;
  return support <
         (scored == Scored::kAlone ? kLeastSupport : kLeastThoroughSupport);
}

double SupportAcross(double nearest) {
  return 1 / (1 + std::exp(-kAcrossBias - kNearestWeight * nearest));
}

bool ShouldAbstainAcross(double support) {
  return support < kLeastSupportAcross;
}

}  // namespace extractive
}  // namespace footnote
