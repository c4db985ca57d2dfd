// The passages with the highest sums of impacts, exactly, without looking at
// most of the postings.
//
// Block-max MaxScore in windows of passages: in a window, the terms whose
// bounds together cannot lift a passage above the k-th best so far are only
// looked up for passages that the other terms found.
#ifndef FOOTNOTE_RETRIEVER_LEXICAL_MAX_SCORE_H_
#define FOOTNOTE_RETRIEVER_LEXICAL_MAX_SCORE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "retriever/filter/allowed.h"
#include "retriever/lexical/bm25.h"

namespace footnote {

// A term to add up, with its weight in score units (see Impact).
struct WeightedTerm {
  uint64_t key = 0;
  uint8_t channel = 0;
  float weight = 0;
};

struct LexicalHit {
  uint32_t segment = 0;
  uint32_t passage = 0;
  // In 1 / kScoreUnit; never 0.
  uint32_t score = 0;
};

// The `k` best passages, best first, that `allowed` lets through and in which
// a term occurs; equals by segment and passage. The result is that of adding
// up every posting.
// REQUIRES: allowed.size() is the number of segments; the sum of the weights
// is below 2^31.
//   DataLoss  postings of a segment are damaged
absl::StatusOr<std::vector<LexicalHit>> BestByTerms(
    const Corpus& corpus, absl::Span<const WeightedTerm> terms,
    absl::Span<const AllowedPassages> allowed, size_t k);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_LEXICAL_MAX_SCORE_H_
