// The postings of one index term from the places where it stands.
//
// Pure, safe from many threads, any alignment. Every instruction set gives the
// same numbers.
#ifndef FOOTNOTE_KERNELS_PART_PLACES_H_
#define FOOTNOTE_KERNELS_PART_PLACES_H_

#include <cstddef>
#include <cstdint>

namespace footnote {

enum class Isa;

// How a passage and a position in it are one number: the passage above `bits`
// bits of position. A position that has the highest of those bits is more by
// `lift`.
struct PlaceBits {
  int bits;  // 1 to 31
  uint32_t lift;
};

// Each array may be written up to kPartedBeyond numbers beyond its last.
struct PartedPlaces {
  // By place.
  uint32_t* positions;
  // By posting: its passage, and how many places it has.
  uint32_t* ordinals;
  uint32_t* counts;
};
constexpr size_t kPartedBeyond = 16;

// Parts `places`, by rising passage, into postings, and says how many those
// are. `*rise` becomes whether the places rise, and so the positions of each
// posting.
using PartPlacesKernel = size_t (*)(const uint32_t* places, size_t count,
                                    PlaceBits form, const PartedPlaces& out,
                                    bool* rise);

// That of the instruction set in use.
PartPlacesKernel PartPlaces();

// REQUIRES: this machine can run `isa`.
PartPlacesKernel PartPlacesKernelFor(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_PART_PLACES_H_
