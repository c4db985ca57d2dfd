#include "generator/extractive/features.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace footnote {
namespace extractive {
namespace {

// Terms this far apart, in words, still count as neighbours.
constexpr int kPairDistance = 2;
// A score is not taken for smaller than this share of the best.
constexpr double kSmallestRatio = 0.02;

double LogRatio(double score, double best) {
  return best > 0 ? std::log(std::max(score / best, kSmallestRatio)) : 0;
}

double PairCoverage(const Question& question, const Pool& pool,
                    const Candidate& candidate) {
  double held = 0;
  double total = 0;
  for (const auto& pair : question.pairs) {
    const double weight =
        (pool.here.rarity[pair.first] + pool.here.rarity[pair.second]) / 2;
    total += weight;
    const int32_t left = candidate.position[pair.first];
    const int32_t right = candidate.position[pair.second];
    if (left >= 0 && right >= 0 && std::abs(left - right) <= kPairDistance) {
      held += weight;
    }
  }
  return total > 0 ? held / total : 0;
}

// The share of the question's terms of a kind that the candidate holds; 1 when
// there are none.
double ShareHeld(const Question& question, const Candidate& candidate,
                 bool QuestionTerm::*kind) {
  int all = 0;
  int held = 0;
  for (size_t t = 0; t < question.terms.size(); ++t) {
    if (!(question.terms[t].*kind)) continue;
    ++all;
    held += candidate.strength[t] > 0 ? 1 : 0;
  }
  return all > 0 ? static_cast<double>(held) / all : 1;
}

void FillPassage(const std::vector<SourcePassage>& passages, const Pool& pool,
                 const Candidate& candidate, FeatureRow* row) {
  const SourcePassage& passage = passages[candidate.passage];
  (*row)[kFirstPassage] = candidate.passage == 0 ? 1 : 0;
  (*row)[kReciprocalRank] = 1.0 / (1 + candidate.passage);
  (*row)[kTotalRatio] = LogRatio(passage.total, pool.best_total);
  (*row)[kLexicalRatio] = LogRatio(passage.lexical, pool.best_lexical);
  (*row)[kVectorGap] = passage.vector - pool.best_vector;
  const std::vector<float>& strength = pool.passage_strength[candidate.passage];
  (*row)[kPassageCoverage] = Coverage(pool.here, strength);
  (*row)[kWidePassageCoverage] = Coverage(pool.wide, strength);
}

void FillNeighbours(const Candidates& candidates, size_t index,
                    const Pool& pool, FeatureRow* row) {
  const Candidate& own = candidates.items[index];
  const std::vector<float>* previous =
      own.ordinal > 0 ? &candidates.items[index - 1].strength : nullptr;
  if (previous != nullptr) {
    (*row)[kPreviousGain] = Coverage(pool.here, *previous, &own.strength);
  }
  if (own.ordinal > 1) {
    (*row)[kBeforePreviousGain] =
        Coverage(pool.here, candidates.items[index - 2].strength, &own.strength,
                 previous);
  }
  if (own.ordinal + 1 < own.count) {
    (*row)[kNextGain] = Coverage(
        pool.here, candidates.items[index + 1].strength, &own.strength);
  }
  (*row)[kHeadingGain] = Coverage(
      pool.here, candidates.heading_strength[own.passage], &own.strength);
}

void FillType(const Question& question, const Candidate& candidate,
              FeatureRow* row) {
  const double capitals = std::min(candidate.new_capitalised, 3) / 3.0;
  switch (question.type) {
    case AnswerType::kNumber:
      (*row)[candidate.has_new_number    ? kNumberGiven
             : candidate.has_number_word ? kNumberSpelt
                                         : kNumberMissing] = 1;
      break;
    case AnswerType::kDate:
      (*row)[candidate.has_new_year ? kYearGiven
             : candidate.has_new_number || candidate.has_number_word
                 ? kDateNumberGiven
                 : kDateMissing] = 1;
      break;
    case AnswerType::kPerson:
      (*row)[kPersonCapitals] = capitals;
      break;
    case AnswerType::kPlace:
      (*row)[kPlaceCapitals] = capitals;
      break;
    case AnswerType::kReason:
    case AnswerType::kManner:
      (*row)[kReasonLength] = std::log(candidate.length + 10);
      break;
    case AnswerType::kDefinition:
      (*row)[kDefinitionFirst] = candidate.ordinal == 0 ? 1 : 0;
      break;
    case AnswerType::kAny:
      break;
  }
  if ((question.type == AnswerType::kNumber ||
       question.type == AnswerType::kDate) &&
      candidate.number_distance >= 0) {
    (*row)[kNumberNearness] = 1.0 / (1 + candidate.number_distance);
  }
}

}  // namespace

absl::string_view FeatureName(Feature feature) {
  static constexpr absl::string_view kNames[kFeatureCount] = {
      "first_passage",
      "reciprocal_rank",
      "total_ratio",
      "lexical_ratio",
      "vector_gap",
      "passage_coverage",
      "wide_passage_coverage",
      "coverage",
      "wide_coverage",
      "name_coverage",
      "number_coverage",
      "previous_gain",
      "next_gain",
      "before_previous_gain",
      "heading_gain",
      "pair_coverage",
      "position",
      "is_last",
      "log_length",
      "is_short",
      "overlong",
      "log_new_terms",
      "is_question",
      "ends_with_colon",
      "number_given",
      "number_spelt",
      "number_missing",
      "year_given",
      "date_number_given",
      "date_missing",
      "number_nearness",
      "person_capitals",
      "place_capitals",
      "reason_length",
      "definition_first",
  };
  return kNames[feature];
}

Pool DescribePool(const Question& question,
                  const std::vector<SourcePassage>& passages,
                  const Candidates& candidates) {
  const size_t terms = question.terms.size();
  Pool pool;
  std::vector<int> holders(terms, 0);
  pool.passage_strength.assign(passages.size(),
                               std::vector<float>(terms, 0.0f));
  for (const Candidate& candidate : candidates.items) {
    std::vector<float>& passage = pool.passage_strength[candidate.passage];
    for (size_t t = 0; t < terms; ++t) {
      if (candidate.strength[t] >= 1) ++holders[t];
      passage[t] = std::max(passage[t], candidate.strength[t]);
    }
  }
  const double count = static_cast<double>(candidates.items.size());
  for (size_t t = 0; t < terms; ++t) {
    pool.here.rarity.push_back(
        std::log(1 + (count - holders[t] + 0.5) / (holders[t] + 0.5)));
    pool.here.total += pool.here.rarity.back();
  }
  pool.wide = pool.here;
  if (!question.rarity.empty()) {
    pool.wide.rarity = question.rarity;
    pool.wide.total =
        std::accumulate(question.rarity.begin(), question.rarity.end(), 0.0);
  }
  for (const SourcePassage& passage : passages) {
    pool.best_total = std::max(pool.best_total, passage.total);
    pool.best_lexical = std::max(pool.best_lexical, passage.lexical);
    pool.best_vector = std::max(pool.best_vector, passage.vector);
  }
  return pool;
}

double Coverage(const TermWeights& weights, const std::vector<float>& strength,
                const std::vector<float>* known,
                const std::vector<float>* also_known) {
  if (weights.total <= 0) return 0;
  double held = 0;
  for (size_t t = 0; t < strength.size(); ++t) {
    if (strength[t] <= 0) continue;
    if (known != nullptr && (*known)[t] > 0) continue;
    if (also_known != nullptr && (*also_known)[t] > 0) continue;
    held += weights.rarity[t] * strength[t];
  }
  return held / weights.total;
}

std::vector<FeatureRow> Features(const Question& question,
                                 const std::vector<SourcePassage>& passages,
                                 const Candidates& candidates,
                                 const Pool& pool) {
  std::vector<FeatureRow> rows(candidates.items.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const Candidate& candidate = candidates.items[i];
    FeatureRow& row = rows[i];
    row.fill(0);
    FillPassage(passages, pool, candidate, &row);
    FillNeighbours(candidates, i, pool, &row);
    FillType(question, candidate, &row);
    row[kCoverage] = Coverage(pool.here, candidate.strength);
    row[kWideCoverage] = Coverage(pool.wide, candidate.strength);
    row[kNameCoverage] = ShareHeld(question, candidate, &QuestionTerm::is_name);
    row[kNumberCoverage] =
        ShareHeld(question, candidate, &QuestionTerm::is_number);
    row[kPairCoverage] = PairCoverage(question, pool, candidate);
    row[kPosition] = static_cast<double>(candidate.ordinal) / candidate.count;
    row[kIsLast] = candidate.ordinal + 1 == candidate.count ? 1 : 0;
    row[kLogLength] = std::log(candidate.length + 10);
    row[kIsShort] = candidate.length < 25 && !candidate.is_labelled &&
                            !candidate.is_sentence
                        ? 1
                        : 0;
    row[kOverlong] = std::max(0.0, candidate.length - 250) / 100;
    row[kLogNewTerms] = std::log1p(candidate.new_terms);
    row[kIsQuestion] = candidate.is_question ? 1 : 0;
    row[kEndsWithColon] = candidate.ends_with_colon ? 1 : 0;
  }
  return rows;
}

}  // namespace extractive
}  // namespace footnote
