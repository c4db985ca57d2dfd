// Made by training/ranking/fit.py: edit that, not this. Cross-validated:
//   qa.jsonl: hit@1 0.908 hit@5 0.978 mrr 0.940
//   headings.jsonl: hit@1 0.667 hit@5 0.894 mrr 0.764
//   across.jsonl: hit@1 0.753 hit@5 0.915 mrr 0.822
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
    0.0745,  // stems
    0.0413,  // words
    0.0925,  // prefixes
    3.0777,  // nearness
    0.0000,  // foreign_nearness
    0.0000,  // language
    0.1640,  // title
    3.8531,  // title_share
    0.0000,  // coverage
    0.0000,  // lead
    0.0000,  // stem_window
    0.0000,  // prefix_window
    4.0219,  // phrase
    0.0858,  // translation
    0.0529,  // matched
    0.1345,  // meaning
    0.1242,  // translated
    4.2637,  // sentence
    0.1793,  // named
    2.1441,  // nearness_share
    1.4687,  // translation_share
    1.1695,  // matched_share
    1.9676,  // meaning_share
    -1.2276,  // translated_share
    0.1422,  // named_share
    1.9342,  // sentence_share
};
// clang-format on

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_
