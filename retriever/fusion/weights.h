// Made by training/ranking/fit.py: edit that, not this. Cross-validated:
//   qa.jsonl: hit@1 0.908 hit@5 0.978 mrr 0.940
//   headings.jsonl: hit@1 0.667 hit@5 0.894 mrr 0.764
//   across.jsonl: hit@1 0.787 hit@5 0.921 mrr 0.846
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
    0.0329,  // stems
    0.0629,  // words
    0.0879,  // prefixes
    3.0852,  // nearness
    0.0000,  // foreign_nearness
    0.0000,  // language
    0.1292,  // title
    3.3081,  // title_share
    0.0000,  // coverage
    0.0000,  // lead
    0.0000,  // stem_window
    0.0000,  // prefix_window
    5.3204,  // phrase
    0.0000,  // translation
    0.1623,  // matched
    0.1954,  // meaning
    0.0854,  // translated
    3.9738,  // sentence
    0.0601,  // named
    2.0776,  // nearness_share
    1.1478,  // translation_share
    1.2646,  // matched_share
    1.8093,  // meaning_share
    -1.0801,  // translated_share
    0.5338,  // named_share
    1.5811,  // sentence_share
};
// clang-format on

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_
