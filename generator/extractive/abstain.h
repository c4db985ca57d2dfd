#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_ABSTAIN_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_ABSTAIN_H_

#include <array>
#include <vector>

#include "absl/strings/string_view.h"
#include "generator/extractive/candidates.h"
#include "generator/extractive/features.h"
#include "generator/extractive/question.h"

namespace footnote {
namespace extractive {

// What tells a question that the passages answer from one that they only speak
// about.
enum Sign {
  kBestScore,
  kSecondScore,
  kBestProbability,
  kTwoBestProbability,
  kEntropy,  // of the probabilities
  // Coverage by rarity.
  kBestCoverage,     // of the best sentence
  kLargestCoverage,  // of any sentence
  kWindowCoverage,   // of the best sentence and its neighbours
  kTopPassageCoverage,
  // Terms that neither the best sentence nor its neighbours hold.
  kWindowRarest,
  kWindowMissing,   // sum of their rarity
  kContentMissing,  // share of content words that the window does not hold
  kMissingShare,    // share of terms that the best passage does not hold
  kNameMissing,     // 1: a name of the question is not in the window
  kNumberNotThere,  // 1: a number of the question is not in the window
  kWeakShare,       // share of the window's matches that are only alike
  // The search.
  kTotalBest,
  kTotalMargin,  // log of the best score over the second
  kLexicalBest,
  kLexicalPerTerm,
  kLexicalMargin,  // log of the best score over the second
  kVectorMargin,
  // The question.
  kLogTerms,
  kNameShare,
  kDateAsked,
  kNumberAsked,
  kReasonAsked,
  kPlaceAsked,
  kPersonAsked,
  kMannerAsked,
  kDefinitionAsked,
  kTypeMissing,  // a number or date is asked for, the best sentence has none
  kPersonCapitalsBest,
  kPairCoverageBest,
  kSimilarityBest,  // of any sentence, less that of an average; 0: no vectors
  // The whole passage of the best sentence with its title and headings.
  kPlaceCoverage,
  kPlaceContentMissing,  // as kContentMissing
  kPlaceNameMissing,     // as kNameMissing
  kPlaceRarest,          // as kWindowRarest
  // By rarity in the whole collection.
  kWideWindowCoverage,
  kWidePlaceCoverage,
  kWideWindowRarest,  // over the question's rarest term
  kWidePlaceRarest,   // the same of the place
  // SecondOpinion's nearest, less that of an average; 0: none was asked.
  kNearest,
  kSignCount,
};

using SignRow = std::array<double, kSignCount>;

absl::string_view SignName(Sign sign);

// Everything that was found for one question.
struct Evidence {
  const Question* question;
  const std::vector<SourcePassage>* passages;
  const Candidates* candidates;
  const Pool* pool;
  const std::vector<FeatureRow>* features;
  const std::vector<double>* scores;
  const std::vector<double>* probabilities;
  // By candidate; empty when there were no vectors. 0 where not computed.
  const std::vector<double>* similarities;
  // SecondOpinion::Opinion's; 0 where none was asked.
  double nearest = 0;
};

// REQUIRES: at least one candidate.
SignRow Signs(const Evidence& evidence);

// Whether the scores of the evidence are ThoroughScores.
enum class Scored { kAlone, kThoroughly };

// 0 to 1: how likely it is that the passages hold an answer.
double Support(const SignRow& signs, Scored scored);

// True when an answer is better not given: there is too little support, and
// neither the best sentence and its neighbours nor its passage with title and
// headings hold every word asked for, or no number or date where one is asked.
bool ShouldAbstain(const SignRow& signs, double support, Scored scored);

// The same two where passages are in another language than the question and
// there is a second opinion (second_opinion.h): words and signs say little
// then. `nearest` is SecondOpinion::Opinion's.
double SupportAcross(double nearest);
bool ShouldAbstainAcross(double support);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_ABSTAIN_H_
