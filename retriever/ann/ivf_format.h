// The blob of a segment's section "ann": an inverted file over the segment's
// vectors with 4-bit product codes. Little endian, every part on a multiple of
// 64 bytes, in this order:
//
//   IvfHeader
//   float    centroids[lists][dimension]
//   float    codebooks[2 * pairs][16][sub_dimension]
//   uint32_t first_block[lists + 1]   the blocks of list i are
//                                     [first_block[i], first_block[i + 1])
//   uint32_t rows[blocks * 32]        row of the segment's vectors; kNoRow pads
//                                     the last block of a list
//   uint8_t  codes[blocks][pairs][32] kernels/scan_pq4.h
//
// A vector is about the centroid of its list plus, for each part of
// sub_dimension values, the entry of the part's codebook that its code names.
#ifndef FOOTNOTE_RETRIEVER_ANN_IVF_FORMAT_H_
#define FOOTNOTE_RETRIEVER_ANN_IVF_FORMAT_H_

#include <cstdint>

namespace footnote {

constexpr char kIvfMagic[8] = {'F', 'N', 'I', 'V', 'F', 'P', 'Q', '1'};
constexpr uint32_t kNoRow = 0xffffffff;

struct IvfHeader {
  char magic[8];
  uint32_t dimension;
  uint32_t vectors;
  uint32_t lists;
  uint32_t pairs;
  uint32_t sub_dimension;
  uint32_t blocks;
  uint8_t reserved[32];
};
static_assert(sizeof(IvfHeader) == 64, "");

constexpr uint64_t IvfAligned(uint64_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_ANN_IVF_FORMAT_H_
