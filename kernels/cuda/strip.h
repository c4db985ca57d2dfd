// A strip of 16 rows of a matrix times some tiles of tokens, by one block: what
// matmul_strips.cu and experts.cu share.
#ifndef FOOTNOTE_KERNELS_CUDA_STRIP_H_
#define FOOTNOTE_KERNELS_CUDA_STRIP_H_

#include "kernels/cuda/matmul.h"
#include "kernels/cuda/simt.h"
#include "kernels/cuda/weights.h"

namespace footnote {
namespace cuda {

// A warp for each piece of the columns.
inline constexpr int kStripThreads = kPieces * kWarp;

constexpr size_t StripSharedBytes(int tiles) {
  return sizeof(float) * kPieces * tiles * 128;
}

// Units that a warp loads at once: 4 KiB, 16-byte words in flight.
template <WeightKind kKind>
constexpr int kAhead = 8 / LaneWords(kKind);

// Calls put(token, row, sum) for the rows that the matrix has and the tokens of
// tiles first_tile … first_tile + kTiles - 1 before end_tile, each in one
// thread. Shared memory of StripSharedBytes(kTiles); the block may call it
// again after a barrier.
template <WeightKind kKind, int kTiles, typename Put>
FOOTNOTE_DEVICE void MultiplyStrip(const DeviceMatrix& matrix,
                                   const Prepared& prepared, int strip,
                                   int first_tile, int end_tile,
                                   const Put& put) {
  float* shared = reinterpret_cast<float*>(SharedMemory());
  const int units = Units(prepared.columns);
  const int piece = PieceUnits(prepared.columns);
  const int pieces = (units + piece - 1) / piece;
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
  const Word4* w = static_cast<const Word4*>(matrix.weights) +
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
      const UnitScales scales =
          LoadScales<kKind>(matrix.scales, size_t{1} * strip * units + u);
      FOOTNOTE_UNROLL
      for (int part = 0; part < 2; ++part) {
        const EightPairs e = Unpack<kKind>(words[a], part);
        FOOTNOTE_UNROLL
        for (int j = 0; j < kTiles; ++j) {
          const int tile = first_tile + j;
          if (tile >= end_tile) break;
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
  for (int o = ThreadIndex(); o < kTiles * 128; o += kStripThreads) {
    const int token = first_tile * kTileTokens + o / 16;
    const int row = strip * kStripRows + o % 16;
    if (token >= end_tile * kTileTokens || row >= matrix.rows) continue;
    float sum = shared[o];
    for (int piece_at = 1; piece_at < pieces; ++piece_at) {
      sum = Add(sum, shared[piece_at * kTiles * 128 + o]);
    }
    put(token, row, sum);
  }
}

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_STRIP_H_
