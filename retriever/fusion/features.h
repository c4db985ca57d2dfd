// What is weighed when a passage is ranked: one row of numbers a candidate.
#ifndef FOOTNOTE_RETRIEVER_FUSION_FEATURES_H_
#define FOOTNOTE_RETRIEVER_FUSION_FEATURES_H_

#include <array>

#include "absl/strings/string_view.h"
#include "retriever/fusion/evidence.h"

namespace footnote {

enum RankFeature {
  // BM25.
  kRankStems,
  kRankWords,
  kRankPrefixes,
  // How near the vector is, where the encoder speaks the question's language
  // and where it does not.
  kRankNearness,
  kRankForeignNearness,
  // How likely it is that the question is in the passage's language.
  kRankLanguage,
  // The question's rarity that title and headings hold: as it is, and as a
  // share.
  kRankTitle,
  kRankTitleShare,
  // Shares of the question's rarity, 0 to 1.
  kRankCoverage,
  kRankLead,
  kRankStemWindow,
  kRankPrefixWindow,
  kRankPhrase,
  // Across languages only: words matched in the best sentence by their vectors;
  // by vectors or the lexicon; in the whole passage; by the lexicon as BM25
  // counts; the nearest sentence.
  kRankTranslation,
  kRankMatched,
  kRankMeaning,
  kRankTranslated,
  kRankSentence,
  // Across languages only: the rarity of names that sound alike.
  kRankNamed,
  // The same and nearness as shares of the best passage's.
  kRankNearnessShare,
  kRankTranslationShare,
  kRankMatchedShare,
  kRankMeaningShare,
  kRankTranslatedShare,
  kRankNamedShare,
  kRankSentenceShare,
  kRankFeatureCount,
};

using RankFeatures = std::array<double, kRankFeatureCount>;

// The feature's name in snake case, for training and explanations.
absl::string_view RankFeatureName(RankFeature feature);

// `encoder_speaks`: the encoder speaks the question's language.
RankFeatures FeaturesOf(const Candidate& candidate, bool encoder_speaks);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_FUSION_FEATURES_H_
