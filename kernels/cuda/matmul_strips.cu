#include "kernels/cuda/matmul_arguments.h"
#include "kernels/cuda/simt.h"
#include "kernels/cuda/weights.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kThreads = kPieces * kWarp;

// Units that a warp loads at once: 4 KiB, 16-byte words in flight.
template <WeightKind kKind>
constexpr int kAhead = 8 / LaneWords(kKind);

template <WeightKind kKind, int kTiles>
FOOTNOTE_KERNEL(kThreads)
StripKernel(MatmulArguments arguments) {
  float* shared = reinterpret_cast<float*>(SharedMemory());
  const int p = ProductOf(arguments, BlockX());
  const MatmulProduct& product = arguments.products[p];
  const Prepared& prepared = arguments.x;
  const int strip = BlockX() - arguments.first[p];
  const int units = Units(prepared.columns);
  const int piece = PieceUnits(prepared.columns);
  const int pieces = (units + piece - 1) / piece;
  const int first_tile = BlockY() * kTiles;
  const int tiles = TokenTiles(prepared.tokens);
  const int begin = WarpIndex() * piece;
  const int end = begin + piece < units ? begin + piece : units;
  constexpr int kWords = LaneWords(kKind);

  float sums[kTiles][4];
  FOOTNOTE_UNROLL
  for (int j = 0; j < kTiles; ++j) {
    FOOTNOTE_UNROLL
    for (int i = 0; i < 4; ++i) sums[j][i] = 0;
  }
  const size_t part_words = PartNumbers(prepared.tokens, prepared.columns) / 8;
  const Word4* x = reinterpret_cast<const Word4*>(prepared.fragments) + Lane();
  const Word4* w = static_cast<const Word4*>(product.weights.weights) +
                   size_t{1} * strip * units * kWords * kWarp + Lane();
  for (int unit = begin; unit < end; unit += kAhead<kKind>) {
    Word4 words[kAhead<kKind>][kWords];
    FOOTNOTE_UNROLL
    for (int a = 0; a < kAhead<kKind>; ++a) {
      if (unit + a >= end) break;
      FOOTNOTE_UNROLL
      for (int i = 0; i < kWords; ++i) {
        words[a][i] =
            LoadStream(w + (size_t{1} * (unit + a) * kWords + i) * kWarp);
      }
    }
    FOOTNOTE_UNROLL
    for (int a = 0; a < kAhead<kKind>; ++a) {
      const int u = unit + a;
      if (u >= end) break;
      const UnitScales scales = LoadScales<kKind>(
          product.weights.scales, size_t{1} * strip * units + u);
      FOOTNOTE_UNROLL
      for (int part = 0; part < 2; ++part) {
        const EightPairs e = Unpack<kKind>(words[a], part);
        FOOTNOTE_UNROLL
        for (int j = 0; j < kTiles; ++j) {
          const int tile = first_tile + j;
          if (tile >= tiles) break;
          const size_t thirty = size_t{1} * tile * units * 2 + 2 * u + part;
          const Word4* fragments = x + thirty * kWarp;
          if constexpr (HasGroups(kKind)) {
            const float* token_sums =
                prepared.sums +
                (size_t{1} * tile * kTileTokens + Lane() % 4 * 2) * units * 2 +
                2 * u + part;
            MultiplyGroup(e, fragments, part_words, prepared.parts, scales,
                          part, token_sums[0], token_sums[units * 2], sums[j]);
          } else {
            MultiplyEight(e, fragments, part_words, prepared.parts, sums[j]);
          }
        }
      }
    }
  }

  // [warp][tile][token][row]
  const int g = Lane() / 4;
  const int t = Lane() % 4;
  FOOTNOTE_UNROLL
  for (int j = 0; j < kTiles; ++j) {
    FOOTNOTE_UNROLL
    for (int i = 0; i < 4; ++i) {
      shared[((WarpIndex() * kTiles + j) * 8 + 2 * t + i % 2) * 16 + g +
             i / 2 * 8] = sums[j][i];
    }
  }
  BlockBarrier();
  for (int o = ThreadIndex(); o < kTiles * 128; o += kThreads) {
    const int token = first_tile * kTileTokens + o / 16;
    const int row = strip * kStripRows + o % 16;
    if (token >= prepared.tokens || row >= product.weights.rows) continue;
    float sum = shared[o];
    for (int piece_at = 1; piece_at < pieces; ++piece_at) {
      sum = Add(sum, shared[piece_at * kTiles * 128 + o]);
    }
    Put(product, token, row, sum);
  }
}

template <WeightKind kKind, int kTiles>
void Start(Stream* stream, const MatmulArguments& arguments) {
  const int tiles = TokenTiles(arguments.x.tokens);
  Launch(stream, StripKernel<kKind, kTiles>,
         {arguments.first[arguments.count], (tiles + kTiles - 1) / kTiles},
         kThreads, sizeof(float) * kPieces * kTiles * 128, arguments);
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
