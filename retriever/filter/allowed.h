// Which passages of a segment a search may find: one bit each.
#ifndef FOOTNOTE_RETRIEVER_FILTER_ALLOWED_H_
#define FOOTNOTE_RETRIEVER_FILTER_ALLOWED_H_

#include <cstdint>
#include <vector>

namespace footnote {

// Cheap to copy when nothing is forbidden. Immutable once made.
struct AllowedPassages {
  // Bit p % 64 of word p / 64 is set when passage p may be found. Empty: all
  // may.
  std::vector<uint64_t> bits;
  // Passages of the segment, and those that may be found.
  uint32_t passages = 0;
  uint32_t count = 0;

  bool Has(uint32_t passage) const {
    return bits.empty() || (bits[passage / 64] >> (passage % 64) & 1) != 0;
  }
  // The bits of passages [64 * word, 64 * word + 64).
  uint64_t Word(uint32_t word) const {
    return bits.empty() ? ~uint64_t{0} : bits[word];
  }
};

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_FILTER_ALLOWED_H_
