// Made by training/answers/fit.py from the development half of the evaluation
// data: edit that, not this. Its cross-validated figures:
//   contains_before 0.851
//   contains 0.806
//   chars 276.581
//   abstain_wrong 0.072
//   abstain_right 0.328
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_

#include "generator/extractive/abstain.h"
#include "generator/extractive/features.h"

namespace footnote {
namespace extractive {

// What each feature adds to a sentence's score, per unit.
inline constexpr double kFeatureWeights[kFeatureCount] = {
    -0.0849,  // first_passage
    1.4660,   // reciprocal_rank
    2.7335,   // total_ratio
    0.8097,   // lexical_ratio
    5.3763,   // vector_gap
    -1.2340,  // passage_coverage
    10.7999,  // coverage
    4.4097,   // previous_gain
    2.2740,   // next_gain
    1.4641,   // before_previous_gain
    6.3069,   // heading_gain
    0.6966,   // pair_coverage
    -0.9502,  // position
    0.4102,   // is_last
    0.0396,   // log_length
    -2.3171,  // is_short
    -0.5042,  // overlong
    -0.0930,  // log_new_terms
    -0.6565,  // is_question
    -2.2512,  // ends_with_colon
    0.7063,   // number_given
    -0.6420,  // number_missing
    1.8940,   // year_given
    -0.5416,  // date_number_given
    -0.8360,  // date_missing
    0.2878,   // number_nearness
    1.6704,   // person_capitals
    1.1867,   // place_capitals
    0.0535,   // reason_length
};

// What the cosine of question and sentence adds, per unit.
inline constexpr double kSimilarityWeight = 3.2327;

// The log odds that the passages hold no answer: a sum over the signs.
inline constexpr double kDoubtBias = -0.6096;
inline constexpr double kDoubtWeights[kSignCount] = {
    -0.0293,  // best_score
    -0.0347,  // second_score
    -0.1595,  // best_probability
    -0.3744,  // two_best_probability
    0.0876,   // entropy
    -0.1809,  // best_coverage
    -0.1485,  // largest_coverage
    -0.2018,  // window_coverage
    0.1336,   // top_passage_coverage
    0.0920,   // window_rarest
    -0.0152,  // window_missing
    0.5515,   // content_missing
    0.4073,   // missing_share
    0.3088,   // name_missing
    0.2735,   // number_not_there
    -0.7474,  // weak_share
    -0.0178,  // total_best
    0.0409,   // total_margin
    -0.0024,  // lexical_best
    0.0403,   // lexical_per_term
    0.0522,   // lexical_margin
    -0.1177,  // vector_margin
    -0.6708,  // log_terms
    0.3636,   // name_share
    0.2509,   // date_asked
    0.0483,   // number_asked
    0.4076,   // reason_asked
    -0.1098,  // place_asked
    -0.1845,  // person_asked
    0.0812,   // manner_asked
    -0.0947,  // definition_asked
    0.1043,   // type_missing
    -0.3670,  // person_capitals_best
    0.0250,   // pair_coverage_best
    0.2778,   // similarity_best
};

// The probability that a sentence of the best length must have to be worth
// reading.
inline constexpr double kLengthPrice = 0.05;

// Below it no answer is given; about 7.2% of answerable questions are.
inline constexpr double kLeastSupport = 0.8593;

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
