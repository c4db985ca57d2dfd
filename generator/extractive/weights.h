// Made by training/answers/fit.py from the development half of the evaluation
// data: edit that, not this. Its cross-validated figures:
//   contains_before 0.860
//   contains 0.815
//   chars 274.834
//   abstain_wrong 0.075
//   abstain_right 0.316
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_

#include "generator/extractive/abstain.h"
#include "generator/extractive/features.h"

namespace footnote {
namespace extractive {

// What each feature adds to a sentence's score, per unit.
inline constexpr double kFeatureWeights[kFeatureCount] = {
    0.0012,   // first_passage
    0.8919,   // reciprocal_rank
    2.0788,   // total_ratio
    0.6033,   // lexical_ratio
    5.2789,   // vector_gap
    -1.1203,  // passage_coverage
    2.0124,   // wide_passage_coverage
    5.5481,   // coverage
    4.2988,   // wide_coverage
    -0.2392,  // name_coverage
    0.8932,   // number_coverage
    4.8699,   // previous_gain
    2.5389,   // next_gain
    1.8153,   // before_previous_gain
    8.5291,   // heading_gain
    0.6393,   // pair_coverage
    -0.8245,  // position
    0.4070,   // is_last
    -0.2700,  // log_length
    -2.0160,  // is_short
    -0.5257,  // overlong
    0.3219,   // log_new_terms
    -1.0959,  // is_question
    -1.9136,  // ends_with_colon
    0.6549,   // number_given
    -0.5915,  // number_missing
    1.7084,   // year_given
    -0.4236,  // date_number_given
    -0.7875,  // date_missing
    0.5084,   // number_nearness
    1.8371,   // person_capitals
    1.2437,   // place_capitals
    0.0972,   // reason_length
    0.1940,   // definition_first
};

// What the cosine of question and sentence adds, per unit.
inline constexpr double kSimilarityWeight = 3.9717;

// The log odds that the passages hold no answer: a sum over the signs.
inline constexpr double kDoubtBias = -0.6131;
inline constexpr double kDoubtWeights[kSignCount] = {
    -0.0338,  // best_score
    -0.0396,  // second_score
    -0.1358,  // best_probability
    -0.3903,  // two_best_probability
    0.0779,   // entropy
    -0.2976,  // best_coverage
    -0.1001,  // largest_coverage
    -0.2432,  // window_coverage
    0.0428,   // top_passage_coverage
    0.1019,   // window_rarest
    -0.0147,  // window_missing
    0.3281,   // content_missing
    0.4276,   // missing_share
    0.3038,   // name_missing
    0.3269,   // number_not_there
    -0.9570,  // weak_share
    -0.0195,  // total_best
    0.0239,   // total_margin
    -0.0019,  // lexical_best
    0.0464,   // lexical_per_term
    0.0460,   // lexical_margin
    0.0021,   // vector_margin
    -0.6235,  // log_terms
    0.3817,   // name_share
    0.2454,   // date_asked
    0.0518,   // number_asked
    0.4486,   // reason_asked
    -0.1028,  // place_asked
    -0.1817,  // person_asked
    0.0970,   // manner_asked
    -0.0928,  // definition_asked
    0.0691,   // type_missing
    -0.3555,  // person_capitals_best
    0.0542,   // pair_coverage_best
    -0.8027,  // similarity_best
};

// The probability that a sentence of the best length must have to be worth
// reading.
inline constexpr double kLengthPrice = 0.05;

// Below it no answer is given; about 7.5% of answerable questions are.
inline constexpr double kLeastSupport = 0.8512;

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
