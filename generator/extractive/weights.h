// Made by training/answers/fit.py from the development half of the evaluation
// data: edit that, not this. Its cross-validated figures:
//   contains_before 0.852
//   contains 0.808
//   chars 277.440
//   abstain_wrong 0.072
//   abstain_right 0.324
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_

#include "generator/extractive/abstain.h"
#include "generator/extractive/features.h"

namespace footnote {
namespace extractive {

// What each feature adds to a sentence's score, per unit.
inline constexpr double kFeatureWeights[kFeatureCount] = {
    -0.0717,  // first_passage
    1.3972,   // reciprocal_rank
    2.8183,   // total_ratio
    0.8459,   // lexical_ratio
    5.1303,   // vector_gap
    -1.3655,  // passage_coverage
    0,        // wide_passage_coverage
    10.7729,  // coverage
    0,        // wide_coverage
    0,        // name_coverage
    0,        // number_coverage
    4.3824,   // previous_gain
    2.3307,   // next_gain
    1.4695,   // before_previous_gain
    6.2847,   // heading_gain
    0.7185,   // pair_coverage
    -0.9545,  // position
    0.4138,   // is_last
    0.0540,   // log_length
    -2.3143,  // is_short
    -0.5126,  // overlong
    -0.1020,  // log_new_terms
    -0.6470,  // is_question
    -2.2319,  // ends_with_colon
    0.6945,   // number_given
    -0.6332,  // number_missing
    1.8719,   // year_given
    -0.5442,  // date_number_given
    -0.8321,  // date_missing
    0.3365,   // number_nearness
    1.6685,   // person_capitals
    1.2275,   // place_capitals
    0.0529,   // reason_length
    0,        // definition_first
};

// What the cosine of question and sentence adds, per unit.
inline constexpr double kSimilarityWeight = 3.2038;

// The log odds that the passages hold no answer: a sum over the signs.
inline constexpr double kDoubtBias = -0.6015;
inline constexpr double kDoubtWeights[kSignCount] = {
    -0.0291,  // best_score
    -0.0346,  // second_score
    -0.1623,  // best_probability
    -0.3883,  // two_best_probability
    0.0860,   // entropy
    -0.1780,  // best_coverage
    -0.1336,  // largest_coverage
    -0.2084,  // window_coverage
    0.1172,   // top_passage_coverage
    0.0935,   // window_rarest
    -0.0152,  // window_missing
    0.5524,   // content_missing
    0.4109,   // missing_share
    0.3043,   // name_missing
    0.2809,   // number_not_there
    -0.7432,  // weak_share
    -0.0184,  // total_best
    0.0417,   // total_margin
    -0.0024,  // lexical_best
    0.0403,   // lexical_per_term
    0.0513,   // lexical_margin
    -0.1012,  // vector_margin
    -0.6700,  // log_terms
    0.3711,   // name_share
    0.2497,   // date_asked
    0.0459,   // number_asked
    0.4069,   // reason_asked
    -0.1096,  // place_asked
    -0.1832,  // person_asked
    0.0803,   // manner_asked
    -0.0941,  // definition_asked
    0.1205,   // type_missing
    -0.3683,  // person_capitals_best
    0.0489,   // pair_coverage_best
    0.2960,   // similarity_best
};

// The probability that a sentence of the best length must have to be worth
// reading.
inline constexpr double kLengthPrice = 0.05;

// Below it no answer is given; about 7.2% of answerable questions are.
inline constexpr double kLeastSupport = 0.8553;

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
