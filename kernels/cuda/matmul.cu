#include "kernels/cuda/matmul.h"
#include "kernels/cuda/matmul_arguments.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kFloatWarps = 8;

// A warp for each row; a block's y is the token.
FOOTNOTE_KERNEL(kFloatWarps* kWarp)
FloatKernel(const float* x, MatmulArguments arguments) {
  const int p = ProductOf(arguments, BlockX());
  const MatmulProduct& product = arguments.products[p];
  const int row = (BlockX() - arguments.first[p]) * kFloatWarps + WarpIndex();
  if (row >= product.weights.rows) return;
  const int columns = product.weights.columns;
  const int token = BlockY();
  const float* w = static_cast<const float*>(product.weights.weights) +
                   size_t{1} * row * columns;
  x += size_t{1} * token * columns;
  float sum = 0;
  for (int c = Lane(); c < columns; c += kWarp) sum = Fma(w[c], x[c], sum);
  sum = WarpSum(sum);
  if (Lane() == 0) Put(product, token, row, sum);
}

}  // namespace

void MatmulFloats(Stream* stream, const float* x, MatmulArguments arguments) {
  ShareBlocks(kFloatWarps, &arguments);
  // A grid's second side ends at 65,535.
  constexpr int kMost = 32768;
  const int tokens = arguments.x.tokens;
  for (int first = 0; first < tokens; first += kMost) {
    MatmulArguments some = arguments;
    for (int i = 0; i < some.count; ++i) {
      some.products[i].y += first * some.products[i].y_stride;
    }
    Launch(stream, FloatKernel,
           {some.first[some.count],
            tokens - first < kMost ? tokens - first : kMost},
           kFloatWarps * kWarp, 0, x + size_t{1} * first * arguments.x.columns,
           some);
  }
}

void MatmulBy(MatmulWay way, Stream* stream, const MatmulProduct* products,
              int count, const float* x, const Prepared& prepared) {
  if (prepared.tokens == 0) return;
  // Those of one kind go together.
  bool done[kMaxProducts] = {};
  for (int i = 0; i < count; ++i) {
    if (done[i]) continue;
    const WeightKind kind = products[i].weights.kind;
    MatmulArguments arguments = {};
    arguments.x = prepared;
    for (int j = i; j < count; ++j) {
      if (products[j].weights.kind != kind) continue;
      done[j] = true;
      arguments.products[arguments.count++] = products[j];
    }
    const bool may_be_wide =
        (kind == WeightKind::kBf16 || kind == WeightKind::kFp8) &&
        prepared.parts == 1 && prepared.wide != nullptr;
    if (kind == WeightKind::kFloat) {
      MatmulFloats(stream, x, arguments);
    } else if (way == MatmulWay::kWide ||
               (way == MatmulWay::kByTokens && may_be_wide &&
                prepared.tokens > kTilesTokens)) {
      MatmulWide(stream, kind, arguments);
    } else if (way == MatmulWay::kTiles || (way == MatmulWay::kByTokens &&
                                            prepared.tokens > kStripTokens)) {
      MatmulTiles(stream, kind, arguments);
    } else {
      MatmulStrips(stream, kind, arguments);
    }
  }
}

void Matmul(Stream* stream, const MatmulProduct* products, int count,
            const float* x, const Prepared& prepared) {
  MatmulBy(MatmulWay::kByTokens, stream, products, count, x, prepared);
}

}  // namespace cuda
}  // namespace footnote
