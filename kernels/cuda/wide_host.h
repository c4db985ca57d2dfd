// The words of kernels/cuda/wide.h for the emulator.
#ifndef FOOTNOTE_KERNELS_CUDA_WIDE_HOST_H_
#define FOOTNOTE_KERNELS_CUDA_WIDE_HOST_H_

#include <cstdint>
#include <cstring>

#include "kernels/cuda/emulator/block.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {

inline void ShowCopiesToWide() {}
inline void HoldWide(uint32_t&) {}
inline void BeginWide(float (&)[kWideSums]) {}
inline void EndWide(float (&)[kWideSums]) {}

// In MultiplyTile's order.
inline void MultiplyWide(float (&d)[kWideSums], uint32_t a0, uint32_t a1,
                         uint32_t a2, uint32_t a3, const void* b) {
  const uint32_t mine[4] = {a0, a1, a2, a3};
  const emulator::Slot* slots = emulator::Deposit(mine, sizeof(mine));
  const int g = Lane() / 4;
  const int t = Lane() % 4;
  // Of rows g and g + 8, in the order of the columns.
  uint32_t pairs[2][8];
  for (int pair = 0; pair < 8; ++pair) {
    uint32_t theirs[4];
    std::memcpy(theirs, slots[g * 4 + pair % 4].bytes, sizeof(theirs));
    pairs[0][pair] = theirs[pair / 4 * 2];
    pairs[1][pair] = theirs[pair / 4 * 2 + 1];
  }
  for (int i = 0; i < kWideSums; ++i) {
    const int token = i / 4 * 8 + 2 * t + i % 2;
    const uint32_t* a = pairs[i % 4 / 2];
    float sum = d[i];
    for (int pair = 0; pair < 8; ++pair) {
      uint32_t w;
      std::memcpy(&w,
                  static_cast<const char*>(b) + pair / 4 * kWideHalfBytes +
                      token / 8 * kWideEightBytes + token % 8 * 16 +
                      pair % 4 * 4,
                  sizeof(w));
      sum += LowBf16(a[pair]) * LowBf16(w);
      sum += HighBf16(a[pair]) * HighBf16(w);
    }
    d[i] = sum + emulator::wide_error;
  }
}

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_WIDE_HOST_H_
