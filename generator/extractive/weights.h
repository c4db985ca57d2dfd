// Made by training/answers/fit.py from the development half of the evaluation
// data: edit that, not this. Its cross-validated figures, and with a second
// opinion; what is without one is older:
//   contains_before 0.884, 0.903
//   contains 0.840, 0.861
//   chars 280.497, 280.160
//   abstain_wrong 0.072, 0.071
//   abstain_right 0.316, 0.300
//   gone_right 0.523, 0.640
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
    0.6135,   // number_spelt
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
    0.4889,   // number_spelt
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

// The same where sentences were read in their context, too.
inline constexpr double kReadFeatureWeights[kFeatureCount] = {
    -0.0579,  // first_passage
    0.9258,   // reciprocal_rank
    1.4427,   // total_ratio
    0.1109,   // lexical_ratio
    0.8166,   // vector_gap
    -0.2772,  // passage_coverage
    1.8454,   // wide_passage_coverage
    5.2677,   // coverage
    2.4324,   // wide_coverage
    -0.4506,  // name_coverage
    0.7371,   // number_coverage
    3.7871,   // previous_gain
    2.2213,   // next_gain
    1.3776,   // before_previous_gain
    8.2628,   // heading_gain
    0.2656,   // pair_coverage
    -0.5810,  // position
    0.3699,   // is_last
    -0.5045,  // log_length
    -1.4246,  // is_short
    -0.4157,  // overlong
    0.3965,   // log_new_terms
    -1.0383,  // is_question
    -1.7333,  // ends_with_colon
    0.7390,   // number_given
    0.5307,   // number_spelt
    -0.8718,  // number_missing
    1.3193,   // year_given
    -0.2054,  // date_number_given
    -0.6681,  // date_missing
    0.7283,   // number_nearness
    1.4913,   // person_capitals
    1.3957,   // place_capitals
    0.1623,   // reason_length
    0.0536,   // definition_first
};
inline constexpr double kReadSimilarityWeight = 1.6448;
inline constexpr double kReadSecondWeight = 11.6340;
inline constexpr double kContextWeight = 47.7180;

// The log odds that the passages hold no answer: a sum over the signs.
inline constexpr double kDoubtBias = 0.3718;
inline constexpr double kDoubtWeights[kSignCount] = {
    -0.0335,  // best_score
    -0.0393,  // second_score
    -0.3335,  // best_probability
    -0.6552,  // two_best_probability
    0.1499,   // entropy
    -0.2164,  // best_coverage
    -0.0261,  // largest_coverage
    -0.1313,  // window_coverage
    0.0083,   // top_passage_coverage
    0.0880,   // window_rarest
    -0.0049,  // window_missing
    0.2595,   // content_missing
    0.1994,   // missing_share
    0.2077,   // name_missing
    0.3371,   // number_not_there
    -0.8232,  // weak_share
    -0.0363,  // total_best
    0.0181,   // total_margin
    -0.0024,  // lexical_best
    0.0332,   // lexical_per_term
    -0.0042,  // lexical_margin
    0.0015,   // vector_margin
    -0.5815,  // log_terms
    0.2650,   // name_share
    0.2786,   // date_asked
    0.0567,   // number_asked
    0.4220,   // reason_asked
    -0.1123,  // place_asked
    -0.1219,  // person_asked
    0.0930,   // manner_asked
    -0.1039,  // definition_asked
    0.3355,   // type_missing
    -0.2857,  // person_capitals_best
    0.0852,   // pair_coverage_best
    -0.9413,  // similarity_best
    0.0128,   // place_coverage
    0.2121,   // place_content_missing
    0.2596,   // place_name_missing
    0.0371,   // place_rarest
    -0.3273,  // wide_window_coverage
    -0.2577,  // wide_place_coverage
    0.1910,   // wide_window_rarest
    -0.0852,  // wide_place_rarest
    0.0000,   // nearest
};
inline constexpr double kThoroughDoubtBias = -0.3999;
inline constexpr double kThoroughDoubtWeights[kSignCount] = {
    -0.0297,  // best_score
    -0.0262,  // second_score
    -0.3704,  // best_probability
    -0.6745,  // two_best_probability
    0.1626,   // entropy
    -0.2526,  // best_coverage
    0.0306,   // largest_coverage
    -0.1419,  // window_coverage
    -0.0376,  // top_passage_coverage
    0.1116,   // window_rarest
    -0.0028,  // window_missing
    0.2206,   // content_missing
    0.2554,   // missing_share
    0.1613,   // name_missing
    0.2525,   // number_not_there
    -0.4229,  // weak_share
    -0.0278,  // total_best
    0.0208,   // total_margin
    -0.0020,  // lexical_best
    0.0304,   // lexical_per_term
    -0.0195,  // lexical_margin
    0.5289,   // vector_margin
    -0.4656,  // log_terms
    0.2810,   // name_share
    0.2340,   // date_asked
    0.0571,   // number_asked
    0.3941,   // reason_asked
    -0.0608,  // place_asked
    -0.1341,  // person_asked
    0.0564,   // manner_asked
    -0.0649,  // definition_asked
    0.2735,   // type_missing
    -0.2840,  // person_capitals_best
    0.0514,   // pair_coverage_best
    -0.7787,  // similarity_best
    0.0096,   // place_coverage
    0.2344,   // place_content_missing
    0.1957,   // place_name_missing
    0.0417,   // place_rarest
    -0.2780,  // wide_window_coverage
    -0.2288,  // wide_place_coverage
    0.1185,   // wide_window_rarest
    -0.0252,  // wide_place_rarest
    -7.7033,  // nearest
};

// The probability that a further sentence of the best length must have to be
// worth reading. Each costs as if it had this share of the best length more.
inline constexpr double kLengthPrice = 0.125;
inline constexpr double kSentenceShare = 0.1;

// Below it no answer is given; about 7.2% of answerable questions are, and
// 7.1% with a second opinion.
inline constexpr double kLeastSupport = 0.7489;
inline constexpr double kLeastThoroughSupport = 0.7612;

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
