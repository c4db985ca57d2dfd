#ifndef FOOTNOTE_STORAGE_POSTINGS_CODEC_H_
#define FOOTNOTE_STORAGE_POSTINGS_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "storage/segment_format.h"

namespace footnote {

// Packs and unpacks blocks of postings as segment_format.h describes them at
// kPostings. Pure functions.

// Bits that hold `value`: 0 for 0, 24 for 2^24 - 1.
int BitWidth(uint32_t value);

// Bytes of `count` values of `bits` each. Values of a full block are packed in
// lanes and take the same room.
size_t PackedBytes(int count, int bits);

// Appends values[0 .. count) with `bits` each to `out`.
// REQUIRES: 1 <= count <= kBlockPostings; bits <= 24; the values fit.
void Pack(const uint32_t* values, int count, int bits, std::string* out);

// The reverse. May read up to 16 bytes beyond the packed ones and write up to
// kBlockPostings values.
void Unpack(const uint8_t* packed, int count, int bits, uint32_t* values);

// Turns gaps into ordinals: out[i] = previous + sum over j <= i of
// (gap[j] + 1), modulo 2^32, in place, for the first `count` values.
void SumGaps(uint32_t previous, int count, uint32_t* gaps);

// Finds at most kBlockPairs pairs that no posting beats (see BlockPair) and
// that lie as close to the postings as so few can; returns their number. The
// unused ones repeat the last.
// REQUIRES: frequencies.size() == lengths.size(), 1 to kBlockPostings
int ChoosePairs(absl::Span<const uint32_t> frequencies,
                absl::Span<const uint16_t> lengths,
                BlockPair pairs[kBlockPairs]);

// Appends the whole list of one term: BlockRows, then packed blocks. Ordinals
// rise; frequencies are 1 to 65,535; lengths[i] is the length of the passage.
void AppendPostingsList(absl::Span<const uint32_t> ordinals,
                        absl::Span<const uint32_t> frequencies,
                        absl::Span<const uint16_t> lengths, std::string* out);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_POSTINGS_CODEC_H_
