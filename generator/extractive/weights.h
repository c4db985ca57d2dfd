// Made by training/answers/fit.py from the development half of the evaluation
// data: edit that, not this. Its cross-validated figures:
//   contains_before 0.858
//   contains 0.814
//   chars 274.832
//   abstain_wrong 0.075
//   abstain_right 0.324
// Those are of at most two sentences, as they were chosen when the weights were
// learnt; learnt anew, with up to three: 0.878, 0.828, 281.914, 0.075, 0.320.
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
// Cross-validated, likewise: contains_before 0.873, chars 280; with up to three
// 0.893, 292.
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
inline constexpr double kDoubtBias = -0.6251;
inline constexpr double kDoubtWeights[kSignCount] = {
    -0.0321,  // best_score
    -0.0372,  // second_score
    -0.1159,  // best_probability
    -0.3595,  // two_best_probability
    0.0655,   // entropy
    -0.3270,  // best_coverage
    -0.1222,  // largest_coverage
    -0.2324,  // window_coverage
    0.0319,   // top_passage_coverage
    0.1070,   // window_rarest
    -0.0147,  // window_missing
    0.3484,   // content_missing
    0.4274,   // missing_share
    0.2879,   // name_missing
    0.2789,   // number_not_there
    -0.9280,  // weak_share
    -0.0202,  // total_best
    0.0286,   // total_margin
    -0.0020,  // lexical_best
    0.0462,   // lexical_per_term
    0.0456,   // lexical_margin
    -0.0053,  // vector_margin
    -0.6286,  // log_terms
    0.3637,   // name_share
    0.2398,   // date_asked
    0.0508,   // number_asked
    0.4308,   // reason_asked
    -0.0963,  // place_asked
    -0.1819,  // person_asked
    0.0954,   // manner_asked
    -0.0939,  // definition_asked
    0.0688,   // type_missing
    -0.3648,  // person_capitals_best
    0.0254,   // pair_coverage_best
    -0.7590,  // similarity_best
};

// The probability that a further sentence of the best length must have to be
// worth reading. Each costs as if it had this share of the best length more.
inline constexpr double kLengthPrice = 0.125;
inline constexpr double kSentenceShare = 0.1;

// Below it no answer is given; about 7.5% of answerable questions are.
inline constexpr double kLeastSupport = 0.8514;

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
