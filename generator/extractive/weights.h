// Made by training/answers/fit.py from the development half of the evaluation
// data: edit that, not this. Its cross-validated figures:
//   contains_before 0.829
//   contains 0.789
//   chars 269.522
//   abstain_wrong 0.072
//   abstain_right 0.312
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_

#include "generator/extractive/abstain.h"
#include "generator/extractive/features.h"

namespace footnote {

// What each feature adds to a sentence's score, per unit.
inline constexpr double kFeatureWeights[kFeatureCount] = {
    -0.1307,  // first_passage
    1.1243,   // reciprocal_rank
    2.6775,   // lexical_ratio
    0.0000,   // vector_gap
    1.1612,   // passage_coverage
    11.6690,  // coverage
    5.3000,   // previous_gain
    3.0701,   // next_gain
    1.9169,   // before_previous_gain
    7.6073,   // heading_gain
    0.7239,   // pair_coverage
    -1.0102,  // position
    0.3892,   // is_last
    0.1472,   // log_length
    -2.2836,  // is_short
    -0.4299,  // overlong
    -0.1943,  // log_new_terms
    -0.6593,  // is_question
    -0.6515,  // ends_with_colon
    0.7029,   // number_given
    -0.5958,  // number_missing
    1.6745,   // year_given
    -0.3512,  // date_number_given
    -0.7057,  // date_missing
    0.5723,   // number_nearness
    1.6796,   // person_capitals
    1.0295,   // place_capitals
    0.0651,   // reason_length
};

// What the cosine of question and sentence adds, per unit.
inline constexpr double kSimilarityWeight = 4.1004;

// The log odds that the passages hold no answer: a sum over the signs.
inline constexpr double kDoubtBias = -0.3626;
inline constexpr double kDoubtWeights[kSignCount] = {
    -0.0395,  // best_score
    -0.0540,  // second_score
    0.1719,   // best_probability
    -0.4369,  // two_best_probability
    0.2046,   // entropy
    -0.4263,  // best_coverage
    -0.4806,  // largest_coverage
    0.2529,   // window_coverage
    1.7393,   // top_passage_coverage
    0.1572,   // window_rarest
    -0.0276,  // window_missing
    0.9083,   // content_missing
    0.8683,   // missing_share
    0.5023,   // name_missing
    0.6650,   // number_not_there
    -0.3149,  // weak_share
    -0.0087,  // lexical_best
    0.0355,   // lexical_per_term
    0.1395,   // lexical_margin
    0.0000,   // vector_margin
    -1.1919,  // log_terms
    0.0129,   // name_share
    0.3356,   // date_asked
    0.1885,   // number_asked
    0.7014,   // reason_asked
    -0.2753,  // place_asked
    -0.0544,  // person_asked
    0.2340,   // manner_asked
    -0.0964,  // definition_asked
    0.1324,   // type_missing
    -0.8494,  // person_capitals_best
    0.5059,   // pair_coverage_best
    0.7730,   // similarity_best
};

// The probability that a sentence of the best length must have to be worth
// reading.
inline constexpr double kLengthPrice = 0.06;

// Below it no answer is given; about 7.2% of answerable questions are.
inline constexpr double kLeastSupport = 0.7811;

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
