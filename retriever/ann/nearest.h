// The vector arm of a search.
#ifndef FOOTNOTE_RETRIEVER_ANN_NEAREST_H_
#define FOOTNOTE_RETRIEVER_ANN_NEAREST_H_

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "retriever/ann/exact_scan.h"
#include "retriever/filter/allowed.h"
#include "retriever/lexical/bm25.h"

namespace footnote {

// The `k` passages with the nearest vectors that `allowed` lets through, best
// first. Every vector is looked at. Safe from many threads.
// REQUIRES: allowed.size() is the number of segments
std::vector<VectorHit> NearestPassages(
    const Corpus& corpus, const QueryCode& query,
    absl::Span<const AllowedPassages> allowed, size_t k);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_ANN_NEAREST_H_
