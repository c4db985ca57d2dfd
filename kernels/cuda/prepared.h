// Writing activations for products (kernels/cuda/layout.h), inside kernels.
#ifndef FOOTNOTE_KERNELS_CUDA_PREPARED_H_
#define FOOTNOTE_KERNELS_CUDA_PREPARED_H_

#include "kernels/cuda/layout.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {

// How many eights of columns a row of `columns` has, filled up with zeros.
FOOTNOTE_DEVICE int Eights(int columns) { return Units(columns) * 8; }

// Writes columns 8 * eight … 8 * eight + 7 of a token. All lanes of a warp call
// it at once, lane i with an `eight` that is i more than lane 0's; `writes` is
// whether there are such columns.
FOOTNOTE_DEVICE void StoreEight(const Prepared& prepared, int token, int eight,
                                const float v[8], bool writes) {
  float sum = 0;
  for (int i = 0; i < 8; ++i) sum = Add(sum, v[i]);
  sum = Add(sum, ShuffleXor(sum, 1));
  sum = Add(sum, ShuffleXor(sum, 2));
  if (!writes) return;
  const int thirties = Units(prepared.columns) * 2;
  const int lane = token % kTileTokens * 4 + eight % 4;
  const size_t at =
      (size_t{1} * (token / kTileTokens) * thirties + eight / 4) * 32 + lane;
  const size_t part_words = PartNumbers(prepared.tokens, prepared.columns) / 8;
  if (eight % 4 == 0 && prepared.sums != nullptr) {
    prepared.sums[size_t{1} * token * thirties + eight / 4] = sum;
  }
  Word4* to = reinterpret_cast<Word4*>(prepared.fragments) + at;
  float left[8];
  for (int i = 0; i < 8; ++i) left[i] = v[i];
  for (int part = 0; part < prepared.parts; ++part) {
    uint32_t pairs[4];
    for (int i = 0; i < 4; ++i) {
      pairs[i] = PackBf16(left[2 * i], left[2 * i + 1]);
      left[2 * i] -= LowBf16(pairs[i]);
      left[2 * i + 1] -= HighBf16(pairs[i]);
    }
    to[part * part_words] = {pairs[0], pairs[1], pairs[2], pairs[3]};
  }
}

// The eight numbers from `from` on; zeros from `count` on.
FOOTNOTE_DEVICE void LoadEight(const float* from, int count, float v[8]) {
  if (count >= 8 && reinterpret_cast<uintptr_t>(from) % 16 == 0) {
    const Word4 a = Load4(from);
    const Word4 b = Load4(from + 4);
    v[0] = BitsToFloat(a.x), v[1] = BitsToFloat(a.y);
    v[2] = BitsToFloat(a.z), v[3] = BitsToFloat(a.w);
    v[4] = BitsToFloat(b.x), v[5] = BitsToFloat(b.y);
    v[6] = BitsToFloat(b.z), v[7] = BitsToFloat(b.w);
    return;
  }
  for (int i = 0; i < 8; ++i) v[i] = i < count ? from[i] : 0;
}

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_PREPARED_H_
