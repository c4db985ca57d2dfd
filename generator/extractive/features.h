#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_FEATURES_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_FEATURES_H_

#include <array>
#include <vector>

#include "absl/strings/string_view.h"
#include "generator/extractive/candidates.h"
#include "generator/extractive/question.h"

namespace footnote {
namespace extractive {

// What is weighed when a candidate is scored. Coverage is by rarity: a term
// weighs more the fewer candidates hold it, so that what all retrieved
// passages speak of anyway counts little. Wide coverage is by rarity in the
// whole collection, where that is known.
enum Feature {
  // The passage.
  kFirstPassage,    // 1 for the best passage
  kReciprocalRank,  // 1 / rank
  kTotalRatio,      // log of its score over the best one's
  kLexicalRatio,    // log of its BM25 score over the best one's
  kVectorGap,       // its cosine less the best one's
  kPassageCoverage,
  kWidePassageCoverage,
  // The sentence.
  kCoverage,
  kWideCoverage,
  kNameCoverage,    // share of the question's names
  kNumberCoverage,  // … of its numbers
  kPreviousGain,    // terms that only the sentence before holds
  kNextGain,        // … only the sentence behind
  kBeforePreviousGain,
  kHeadingGain,   // … only title or headings
  kPairCoverage,  // neighbouring terms that are neighbours here too
  kPosition,      // 0 for the passage's first sentence, to 1
  kIsLast,
  kLogLength,
  kIsShort,      // and no label with its value
  kOverlong,     // hundreds of letters beyond 250
  kLogNewTerms,  // words that the question does not have
  kIsQuestion,
  kEndsWithColon,
  // The type asked for and what is new in the sentence.
  kNumberGiven,
  kNumberSpelt,  // in words alone
  kNumberMissing,
  kYearGiven,
  kDateNumberGiven,  // a date is asked for, a number but no year is there
  kDateMissing,
  kNumberNearness,
  kPersonCapitals,
  kPlaceCapitals,
  kReasonLength,
  kDefinitionFirst,  // a definition is asked for, and a passage begins here
  kFeatureCount,
};

using FeatureRow = std::array<double, kFeatureCount>;

// The feature's name in snake case, for training and explanations.
absl::string_view FeatureName(Feature feature);

// What each question term weighs, and all together.
struct TermWeights {
  std::vector<double> rarity;
  double total = 0;
};

// What all candidates have in common.
struct Pool {
  // log(1 + (N - n + .5) / (n + .5)), n of N candidates holding the term.
  TermWeights here;
  // Question::rarity; where that is not known, the same as `here`.
  TermWeights wide;
  // By passage, then by term: the strongest match among its sentences.
  std::vector<std::vector<float>> passage_strength;
  // The largest scores of the passages.
  double best_total = 0;
  double best_lexical = 0;
  double best_vector = 0;
};

Pool DescribePool(const Question& question,
                  const std::vector<SourcePassage>& passages,
                  const Candidates& candidates);

// The share of the question's weight that `strength` holds, leaving out terms
// that `known` or `also_known` (either may be null) hold already.
double Coverage(const TermWeights& weights, const std::vector<float>& strength,
                const std::vector<float>* known = nullptr,
                const std::vector<float>* also_known = nullptr);

// One row per candidate.
std::vector<FeatureRow> Features(const Question& question,
                                 const std::vector<SourcePassage>& passages,
                                 const Candidates& candidates,
                                 const Pool& pool);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_FEATURES_H_
