// Made by training/answers/fit.py from the development half of the evaluation
// data: edit that, not this. Its cross-validated figures:
//   contains_before 0.828
//   contains 0.792
//   chars 269.970
//   abstain_wrong 0.068
//   abstain_right 0.288
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_

#include "generator/extractive/abstain.h"
#include "generator/extractive/features.h"

namespace footnote {

// What each feature adds to a sentence's score, per unit.
inline constexpr double kFeatureWeights[kFeatureCount] = {
    -0.1515,  // first_passage
    1.1509,   // reciprocal_rank
    2.7439,   // lexical_ratio
    0.0000,   // vector_gap
    0.8254,   // passage_coverage
    11.1504,  // coverage
    5.0754,   // previous_gain
    2.8777,   // next_gain
    1.8124,   // before_previous_gain
    7.7146,   // heading_gain
    1.0659,   // pair_coverage
    -1.0205,  // position
    0.3876,   // is_last
    0.1433,   // log_length
    -2.3092,  // is_short
    -0.4247,  // overlong
    -0.1996,  // log_new_terms
    -0.6670,  // is_question
    -0.6873,  // ends_with_colon
    0.7188,   // number_given
    -0.6092,  // number_missing
    1.6538,   // year_given
    -0.3540,  // date_number_given
    -0.6962,  // date_missing
    0.5911,   // number_nearness
    1.6958,   // person_capitals
    0.9416,   // place_capitals
    0.0599,   // reason_length
};

// What the cosine of question and sentence adds, per unit.
inline constexpr double kSimilarityWeight = 4.2628;

// The log odds that the passages hold no answer: a sum over the signs.
inline constexpr double kDoubtBias = 0.3640;
inline constexpr double kDoubtWeights[kSignCount] = {
    -0.0278,  // best_score
    -0.0457,  // second_score
    -0.0659,  // best_probability
    -0.2701,  // two_best_probability
    0.0921,   // entropy
    -0.4738,  // best_coverage
    -0.2791,  // largest_coverage
    -0.0937,  // window_coverage
    0.4591,   // top_passage_coverage
    0.0886,   // window_rarest
    -0.0147,  // window_missing
    0.3863,   // missing_share
    0.3053,   // name_missing
    0.5115,   // number_not_there
    0.2407,   // weak_share
    -0.0056,  // lexical_best
    -0.0009,  // lexical_per_term
    0.1061,   // lexical_margin
    0.0000,   // vector_best
    0.0000,   // vector_margin
    -0.8215,  // log_terms
    0.2753,   // name_share
    0.2493,   // date_asked
    0.0784,   // number_asked
    0.4909,   // reason_asked
    -0.1960,  // place_asked
    -0.1530,  // person_asked
    0.1622,   // manner_asked
    -0.0884,  // definition_asked
    0.2334,   // type_missing
    -0.4804,  // person_capitals_best
    0.0946,   // pair_coverage_best
    -0.2210,  // similarity_best
    -0.1119,  // spoken
};

// The probability that a sentence of the best length must have to be worth
// reading.
inline constexpr double kLengthPrice = 0.06;

// Below it no answer is given; about 6.8% of answerable questions are.
inline constexpr double kLeastSupport = 0.8013;

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
