// Made by training/answers/fit.py from the development half of the evaluation
// data: edit that, not this. Its cross-validated figures, and with a second
// opinion; the weights of scores are older, and of all the data:
//   contains_before 0.883, 0.893
//   contains 0.835, 0.864
//   chars 281.381, 288.355
//   abstain_wrong 0.072, 0.050
//   abstain_right 0.324, 0.260
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_

#include "generator/extractive/abstain.h"
#include "generator/extractive/features.h"

namespace footnote {
namespace extractive {

// What each feature adds to a sentence's score, per unit.
inline constexpr double kFeatureWeights[kFeatureCount] = {
    -0.0898,  // first_passage
    1.0322,   // reciprocal_rank
    2.0506,   // total_ratio
    0.5725,   // lexical_ratio
    4.9121,   // vector_gap
    -1.0135,  // passage_coverage
    2.0180,   // wide_passage_coverage
    5.5712,   // coverage
    4.2672,   // wide_coverage
    -0.2124,  // name_coverage
    0.8839,   // number_coverage
    4.8765,   // previous_gain
    2.5562,   // next_gain
    1.8311,   // before_previous_gain
    8.3823,   // heading_gain
    0.6501,   // pair_coverage
    -0.8345,  // position
    0.4177,   // is_last
    -0.2693,  // log_length
    -2.0473,  // is_short
    -0.5024,  // overlong
    0.2964,   // log_new_terms
    -0.9167,  // is_question
    -1.8852,  // ends_with_colon
    0.6429,   // number_given
    -0.5828,  // number_missing
    1.6846,   // year_given
    -0.4356,  // date_number_given
    -0.7751,  // date_missing
    0.5684,   // number_nearness
    1.8078,   // person_capitals
    1.2362,   // place_capitals
    0.1036,   // reason_length
    0.1898,   // definition_first
};

// What the cosine of question and sentence adds, per unit.
inline constexpr double kSimilarityWeight = 3.9261;

// The same where there is a second opinion, and what that adds, per unit.
inline constexpr double kThoroughFeatureWeights[kFeatureCount] = {
    -0.2431,  // first_passage
    1.4871,   // reciprocal_rank
    2.6526,   // total_ratio
    0.3792,   // lexical_ratio
    3.3689,   // vector_gap
    -0.9007,  // passage_coverage
    2.3747,   // wide_passage_coverage
    5.5437,   // coverage
    2.1066,   // wide_coverage
    -0.4692,  // name_coverage
    0.6884,   // number_coverage
    3.9711,   // previous_gain
    2.1715,   // next_gain
    1.6664,   // before_previous_gain
    8.9473,   // heading_gain
    0.4264,   // pair_coverage
    -0.5330,  // position
    0.3184,   // is_last
    -0.3545,  // log_length
    -1.5019,  // is_short
    -0.4027,  // overlong
    0.3158,   // log_new_terms
    -0.9271,  // is_question
    -1.7866,  // ends_with_colon
    0.5220,   // number_given
    -0.4643,  // number_missing
    1.4108,   // year_given
    -0.5258,  // date_number_given
    -0.5971,  // date_missing
    0.5376,   // number_nearness
    1.6684,   // person_capitals
    1.1480,   // place_capitals
    0.1020,   // reason_length
    0.1500,   // definition_first
};
inline constexpr double kThoroughSimilarityWeight = 1.7823;
inline constexpr double kSecondWeight = 18.0331;

// The log odds that the passages hold no answer: a sum over the signs.
inline constexpr double kDoubtBias = 0.0888;
inline constexpr double kDoubtWeights[kSignCount] = {
    -0.0325,  // best_score
    -0.0338,  // second_score
    -0.2317,  // best_probability
    -0.6077,  // two_best_probability
    0.1177,   // entropy
    -0.2325,  // best_coverage
    -0.0550,  // largest_coverage
    -0.1525,  // window_coverage
    0.0460,   // top_passage_coverage
    0.0873,   // window_rarest
    -0.0171,  // window_missing
    0.2443,   // content_missing
    0.2705,   // missing_share
    0.2125,   // name_missing
    0.3100,   // number_not_there
    -1.0343,  // weak_share
    -0.0330,  // total_best
    0.0556,   // total_margin
    -0.0020,  // lexical_best
    0.0439,   // lexical_per_term
    0.0523,   // lexical_margin
    0.0679,   // vector_margin
    -0.6336,  // log_terms
    0.2532,   // name_share
    0.2652,   // date_asked
    0.0494,   // number_asked
    0.4245,   // reason_asked
    -0.1183,  // place_asked
    -0.1560,  // person_asked
    0.1017,   // manner_asked
    -0.1058,  // definition_asked
    0.1376,   // type_missing
    -0.3534,  // person_capitals_best
    0.0984,   // pair_coverage_best
    -0.8701,  // similarity_best
    0.0572,   // place_coverage
    0.1402,   // place_content_missing
    0.2349,   // place_name_missing
    0.0368,   // place_rarest
    -0.3597,  // wide_window_coverage
    -0.2197,  // wide_place_coverage
    0.2073,   // wide_window_rarest
    -0.0430,  // wide_place_rarest
    0.0000,   // nearest
};
inline constexpr double kThoroughDoubtBias = -0.7132;
inline constexpr double kThoroughDoubtWeights[kSignCount] = {
    -0.0256,  // best_score
    -0.0123,  // second_score
    -0.2723,  // best_probability
    -0.5629,  // two_best_probability
    0.1297,   // entropy
    -0.2170,  // best_coverage
    0.0037,   // largest_coverage
    -0.1693,  // window_coverage
    -0.0225,  // top_passage_coverage
    0.1101,   // window_rarest
    -0.0127,  // window_missing
    0.1761,   // content_missing
    0.2735,   // missing_share
    0.1682,   // name_missing
    0.2181,   // number_not_there
    -0.7013,  // weak_share
    -0.0247,  // total_best
    0.1400,   // total_margin
    -0.0017,  // lexical_best
    0.0412,   // lexical_per_term
    0.0446,   // lexical_margin
    0.6471,   // vector_margin
    -0.5405,  // log_terms
    0.2373,   // name_share
    0.2213,   // date_asked
    0.0577,   // number_asked
    0.3922,   // reason_asked
    -0.0918,  // place_asked
    -0.1662,  // person_asked
    0.0885,   // manner_asked
    -0.0821,  // definition_asked
    0.0098,   // type_missing
    -0.3317,  // person_capitals_best
    0.0985,   // pair_coverage_best
    -0.6907,  // similarity_best
    0.0000,   // place_coverage
    0.1594,   // place_content_missing
    0.2051,   // place_name_missing
    0.0495,   // place_rarest
    -0.2809,  // wide_window_coverage
    -0.2146,  // wide_place_coverage
    0.1504,   // wide_window_rarest
    -0.0011,  // wide_place_rarest
    -7.8822,  // nearest
};

// The probability that a further sentence of the best length must have to be
// worth reading. Each costs as if it had this share of the best length more.
inline constexpr double kLengthPrice = 0.125;
inline constexpr double kSentenceShare = 0.1;

// Below it no answer is given; about 7.2% of answerable questions are, and
// 5.0% with a second opinion.
inline constexpr double kLeastSupport = 0.8000;
inline constexpr double kLeastThoroughSupport = 0.7792;

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
