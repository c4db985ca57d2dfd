// Made by training/ranking/fit.py: edit that, not this. Cross-validated:
//   qa.jsonl: hit@1 0.908 hit@5 0.978 mrr 0.940
//   headings.jsonl: hit@1 0.667 hit@5 0.894 mrr 0.764
//   across.jsonl: hit@1 0.787 hit@5 0.919 mrr 0.845
//   across.jsonl, second opinion: hit@1 0.843 hit@5 0.949 mrr 0.890
#ifndef FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_
#define FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_

#include "retriever/fusion/features.h"

namespace footnote {

// clang-format off
// What each feature adds to a passage's score, per unit.
inline constexpr double kRankWeights[kRankFeatureCount] = {
    0.0897,  // stems
    0.0217,  // words
    0.1088,  // prefixes
    12.1326,  // nearness
    0.0000,  // foreign_nearness
    4.3016,  // language
    0.0137,  // title
    1.9534,  // title_share
    1.4381,  // coverage
    2.4122,  // lead
    0.0000,  // stem_window
    1.2472,  // prefix_window
    0.5844,  // phrase
    0.0000,  // translation
    0.0000,  // matched
    0.0000,  // meaning
    0.0000,  // translated
    0.0000,  // sentence
    0.0000,  // named
    0.0000,  // nearness_share
    0.0000,  // translation_share
    0.0000,  // matched_share
    0.0000,  // meaning_share
    0.0000,  // translated_share
    0.0000,  // named_share
    0.0000,  // sentence_share
};

// The same for passages in another language than the question's.
inline constexpr double kAcrossWeights[kRankFeatureCount] = {
    0.0394,  // stems
    0.0539,  // words
    0.0937,  // prefixes
    3.1318,  // nearness
    0.0000,  // foreign_nearness
    0.0000,  // language
    0.2084,  // title
    3.3074,  // title_share
    0.0000,  // coverage
    0.0000,  // lead
    0.0000,  // stem_window
    0.0000,  // prefix_window
    5.1214,  // phrase
    0.0000,  // translation
    0.1573,  // matched
    0.1875,  // meaning
    0.0988,  // translated
    3.9802,  // sentence
    0.0640,  // named
    2.0785,  // nearness_share
    1.1553,  // translation_share
    1.2795,  // matched_share
    1.8589,  // meaning_share
    -1.0929,  // translated_share
    0.5473,  // named_share
    1.5983,  // sentence_share
};
// clang-format on

// What a second encoder's similarity adds, per unit, across languages.
inline constexpr double kSecondWeight = 114.1;

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_
