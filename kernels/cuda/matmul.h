// Products of activations with weights in device memory.
//
//   y[i][j] = sum over c of x[i][c] * w[j][c] + bias[j]
//
// Weights are the left side of the tensor core's product, 16 rows at a time,
// tokens the right side, 8 at a time: so one token and a thousand go through
// the same instruction in the same order. The columns are cut into at most 8
// pieces of whole units, by their number alone; a piece is summed in a float
// from its first column on, and the pieces are added in their order. A row of y
// has the same bits whatever the other rows are, however many there are and
// whichever of the kernels runs:
//   strips   up to 64 tokens: a block has a strip of 16 rows, of more tokens
//            two or four, a warp one piece of their columns; a warp brings its
//            weights and scales to shared memory by itself, 4 KiB ahead
//   tiles    more: a block has 128 rows and 128 tokens in shared memory, three
//            stages; 64 tokens where there would be few blocks
//   wide     more than 128, kBf16 and kFp8, one part, where prepared.wide is
//            there: Hopper's wgmma, a block has 128 rows and 256 tokens; the
//            same columns meet in each instruction as in tiles
// Weights are read once by strips, once per 128 tokens by tiles, once per 256
// by wide.
//
// That wide gives the bits of tiles is what a device must prove first
// (kernels/cuda/prove.h): no document says how wgmma rounds inside.
//
// kInt8 and kInt4 are multiplied as the integers that they are and scaled per
// 32 columns in float; kFp8 becomes bfloat16, exactly, and is scaled at the
// end. kFloat goes another way: float products, a warp for each (row, token).
//
// Ladder, GB/s against the card's: not measured, never run on a device.
#ifndef FOOTNOTE_KERNELS_CUDA_MATMUL_H_
#define FOOTNOTE_KERNELS_CUDA_MATMUL_H_

#include <cstddef>

#include "kernels/cuda/layout.h"
#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

inline constexpr int kMaxProducts = 4;
// Pieces of the columns.
inline constexpr int kPieces = 8;
constexpr int PieceUnits(int columns) {
  return (Units(columns) + kPieces - 1) / kPieces;
}
// Tokens up to which strips run.
inline constexpr int kStripTokens = 64;
// Tokens up to which tiles run where wide could.
inline constexpr int kTilesTokens = 128;

struct MatmulProduct {
  DeviceMatrix weights;
  const float* bias = nullptr;  // of rows; null: none
  float* y = nullptr;
  size_t y_stride = 0;
  bool adds = false;  // y += …, after the bias
};

// The products of prepared.tokens rows. `x` is the same as floats, read by
// kFloat alone. REQUIRES: all weights have prepared.columns columns; at most
// kMaxProducts.
void Matmul(Stream* stream, const MatmulProduct* products, int count,
            const float* x, const Prepared& prepared);

enum class MatmulWay { kByTokens, kStrips, kTiles, kWide };
// Matmul, by one of the kernels whatever the tokens are: for tests. REQUIRES of
// kWide: what stands above.
void MatmulBy(MatmulWay way, Stream* stream, const MatmulProduct* products,
              int count, const float* x, const Prepared& prepared);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_MATMUL_H_
