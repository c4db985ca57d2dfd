#include "kernels/cuda/matmul_arguments.h"
#include "kernels/cuda/simt.h"
#include "kernels/cuda/strip.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kThreads = kStripThreads;

template <WeightKind kKind, int kTiles>
FOOTNOTE_KERNEL(kThreads)
StripKernel(MatmulArguments arguments) {
  const int p = ProductOf(arguments, BlockX());
  const MatmulProduct& product = arguments.products[p];
  MultiplyStrip<kKind, kTiles>(product.weights, arguments.x,
                               BlockX() - arguments.first[p], BlockY() * kTiles,
                               TokenTiles(arguments.x.tokens),
                               [&](int token, int row, float sum) {
                                 if (token < arguments.x.tokens)
                                   Put(product, token, row, sum);
                               });
}

template <WeightKind kKind, int kTiles>
void Start(Stream* stream, const MatmulArguments& arguments) {
  const int tiles = TokenTiles(arguments.x.tokens);
  Launch(stream, StripKernel<kKind, kTiles>,
         {arguments.first[arguments.count], (tiles + kTiles - 1) / kTiles},
         kThreads, StripSharedBytes(kTiles), arguments);
}

template <WeightKind kKind>
void StartKind(Stream* stream, const MatmulArguments& arguments) {
  const int tiles = TokenTiles(arguments.x.tokens);
  if (tiles <= 1) {
    Start<kKind, 1>(stream, arguments);
  } else if (tiles <= 4) {
    Start<kKind, 4>(stream, arguments);
  } else {
    Start<kKind, 8>(stream, arguments);
  }
}

}  // namespace

void MatmulStrips(Stream* stream, WeightKind kind, MatmulArguments arguments) {
  ShareBlocks(kStripRows, &arguments);
  switch (kind) {
    case WeightKind::kBf16:
      return StartKind<WeightKind::kBf16>(stream, arguments);
    case WeightKind::kFp8:
      return StartKind<WeightKind::kFp8>(stream, arguments);
    case WeightKind::kInt8:
      return StartKind<WeightKind::kInt8>(stream, arguments);
    default:
      return StartKind<WeightKind::kInt4>(stream, arguments);
  }
}

}  // namespace cuda
}  // namespace footnote
