// One number of a packed matrix, inside kernels: for the rows of an embedding.
#ifndef FOOTNOTE_KERNELS_CUDA_PACKED_NUMBER_H_
#define FOOTNOTE_KERNELS_CUDA_PACKED_NUMBER_H_

#include "kernels/cuda/layout.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {

FOOTNOTE_DEVICE float PackedNumber(const DeviceMatrix& m, int row, int column) {
  if (m.kind == WeightKind::kFloat) {
    return static_cast<const float*>(
        m.weights)[size_t{1} * row * m.columns + column];
  }
  const size_t unit =
      size_t{1} * (row / kStripRows) * Units(m.columns) + column / kUnitColumns;
  const uint8_t* bytes =
      static_cast<const uint8_t*>(m.weights) + unit * UnitBytes(m.kind);
  const int half = row % kStripRows / 8;
  const int part = column % kUnitColumns / 32;
  const int lane = row % 8 * 4 + column % 32 / 8;
  const int i = column % 8;
  const size_t group = (unit * kStripRows + row % kStripRows) * 2 + part;
  const uint16_t* halves = static_cast<const uint16_t*>(m.scales);
  if (m.kind == WeightKind::kBf16) {
    const uint16_t bits = *reinterpret_cast<const uint16_t*>(
        bytes + ((part * 2 + half) * 32 + lane) * 16 + i * 2);
    return LowBf16(bits);
  }
  if (m.kind == WeightKind::kInt4) {
    const int nibble = i / 2 + i % 2 * 4;
    const int q = bytes[lane * 16 + (half * 2 + part) * 4 + nibble / 2] >>
                      (4 * (nibble % 2)) &
                  15;
    return Add(Mul(HalfToFloat(halves[2 * group]), static_cast<float>(q)),
               -HalfToFloat(halves[2 * group + 1]));
  }
  const uint8_t byte = bytes[(half * 32 + lane) * 16 + part * 8 + i];
  if (m.kind == WeightKind::kInt8) {
    return Mul(static_cast<float>(static_cast<int8_t>(byte)),
               HalfToFloat(halves[group]));
  }
  // fp8: as bfloat16 with an exponent that is 120 too small.
  const float small = BitsToFloat(static_cast<uint32_t>(byte & 0x80) << 24 |
                                  static_cast<uint32_t>(byte & 0x7f) << 20);
  return Mul(Mul(small, BitsToFloat(0x7b800000u)),
             static_cast<const float*>(m.scales)[row]);
}

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_PACKED_NUMBER_H_
