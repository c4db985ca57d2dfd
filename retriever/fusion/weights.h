// Made by training/ranking/fit.py: edit that, not this. Cross-validated:
//   qa.jsonl: hit@1 0.902 hit@5 0.977 mrr 0.935
//   headings.jsonl: hit@1 0.646 hit@5 0.864 mrr 0.740
//   across3.jsonl: hit@1 0.751 hit@5 0.926 mrr 0.830
#ifndef FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_
#define FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_

#include "retriever/fusion/features.h"

namespace footnote {

// What each feature adds to a passage's score, per unit.
inline constexpr double kRankWeights[kRankFeatureCount] = {
    0.1138,   // stems
    0.0250,   // words
    0.1288,   // prefixes
    13.4980,  // nearness
    8.0157,   // foreign_nearness
    3.7286,   // language
    0.0183,   // title
    1.3173,   // title_share
    0.9409,   // coverage
    2.8026,   // lead
    0.0000,   // stem_window
    1.4994,   // prefix_window
    0.5301,   // phrase
    0.0000,   // translation
    0.0000,   // sentence
};

// The same for passages in another language than the question's.
inline constexpr double kAcrossWeights[kRankFeatureCount] = {
    0.0000,   // stems
    0.0414,   // words
    0.0519,   // prefixes
    12.9392,  // nearness
    0.0000,   // foreign_nearness
    0.0000,   // language
    0.1577,   // title
    6.6344,   // title_share
    3.1989,   // coverage
    0.0000,   // lead
    0.0000,   // stem_window
    0.5473,   // prefix_window
    1.7066,   // phrase
    0.8315,   // translation
    10.5838,  // sentence
};

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_
