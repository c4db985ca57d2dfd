// The rules by which one answer or one ranking is scored. Pure functions, safe
// from many threads.
#ifndef FOOTNOTE_EVAL_QUALITY_SCORES_H_
#define FOOTNOTE_EVAL_QUALITY_SCORES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "proto/footnote/v1/types.pb.h"

namespace footnote {

// The place of `gold` in `ranked`, from 1; 0 when it is not there.
int RankOf(absl::string_view gold, const std::vector<std::string>& ranked);

// 1 / rank when the rank is 1 to `depth`, else 0.
double ReciprocalRank(int rank, int depth);

// True when `text` holds one of `answers`, both after WordCharacters
// (text/word_characters.h). An answer of which nothing is left counts for
// nothing.
bool ContainsAnswer(absl::string_view text,
                    const std::vector<std::string>& answers);

// True when the citation is exact: `stored[i]` holds the bytes that the store
// has at the span of source i, and each equals its quote; and each quote is
// the answer's text at answer_span, which lies within `text` and is not empty.
// Several sources are several places that say the same words.
bool CitationExact(absl::string_view text, const v1::Citation& citation,
                   const std::vector<std::string>& stored);

// The smallest value that at least `share` of the values do not exceed.
// REQUIRES: `values` is not empty; 0 < share <= 1.
double Percentile(std::vector<double> values, double share);

// For each of the n rows of `a`, whether the row of `b` with the largest inner
// product (the first of equals) has the same number; the share of those.
// REQUIRES: both hold n * dimension floats; n > 0.
double NearestIsAligned(absl::Span<const float> a, absl::Span<const float> b,
                        size_t dimension);

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_QUALITY_SCORES_H_
