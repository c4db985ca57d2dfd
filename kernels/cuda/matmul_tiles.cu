#include "kernels/cuda/matmul_arguments.h"
#include "kernels/cuda/simt.h"
#include "kernels/cuda/weights.h"

namespace footnote {
namespace cuda {
namespace {

// A block: 8 strips by 16 tiles of tokens, a warp of it 2 by 8; or by 8 tiles,
// a warp 1 by 8, where there would be few blocks.
constexpr int kBlockStrips = 8;
constexpr int kManyTiles = 16;
constexpr int kFewTiles = 8;
constexpr int kWarpTiles = 8;
// As many as a large device has multiprocessors.
constexpr int kManyBlocks = 128;
constexpr int kThreads = 256;
constexpr int kStages = 3;
// Words of a unit of one tile of tokens, one part.
constexpr int kTokenWords = 2 * kWarp;

template <WeightKind kKind, int kParts, int kBlockTiles>
constexpr int kStageWords = kBlockStrips*(LaneWords(kKind) * kWarp +
                                          ScaleWords(kKind)) +
                            kBlockTiles* kTokenWords* kParts;

template <int kParts>
constexpr bool kHoldsTotals = kParts > 1;
constexpr size_t TotalBytes(int block_tiles) {
  return sizeof(float) * kBlockStrips * block_tiles * 128;
}

template <WeightKind kKind, int kParts, int kBlockTiles>
FOOTNOTE_KERNEL(kThreads)
TileKernel(MatmulArguments arguments) {
  constexpr int kWarpStrips = kBlockTiles / kWarpTiles;
  constexpr int kWarpsOfStrips = kBlockStrips / kWarpStrips;
  constexpr int kStage = kStageWords<kKind, kParts, kBlockTiles>;
  constexpr int kWords = LaneWords(kKind);
  constexpr int kStripWords = kWords * kWarp;
  constexpr int kScales = ScaleWords(kKind);
  constexpr int kScaleStep = kScales > 0 ? kScales : 1;
  Word4* shared = reinterpret_cast<Word4*>(SharedMemory());
  const int p = ProductOf(arguments, BlockX());
  const MatmulProduct& product = arguments.products[p];
  const Prepared& prepared = arguments.x;
  const int strips = Strips(product.weights.rows);
  const int first_strip = (BlockX() - arguments.first[p]) * kBlockStrips;
  const int first_tile = BlockY() * kBlockTiles;
  const int tiles = TokenTiles(prepared.tokens);
  const int units = Units(prepared.columns);
  const int piece = PieceUnits(prepared.columns);
  const Word4* w = static_cast<const Word4*>(product.weights.weights);
  const Word4* scales = static_cast<const Word4*>(product.weights.scales);
  const Word4* x = reinterpret_cast<const Word4*>(prepared.fragments);
  const size_t part_words = PartNumbers(prepared.tokens, prepared.columns) / 8;

  // Starts to bring a unit of all strips and tiles into a stage.
  const auto copy = [&](int unit) {
    if (unit < units) {
      Word4* to = shared + unit % kStages * kStage;
      for (int i = ThreadIndex(); i < kBlockStrips * kStripWords;
           i += kThreads) {
        const int strip = first_strip + i / kStripWords;
        if (strip >= strips) break;
        CopyAsync(to + i, w + (size_t{1} * strip * units + unit) * kStripWords +
                              i % kStripWords);
      }
      to += kBlockStrips * kStripWords;
      for (int i = ThreadIndex(); i < kParts * kBlockTiles * kTokenWords;
           i += kThreads) {
        const int tile = first_tile + i / kTokenWords % kBlockTiles;
        if (tile >= tiles) continue;
        const int part = i / (kTokenWords * kBlockTiles);
        CopyAsync(to + i, x + part * part_words +
                              (size_t{1} * tile * units + unit) * kTokenWords +
                              i % kTokenWords);
      }
      to += kParts * kBlockTiles * kTokenWords;
      for (int i = ThreadIndex(); i < kBlockStrips * kScales; i += kThreads) {
        const int strip = first_strip + i / kScaleStep;
        if (strip >= strips) break;
        CopyAsync(to + i, scales +
                              (size_t{1} * strip * units + unit) * kScales +
                              i % kScaleStep);
      }
    }
    CommitCopies();
  };

  const int warp_strip = WarpIndex() % kWarpsOfStrips * kWarpStrips;
  const int warp_tile = WarpIndex() / kWarpsOfStrips * kWarpTiles;
  // Where some of a warp's strips or tiles are there, it multiplies all, and
  // puts those.
  const bool is_there =
      first_strip + warp_strip < strips && first_tile + warp_tile < tiles;
  float sums[kWarpStrips][kWarpTiles][4];
  // Of pieces, in shared memory where that has room.
  float held[kHoldsTotals<kParts> ? kWarpStrips : 1][kWarpTiles][4];
  float* kept =
      reinterpret_cast<float*>(shared + kStages * kStage) + ThreadIndex();
  const auto total = [&](int s, int j, int i) -> float& {
    if constexpr (kHoldsTotals<kParts>) {
      return held[s][j][i];
    } else {
      return kept[((s * kWarpTiles + j) * 4 + i) * kThreads];
    }
  };
  const auto clear = [&] {
    FOOTNOTE_UNROLL
    for (int s = 0; s < kWarpStrips; ++s) {
      FOOTNOTE_UNROLL
      for (int j = 0; j < kWarpTiles; ++j) {
        FOOTNOTE_UNROLL
        for (int i = 0; i < 4; ++i) sums[s][j][i] = 0;
      }
    }
  };
  clear();
  bool first_piece = true;
  const auto add_piece = [&] {
    FOOTNOTE_UNROLL
    for (int s = 0; s < kWarpStrips; ++s) {
      FOOTNOTE_UNROLL
      for (int j = 0; j < kWarpTiles; ++j) {
        FOOTNOTE_UNROLL
        for (int i = 0; i < 4; ++i) {
          total(s, j, i) =
              first_piece ? sums[s][j][i] : Add(total(s, j, i), sums[s][j][i]);
        }
      }
    }
    first_piece = false;
  };

  for (int unit = 0; unit < kStages - 1; ++unit) copy(unit);
  for (int unit = 0; unit < units; ++unit) {
    WaitCopies<kStages - 2>();
    BlockBarrier();
    copy(unit + kStages - 1);
    if (unit > 0 && unit % piece == 0) {
      add_piece();
      clear();
    }
    const Word4* weights = shared + unit % kStages * kStage;
    const Word4* tokens = weights + kBlockStrips * kStripWords;
    const Word4* unit_scales = tokens + kParts * kBlockTiles * kTokenWords;
    if (!is_there) continue;
    FOOTNOTE_UNROLL
    for (int s = 0; s < kWarpStrips; ++s) {
      Word4 words[kWords];
      FOOTNOTE_UNROLL
      for (int i = 0; i < kWords; ++i) {
        words[i] = weights[((warp_strip + s) * kWords + i) * kWarp + Lane()];
      }
      const UnitScales scales_of_strip =
          LoadScales<kKind>(unit_scales + (warp_strip + s) * kScales, 0);
      FOOTNOTE_UNROLL
      for (int part = 0; part < 2; ++part) {
        const EightPairs e = Unpack<kKind>(words, part);
        FOOTNOTE_UNROLL
        for (int j = 0; j < kWarpTiles; ++j) {
          const int tile = warp_tile + j;
          const Word4* fragments =
              tokens + tile * kTokenWords + part * kWarp + Lane();
          Word4 b[kParts];
          FOOTNOTE_UNROLL
          for (int p = 0; p < kParts; ++p) {
            b[p] = fragments[p * kBlockTiles * kTokenWords];
          }
          if constexpr (HasGroups(kKind)) {
            const int of = first_tile + tile < tiles ? first_tile + tile : 0;
            const float* token_sums =
                prepared.sums +
                (size_t{1} * of * kTileTokens + Lane() % 4 * 2) * units * 2 +
                2 * unit + part;
            MultiplyGroup<kParts>(e, b, scales_of_strip, part, token_sums[0],
                                  token_sums[units * 2], sums[s][j]);
          } else {
            MultiplyEight<kParts>(e, b, sums[s][j]);
          }
        }
      }
    }
  }
  add_piece();

  const int g = Lane() / 4;
  const int t = Lane() % 4;
  FOOTNOTE_UNROLL
  for (int s = 0; s < kWarpStrips; ++s) {
    FOOTNOTE_UNROLL
    for (int j = 0; j < kWarpTiles; ++j) {
      FOOTNOTE_UNROLL
      for (int i = 0; i < 4; ++i) {
        const int row =
            (first_strip + warp_strip + s) * kStripRows + g + i / 2 * 8;
        const int token =
            (first_tile + warp_tile + j) * kTileTokens + 2 * t + i % 2;
        if (token < prepared.tokens && row < product.weights.rows) {
          Put(product, token, row, total(s, j, i));
        }
      }
    }
  }
}

template <WeightKind kKind, int kParts, int kBlockTiles>
void Start(Stream* stream, const MatmulArguments& arguments) {
  const int tiles = TokenTiles(arguments.x.tokens);
  Launch(stream, TileKernel<kKind, kParts, kBlockTiles>,
         {arguments.first[arguments.count],
          (tiles + kBlockTiles - 1) / kBlockTiles},
         kThreads,
         sizeof(Word4) * kStages * kStageWords<kKind, kParts, kBlockTiles> +
             (kHoldsTotals<kParts> ? 0 : TotalBytes(kBlockTiles)),
         arguments);
}

template <WeightKind kKind>
void StartKind(Stream* stream, const MatmulArguments& arguments) {
  const int tiles = TokenTiles(arguments.x.tokens);
  const int blocks = arguments.first[arguments.count] *
                     ((tiles + kManyTiles - 1) / kManyTiles);
  if (arguments.x.parts > 1) {
    Start<kKind, 3, kManyTiles>(stream, arguments);
  } else if (blocks < kManyBlocks && tiles > kFewTiles) {
    Start<kKind, 1, kFewTiles>(stream, arguments);
  } else {
    Start<kKind, 1, kManyTiles>(stream, arguments);
  }
}

}  // namespace

void MatmulTiles(Stream* stream, WeightKind kind, MatmulArguments arguments) {
  ShareBlocks(kBlockStrips * kStripRows, &arguments);
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
