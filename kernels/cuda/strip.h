// Strips of 16 rows of a matrix times some tiles of tokens, by one block: what
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

// What a warp brings at once of its strips: 2 KiB of each, or one unit.
template <WeightKind kKind, int kStrips>
constexpr int kStageUnits = kStrips > 1 ? 1 : 4 / LaneWords(kKind);
// Stages of a warp, all but one on their way: with three blocks to a
// multiprocessor, as much as its share of the memory's latency.
constexpr int StripStages(int strips) { return strips > 2 ? 2 : 3; }
template <WeightKind kKind, int kStrips>
constexpr int kStripStageWords = kStageUnits<kKind, kStrips>* kStrips*(
    LaneWords(kKind) * kWarp + ScaleWords(kKind));

template <WeightKind kKind, int kStrips>
constexpr size_t StripSharedBytes(int tiles) {
  return sizeof(Word4) * kPieces * StripStages(kStrips) *
             kStripStageWords<kKind, kStrips> +
         sizeof(float) * kPieces * tiles * 128;
}

// Strips strip … strip + kStrips - 1, with kParts parts of activations. Calls
// put(token, row, sum) for the rows that the matrix has and the tokens of tiles
// first_tile … first_tile + kTiles - 1 before end_tile, each in one thread.
// Shared memory of StripSharedBytes; the block may call it again after a
// barrier. The first weights are asked for before WaitForEarlier. REQUIRES: the
// first strip and the first tile are there.
template <WeightKind kKind, int kStrips, int kTiles, int kParts, typename Put>
FOOTNOTE_DEVICE void MultiplyStrips(const DeviceMatrix& matrix,
                                    const Prepared& prepared, int strip,
                                    int first_tile, int end_tile,
                                    const Put& put) {
  constexpr int kWords = LaneWords(kKind);
  constexpr int kUnits = kStageUnits<kKind, kStrips>;
  constexpr int kStages = StripStages(kStrips);
  constexpr int kStage = kStripStageWords<kKind, kStrips>;
  constexpr int kScales = ScaleWords(kKind);
  const int units = Units(prepared.columns);
  const int piece = PieceUnits(prepared.columns);
  const int begin = WarpIndex() * piece;
  const int end = begin + piece < units ? begin + piece : units;
  const int g = Lane() / 4;
  const int t = Lane() % 4;

  // The warp's own stages: [strip][weights of all units, then scales].
  Word4* ring =
      reinterpret_cast<Word4*>(SharedMemory()) + WarpIndex() * kStages * kStage;
  // A strip that is not there: the last one again. Nobody puts its sums.
  const int last_strip = Strips(matrix.rows) - 1;
  size_t strip_at[kStrips];  // its first unit
  FOOTNOTE_UNROLL
  for (int s = 0; s < kStrips; ++s) {
    strip_at[s] =
        size_t{1} * (strip + s < last_strip ? strip + s : last_strip) * units;
  }
  const Word4* w = static_cast<const Word4*>(matrix.weights) + Lane();
  const Word4* scales = static_cast<const Word4*>(matrix.scales);
  const auto weights_at = [&](int stage, int s) {
    return ring + stage * kStage + s * (kStage / kStrips);
  };
  const auto scales_at = [&](int stage, int s) {
    return weights_at(stage, s) + kUnits * kWords * kWarp;
  };
  // Starts to bring `unit` and those that follow it; they lie together.
  const auto copy = [&](int stage, int unit) {
    const int left = end - unit;
    FOOTNOTE_UNROLL
    for (int s = 0; s < kStrips; ++s) {
      const size_t from = strip_at[s] + unit;
      FOOTNOTE_UNROLL
      for (int i = 0; i < kUnits * kWords; ++i) {
        if (i / kWords < left) {
          CopyAsync(weights_at(stage, s) + i * kWarp + Lane(),
                    w + (from * kWords + i) * kWarp);
        }
      }
      if constexpr (kScales > 0) {
        if (Lane() < (left < kUnits ? left : kUnits) * kScales) {
          CopyAsync(scales_at(stage, s) + Lane(),
                    scales + from * kScales + Lane());
        }
      }
    }
    CommitCopies();
  };

  float sums[kStrips][kTiles][4];
  FOOTNOTE_UNROLL
  for (int s = 0; s < kStrips; ++s) {
    FOOTNOTE_UNROLL
    for (int j = 0; j < kTiles; ++j) {
      FOOTNOTE_UNROLL
      for (int i = 0; i < 4; ++i) sums[s][j][i] = 0;
    }
  }
  const int tile_words = units * 2 * kWarp;
  const size_t part_words = PartNumbers(prepared.tokens, prepared.columns) / 8;
  const Word4* fragments = reinterpret_cast<const Word4*>(prepared.fragments) +
                           size_t{1} * first_tile * tile_words + Lane();
  const Word2* token_sums =
      reinterpret_cast<const Word2*>(prepared.sums) +
      (size_t{1} * first_tile * kTileTokens + 2 * t) * units;
  // Of a tile, how many tokens there are: others' numbers stay in memory.
  const int tokens =
      (end_tile * kTileTokens < prepared.tokens ? end_tile * kTileTokens
                                                : prepared.tokens) -
      first_tile * kTileTokens;
  const auto multiply = [&](int stage, int a, int unit) {
    Word4 words[kStrips][kWords];
    UnitScales unit_scales[kStrips];
    FOOTNOTE_UNROLL
    for (int s = 0; s < kStrips; ++s) {
      FOOTNOTE_UNROLL
      for (int i = 0; i < kWords; ++i) {
        words[s][i] = weights_at(stage, s)[(a * kWords + i) * kWarp + Lane()];
      }
      unit_scales[s] = LoadScales<kKind>(scales_at(stage, s), a);
    }
    // Of tokens 2 t and 2 t + 1: both 32 columns.
    Word2 column_sums[kTiles][2];
    FOOTNOTE_UNROLL
    for (int j = 0; HasGroups(kKind) && j < kTiles; ++j) {
      FOOTNOTE_UNROLL
      for (int i = 0; i < 2; ++i) {
        column_sums[j][i] = {0, 0};
        if (j * kTileTokens + 2 * t + i < tokens) {
          column_sums[j][i] = token_sums[(j * kTileTokens + i) * units + unit];
        }
      }
    }
    FOOTNOTE_UNROLL
    for (int part = 0; part < 2; ++part) {
      EightPairs pairs[kStrips];
      FOOTNOTE_UNROLL
      for (int s = 0; s < kStrips; ++s) {
        pairs[s] = Unpack<kKind>(words[s], part);
      }
      FOOTNOTE_UNROLL
      for (int j = 0; j < kTiles; ++j) {
        Word4 b[kParts];
        FOOTNOTE_UNROLL
        for (int p = 0; p < kParts; ++p) {
          b[p] = {0, 0, 0, 0};
          if (j * kTileTokens + g < tokens) {
            b[p] = Load4(fragments + p * part_words + j * tile_words +
                         (2 * unit + part) * kWarp);
          }
        }
        FOOTNOTE_UNROLL
        for (int s = 0; s < kStrips; ++s) {
          if constexpr (HasGroups(kKind)) {
            const Word2* of = column_sums[j];
            MultiplyGroup<kParts>(pairs[s], b, unit_scales[s], part,
                                  BitsToFloat(part == 0 ? of[0].x : of[0].y),
                                  BitsToFloat(part == 0 ? of[1].x : of[1].y),
                                  sums[s][j]);
          } else {
            MultiplyEight<kParts>(pairs[s], b, sums[s][j]);
          }
        }
      }
    }
  };
  FOOTNOTE_UNROLL
  for (int stage = 0; stage < kStages - 1; ++stage) {
    copy(stage, begin + stage * kUnits);
  }
  WaitForEarlier();
  int stage = 0;
  for (int unit = begin; unit < end; unit += kUnits) {
    WaitCopies<kStages - 2>();
    // The scales are other lanes' copies, and all have read what comes next.
    WarpBarrier();
    copy(stage == 0 ? kStages - 1 : stage - 1, unit + (kStages - 1) * kUnits);
    if (unit + kUnits <= end) {
      FOOTNOTE_UNROLL
      for (int a = 0; a < kUnits; ++a) multiply(stage, a, unit + a);
    } else {
      for (int a = 0; unit + a < end; ++a) multiply(stage, a, unit + a);
    }
    stage = stage == kStages - 1 ? 0 : stage + 1;
  }

  // [piece][tile][token][row], strip after strip.
  float* shared = reinterpret_cast<float*>(
      reinterpret_cast<Word4*>(SharedMemory()) + kPieces * kStages * kStage);
  FOOTNOTE_UNROLL
  for (int s = 0; s < kStrips; ++s) {
    if (s > 0) BlockBarrier();
    FOOTNOTE_UNROLL
    for (int j = 0; j < kTiles; ++j) {
      FOOTNOTE_UNROLL
      for (int i = 0; i < 4; ++i) {
        shared[((WarpIndex() * kTiles + j) * 8 + 2 * t + i % 2) * 16 + g +
               i / 2 * 8] = sums[s][j][i];
      }
    }
    BlockBarrier();
    for (int o = ThreadIndex(); o < kTiles * 128; o += kStripThreads) {
      const int row = (strip + s) * kStripRows + o % 16;
      if (o / 16 >= tokens || row >= matrix.rows) continue;
      float sum = shared[o];
      for (int p = 1; p < kPieces && p * piece < units; ++p) {
        sum = Add(sum, shared[p * kTiles * 128 + o]);
      }
      put(first_tile * kTileTokens + o / 16, row, sum);
    }
  }
}

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_STRIP_H_
