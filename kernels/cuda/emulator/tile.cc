// Products on a tensor core, from the fragments of the lanes.
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {
namespace {

struct Fragments {
  uint32_t a[4];
  uint32_t b[2];
};

}  // namespace

void MultiplyTile(float d[4], uint32_t a0, uint32_t a1, uint32_t a2,
                  uint32_t a3, uint32_t b0, uint32_t b1) {
  const Fragments mine = {{a0, a1, a2, a3}, {b0, b1}};
  const emulator::Slot* slots = emulator::Deposit(&mine, sizeof(mine));
  const auto lane_of = [&](int lane) {
    return reinterpret_cast<const Fragments*>(slots[lane].bytes);
  };
  const int g = Lane() / 4;
  const int t = Lane() % 4;
  for (int i = 0; i < 4; ++i) {
    const int row = g + (i >= 2 ? 8 : 0);
    const int column = 2 * t + i % 2;
    float sum = d[i];
    for (int k = 0; k < 16; ++k) {
      const int half = k / 8;
      const int owner = k % 8 / 2;
      const uint32_t a = lane_of(row % 8 * 4 + owner)->a[2 * half + (row >= 8)];
      const uint32_t b = lane_of(column * 4 + owner)->b[half];
      const float x = k % 2 == 0 ? LowBf16(a) : HighBf16(a);
      const float y = k % 2 == 0 ? LowBf16(b) : HighBf16(b);
      sum += x * y;
    }
    d[i] = sum;
  }
}

void MultiplyTileInt8(int d[4], uint32_t a0, uint32_t a1, uint32_t a2,
                      uint32_t a3, uint32_t b0, uint32_t b1) {
  const Fragments mine = {{a0, a1, a2, a3}, {b0, b1}};
  const emulator::Slot* slots = emulator::Deposit(&mine, sizeof(mine));
  const auto lane_of = [&](int lane) {
    return reinterpret_cast<const Fragments*>(slots[lane].bytes);
  };
  const int g = Lane() / 4;
  const int t = Lane() % 4;
  for (int i = 0; i < 4; ++i) {
    const int row = g + (i >= 2 ? 8 : 0);
    const int column = 2 * t + i % 2;
    d[i] += emulator::int8_error;
    for (int word = 0; word < 8; ++word) {
      const int half = word / 4;
      const int owner = word % 4;
      d[i] = Dot4(lane_of(row % 8 * 4 + owner)->a[2 * half + (row >= 8)],
                  lane_of(column * 4 + owner)->b[half], d[i]);
    }
  }
}

}  // namespace cuda
}  // namespace footnote
