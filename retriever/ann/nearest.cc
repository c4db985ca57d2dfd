#include "retriever/ann/nearest.h"

#include <algorithm>
#include <cstdint>

namespace footnote {

std::vector<VectorHit> NearestPassages(
    const Corpus& corpus, const QueryCode& query,
    absl::Span<const AllowedPassages> allowed, size_t k) {
  std::vector<VectorHit> all;
  for (uint32_t s = 0; s < corpus.generation().segments.size(); ++s) {
    const SegmentReader& reader = *corpus.generation().segments[s].reader;
    const std::vector<VectorHit> hits =
        NearestByScan(reader, s, query, allowed[s], k);
    all.insert(all.end(), hits.begin(), hits.end());
  }
  std::sort(all.begin(), all.end(), NearerFirst);
  if (all.size() > k) all.resize(k);
  return all;
}

}  // namespace footnote
