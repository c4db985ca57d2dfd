// Made by training/answers/fit.py from the development half of the evaluation
// data: edit that, not this. Its cross-validated figures:
//   contains_before 0.856
//   contains 0.815
//   chars 274.178
//   abstain_wrong 0.070
//   abstain_right 0.328
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_

#include "generator/extractive/abstain.h"
#include "generator/extractive/features.h"

namespace footnote {
namespace extractive {

// What each feature adds to a sentence's score, per unit.
inline constexpr double kFeatureWeights[kFeatureCount] = {
    -0.1903,  // first_passage
    1.2529,   // reciprocal_rank
    2.5411,   // total_ratio
    0.7298,   // lexical_ratio
    4.8241,   // vector_gap
    -1.2609,  // passage_coverage
    1.9431,   // wide_passage_coverage
    5.8627,   // coverage
    4.9592,   // wide_coverage
    -0.1041,  // name_coverage
    0.9881,   // number_coverage
    4.9590,   // previous_gain
    2.6109,   // next_gain
    1.8835,   // before_previous_gain
    7.8653,   // heading_gain
    0.5383,   // pair_coverage
    -0.8829,  // position
    0.4213,   // is_last
    -0.1233,  // log_length
    -2.2543,  // is_short
    -0.4885,  // overlong
    0.0078,   // log_new_terms
    -0.5756,  // is_question
    -1.8094,  // ends_with_colon
    0.6750,   // number_given
    -0.6037,  // number_missing
    1.7683,   // year_given
    -0.4912,  // date_number_given
    -0.7804,  // date_missing
    0.4161,   // number_nearness
    1.7830,   // person_capitals
    1.1754,   // place_capitals
    0.0954,   // reason_length
    0.2015,   // definition_first
};

// What the cosine of question and sentence adds, per unit.
inline constexpr double kSimilarityWeight = 2.4379;

// The log odds that the passages hold no answer: a sum over the signs.
inline constexpr double kDoubtBias = -0.3411;
inline constexpr double kDoubtWeights[kSignCount] = {
    -0.0321,  // best_score
    -0.0350,  // second_score
    -0.1550,  // best_probability
    -0.3689,  // two_best_probability
    0.0841,   // entropy
    -0.2069,  // best_coverage
    -0.1012,  // largest_coverage
    -0.2347,  // window_coverage
    0.0644,   // top_passage_coverage
    0.0854,   // window_rarest
    -0.0155,  // window_missing
    0.4264,   // content_missing
    0.4627,   // missing_share
    0.3280,   // name_missing
    0.2422,   // number_not_there
    -0.9187,  // weak_share
    -0.0251,  // total_best
    0.0243,   // total_margin
    -0.0022,  // lexical_best
    0.0433,   // lexical_per_term
    0.0595,   // lexical_margin
    -0.0699,  // vector_margin
    -0.6644,  // log_terms
    0.3585,   // name_share
    0.2563,   // date_asked
    0.0542,   // number_asked
    0.4235,   // reason_asked
    -0.1052,  // place_asked
    -0.1840,  // person_asked
    0.0822,   // manner_asked
    -0.0921,  // definition_asked
    0.0628,   // type_missing
    -0.3560,  // person_capitals_best
    0.0566,   // pair_coverage_best
    0.3948,   // similarity_best
};

// The probability that a sentence of the best length must have to be worth
// reading.
inline constexpr double kLengthPrice = 0.05;

// Below it no answer is given; about 7.0% of answerable questions are.
inline constexpr double kLeastSupport = 0.8507;

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
