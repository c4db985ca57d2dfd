#include "kernels/cuda/matmul_arguments.h"
#include "kernels/cuda/simt.h"
#include "kernels/cuda/strip.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kThreads = kStripThreads;

// Strips of a block, which reads all of its tokens' activations from the second
// cache: two bytes of them for one of bfloat16 weights would be too many.
constexpr int StripsFor(WeightKind kind, int tiles) {
  return tiles <= 1 ? 1 : tiles <= 4 || HasGroups(kind) ? 2 : 4;
}

template <WeightKind kKind, int kTiles, int kParts>
FOOTNOTE_KERNEL(kThreads)
StripKernel(MatmulArguments arguments) {
  LetNextStart();
  constexpr int kStrips = StripsFor(kKind, kTiles);
  const int p = ProductOf(arguments, BlockX());
  const MatmulProduct& product = arguments.products[p];
  MultiplyStrips<kKind, kStrips, kTiles, kParts>(
      product.weights, arguments.x, (BlockX() - arguments.first[p]) * kStrips,
      BlockY() * kTiles, TokenTiles(arguments.x.tokens),
      [&](int token, int row, float sum) { Put(product, token, row, sum); });
}

template <WeightKind kKind, int kTiles, int kParts>
void Start(Stream* stream, MatmulArguments arguments) {
  const int tiles = TokenTiles(arguments.x.tokens);
  ShareBlocks(StripsFor(kKind, kTiles) * kStripRows, &arguments);
  LaunchEarly(stream, StripKernel<kKind, kTiles, kParts>,
              {arguments.first[arguments.count], (tiles + kTiles - 1) / kTiles},
              kThreads,
              StripSharedBytes<kKind, StripsFor(kKind, kTiles)>(kTiles),
              arguments);
}

template <WeightKind kKind, int kParts>
void StartParts(Stream* stream, const MatmulArguments& arguments) {
  const int tiles = TokenTiles(arguments.x.tokens);
  if (tiles <= 1) {
    Start<kKind, 1, kParts>(stream, arguments);
  } else if (tiles <= 4) {
    Start<kKind, 4, kParts>(stream, arguments);
  } else {
    Start<kKind, 8, kParts>(stream, arguments);
  }
}

template <WeightKind kKind>
void StartKind(Stream* stream, const MatmulArguments& arguments) {
  if (arguments.x.parts == 1) {
    StartParts<kKind, 1>(stream, arguments);
  } else {
    StartParts<kKind, 3>(stream, arguments);
  }
}

}  // namespace

void MatmulStrips(Stream* stream, WeightKind kind, MatmulArguments arguments) {
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
