// What the kernels of matmul_strips.cu, matmul_tiles.cu and matmul_wide.cu are
// given.
#ifndef FOOTNOTE_KERNELS_CUDA_MATMUL_ARGUMENTS_H_
#define FOOTNOTE_KERNELS_CUDA_MATMUL_ARGUMENTS_H_

#include "kernels/cuda/matmul.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {

struct MatmulArguments {
  MatmulProduct products[kMaxProducts];
  int first[kMaxProducts + 1];  // block of each; then all blocks
  int count;
  Prepared x;
};

// Of one kind each.
void MatmulStrips(Stream* stream, WeightKind kind, MatmulArguments arguments);
void MatmulTiles(Stream* stream, WeightKind kind, MatmulArguments arguments);
void MatmulWide(Stream* stream, WeightKind kind, MatmulArguments arguments);
void MatmulFloats(Stream* stream, const float* x, MatmulArguments arguments);

// Says which blocks are whose, `rows` rows each.
inline void ShareBlocks(int rows, MatmulArguments* arguments) {
  arguments->first[0] = 0;
  for (int i = 0; i < arguments->count; ++i) {
    arguments->first[i + 1] =
        arguments->first[i] +
        (arguments->products[i].weights.rows + rows - 1) / rows;
  }
}

// Whose the block is.
FOOTNOTE_DEVICE int ProductOf(const MatmulArguments& arguments, int block) {
  int i = 0;
  while (i + 1 < arguments.count && block >= arguments.first[i + 1]) ++i;
  return i;
}

// Puts a sum where it belongs.
FOOTNOTE_DEVICE void Put(const MatmulProduct& product, int token, int row,
                         float sum) {
  if (product.weights.kind == WeightKind::kFp8) {
    sum = Mul(sum, static_cast<const float*>(product.weights.scales)[row]);
  }
  if (product.bias != nullptr) sum = Add(sum, product.bias[row]);
  float* y = product.y + token * product.y_stride + row;
  *y = product.adds ? Add(*y, sum) : sum;
}

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_MATMUL_ARGUMENTS_H_
