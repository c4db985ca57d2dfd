// Made by training/ranking/fit.py: edit that, not this. Cross-validated:
//   qa.jsonl: hit@1 0.901 hit@5 0.977 mrr 0.935
//   headings.jsonl: hit@1 0.658 hit@5 0.882 mrr 0.754
//   across.jsonl: hit@1 0.745 hit@5 0.903 mrr 0.814
#ifndef FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_
#define FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_

#include "retriever/fusion/features.h"

namespace footnote {

// What each feature adds to a passage's score, per unit.
inline constexpr double kRankWeights[kRankFeatureCount] = {
    0.1111,   // stems
    0.0239,   // words
    0.1146,   // prefixes
    14.4955,  // nearness
    0.0000,   // foreign_nearness
    4.1542,   // language
    0.0148,   // title
    1.6902,   // title_share
    0.9797,   // coverage
    2.6795,   // lead
    0.0000,   // stem_window
    1.4787,   // prefix_window
    0.6153,   // phrase
    0.0000,   // translation
    -0.1635,  // matched
    0.2248,   // meaning
    -0.2982,  // translated
    0.0000,   // sentence
};

// The same for passages in another language than the question's.
inline constexpr double kAcrossWeights[kRankFeatureCount] = {
    0.0834,   // stems
    0.0000,   // words
    0.0970,   // prefixes
    13.0598,  // nearness
    0.0000,   // foreign_nearness
    0.0000,   // language
    0.2014,   // title
    4.2389,   // title_share
    0.0000,   // coverage
    0.0000,   // lead
    0.0000,   // stem_window
    0.0000,   // prefix_window
    5.7612,   // phrase
    0.3397,   // translation
    0.1413,   // matched
    0.2880,   // meaning
    -0.0566,  // translated
    9.8648,   // sentence
};

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_
