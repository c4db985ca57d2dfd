#include "retriever/fusion/features.h"

namespace footnote {

absl::string_view RankFeatureName(RankFeature feature) {
  static constexpr absl::string_view kNames[kRankFeatureCount] = {
      "stems",
      "words",
      "prefixes",
      "nearness",
      "foreign_nearness",
      "language",
      "title",
      "title_share",
      "coverage",
      "lead",
      "stem_window",
      "prefix_window",
      "phrase",
      "translation",
      "matched",
      "meaning",
      "translated",
      "sentence",
      "named",
      "nearness_share",
      "translation_share",
      "matched_share",
      "meaning_share",
      "translated_share",
      "named_share",
      "sentence_share",
  };
  return kNames[feature];
}

RankFeatures FeaturesOf(const Candidate& candidate, bool encoder_speaks) {
  RankFeatures row;
  row[kRankStems] = candidate.stems;
  row[kRankWords] = candidate.words;
  row[kRankPrefixes] = candidate.prefixes;
  row[kRankNearness] = encoder_speaks ? candidate.nearness : 0;
  row[kRankForeignNearness] = encoder_speaks ? 0 : candidate.nearness;
  row[kRankLanguage] = candidate.language;
  row[kRankTitle] = candidate.title;
  row[kRankTitleShare] = candidate.title_share;
  row[kRankCoverage] = candidate.coverage;
  row[kRankLead] = candidate.lead;
  row[kRankStemWindow] = candidate.stem_window;
  row[kRankPrefixWindow] = candidate.prefix_window;
  row[kRankPhrase] = candidate.phrase;
  row[kRankTranslation] = candidate.translation;
  row[kRankMatched] = candidate.matched;
  row[kRankMeaning] = candidate.meaning;
  row[kRankTranslated] = candidate.translated;
  row[kRankSentence] = candidate.sentence;
  row[kRankNamed] = candidate.named;
  row[kRankNearnessShare] = candidate.nearness_share;
  row[kRankTranslationShare] = candidate.translation_share;
  row[kRankMatchedShare] = candidate.matched_share;
  row[kRankMeaningShare] = candidate.meaning_share;
  row[kRankTranslatedShare] = candidate.translated_share;
  row[kRankNamedShare] = candidate.named_share;
  row[kRankSentenceShare] = candidate.sentence_share;
  return row;
}

}  // namespace footnote
