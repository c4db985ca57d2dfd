// Made by training/answers/fit.py from the development half of the evaluation
// data: edit that, not this. Its cross-validated figures:
//   contains_before 0.849
//   contains 0.801
//   chars 272.087
//   abstain_wrong 0.072
//   abstain_right 0.304
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_

#include "generator/extractive/abstain.h"
#include "generator/extractive/features.h"

namespace footnote {
namespace extractive {

// What each feature adds to a sentence's score, per unit.
inline constexpr double kFeatureWeights[kFeatureCount] = {
    -0.2253,  // first_passage
    2.3404,   // reciprocal_rank
    0,        // total_ratio
    1.6358,   // lexical_ratio
    7.1907,   // vector_gap
    -0.8291,  // passage_coverage
    10.9650,  // coverage
    4.4352,   // previous_gain
    2.3068,   // next_gain
    1.5125,   // before_previous_gain
    6.4338,   // heading_gain
    0.7134,   // pair_coverage
    -0.9686,  // position
    0.4163,   // is_last
    0.0862,   // log_length
    -2.3543,  // is_short
    -0.5002,  // overlong
    -0.1610,  // log_new_terms
    -0.7198,  // is_question
    -2.1412,  // ends_with_colon
    0.6972,   // number_given
    -0.6337,  // number_missing
    1.8785,   // year_given
    -0.5593,  // date_number_given
    -0.8237,  // date_missing
    0.3003,   // number_nearness
    1.6875,   // person_capitals
    1.1405,   // place_capitals
    0.0461,   // reason_length
};

// What the cosine of question and sentence adds, per unit.
inline constexpr double kSimilarityWeight = 2.7424;

// The log odds that the passages hold no answer: a sum over the signs.
inline constexpr double kDoubtBias = -0.0833;
inline constexpr double kDoubtWeights[kSignCount] = {
    -0.0500,  // best_score
    -0.0376,  // second_score
    0.1166,   // best_probability
    -0.3898,  // two_best_probability
    0.1255,   // entropy
    -0.3846,  // best_coverage
    -0.5877,  // largest_coverage
    -0.0675,  // window_coverage
    1.1774,   // top_passage_coverage
    0.1676,   // window_rarest
    -0.0299,  // window_missing
    1.3681,   // content_missing
    0.5402,   // missing_share
    0.5532,   // name_missing
    0.6445,   // number_not_there
    -0.9593,  // weak_share
    0,        // total_best
    0,        // total_margin
    -0.0044,  // lexical_best
    0.0310,   // lexical_per_term
    0.1255,   // lexical_margin
    -0.0159,  // vector_margin
    -1.1829,  // log_terms
    -0.1144,  // name_share
    0.3330,   // date_asked
    0.1848,   // number_asked
    0.7404,   // reason_asked
    -0.2721,  // place_asked
    -0.0795,  // person_asked
    0.2214,   // manner_asked
    -0.0477,  // definition_asked
    0.1102,   // type_missing
    -0.7997,  // person_capitals_best
    0.6416,   // pair_coverage_best
    0.5161,   // similarity_best
};

// The probability that a sentence of the best length must have to be worth
// reading.
inline constexpr double kLengthPrice = 0.06;

// Below it no answer is given; about 7.2% of answerable questions are.
inline constexpr double kLeastSupport = 0.7784;

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
