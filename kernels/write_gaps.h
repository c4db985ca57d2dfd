// How the positions of postings lie in a segment: docs/formats/segment.md.
//
// Pure, safe from many threads, any alignment. Every instruction set gives the
// same bytes.
#ifndef FOOTNOTE_KERNELS_WRITE_GAPS_H_
#define FOOTNOTE_KERNELS_WRITE_GAPS_H_

#include <cstddef>
#include <cstdint>

namespace footnote {

enum class Isa;

// Postings of one call, and the most positions that one of them may have. Up to
// kGapsBeyond bytes beyond the last may be written.
constexpr size_t kMostGapPostings = 16;
constexpr uint32_t kMostGapCount = 127;
constexpr size_t kGapsBeyond = 64;

// Writes for each posting its count, then its first position and of each other
// what it is more than the one before, all as varints of seven bits a byte, the
// lowest first. Returns the end of what was written.
// REQUIRES: postings <= kMostGapPostings; counts from 1 to kMostGapCount;
// positions rise in each posting
using WriteGapsKernel = char* (*)(const uint32_t* counts, size_t postings,
                                  const uint32_t* positions, char* to);

// That of the instruction set in use.
WriteGapsKernel WriteGaps();

// REQUIRES: this machine can run `isa`.
WriteGapsKernel WriteGapsKernelFor(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_WRITE_GAPS_H_
