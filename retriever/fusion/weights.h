// Made by training/ranking/fit.py: edit that, not this. Cross-validated:
//   qa.jsonl: hit@1 0.903 hit@5 0.976 mrr 0.936
//   headings.jsonl: hit@1 0.646 hit@5 0.867 mrr 0.741
//   across.jsonl: hit@1 0.734 hit@5 0.909 mrr 0.811
#ifndef FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_
#define FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_

#include "retriever/fusion/features.h"

namespace footnote {

// What each feature adds to a passage's score, per unit.
inline constexpr double kRankWeights[kRankFeatureCount] = {
    0.1180,   // stems
    0.0211,   // words
    0.1224,   // prefixes
    13.5825,  // nearness
    8.0300,   // foreign_nearness
    3.8531,   // language
    0.0158,   // title
    1.4255,   // title_share
    0.9494,   // coverage
    2.7322,   // lead
    0.0000,   // stem_window
    1.6683,   // prefix_window
    0.4938,   // phrase
    0.0000,   // translation
    0.0000,   // matched
    0.0000,   // meaning
    0.0000,   // translated
    0.0000,   // sentence
};

// The same for passages in another language than the question's.
inline constexpr double kAcrossWeights[kRankFeatureCount] = {
    0.0605,   // stems
    0.0407,   // words
    0.0938,   // prefixes
    12.5161,  // nearness
    0.0000,   // foreign_nearness
    0.0000,   // language
    0.1665,   // title
    4.1634,   // title_share
    0.0000,   // coverage
    0.0000,   // lead
    0.0000,   // stem_window
    0.0000,   // prefix_window
    4.9546,   // phrase
    0.2577,   // translation
    0.2022,   // matched
    0.2818,   // meaning
    0.0000,   // translated
    9.2992,   // sentence
};

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_
