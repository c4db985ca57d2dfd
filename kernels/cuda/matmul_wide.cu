#include "kernels/cuda/matmul_arguments.h"
#include "kernels/cuda/simt.h"
#include "kernels/cuda/weights.h"
#include "kernels/cuda/wide.h"

namespace footnote {
namespace cuda {
namespace {

// A block: 8 strips, one a warp, by 32 tiles of tokens. The weights go from
// memory to the warp's registers, the tokens to shared memory, as do the sums
// of pieces: registers hold those of one piece.
constexpr int kBlockStrips = 8;
constexpr int kBlockTiles = kWideTokens / kTileTokens;
constexpr int kThreads = kBlockStrips * kWarp;
constexpr int kStages = 3;
// Steps of 16 columns of a unit.
constexpr int kSteps = kUnitColumns / 16;
constexpr int kStageWords = kSteps * kWideStepBytes / 16;
constexpr int kTotalBytes = kThreads * kWideSums * sizeof(float);

// From [tile][32 columns][lane][4 words] to [block of tiles][32 columns][4
// words][tile][lane]: a warp for a tile; zeros beyond the tiles.
FOOTNOTE_KERNEL(kThreads)
TurnKernel(const Word4* fragments, int tiles, uint32_t* wide) {
  const int thirties = GridX();
  const int thirty = BlockX();
  for (int tile = WarpIndex(); tile < kBlockTiles; tile += kThreads / kWarp) {
    const int from = BlockY() * kBlockTiles + tile;
    Word4 words = {0, 0, 0, 0};
    if (from < tiles) {
      words =
          fragments[(size_t{1} * from * thirties + thirty) * kWarp + Lane()];
    }
    uint32_t* to =
        wide +
        ((size_t{1} * BlockY() * thirties + thirty) * 4 * kBlockTiles + tile) *
            kWarp +
        Lane();
    to[0 * kBlockTiles * kWarp] = words.x;
    to[1 * kBlockTiles * kWarp] = words.y;
    to[2 * kBlockTiles * kWarp] = words.z;
    to[3 * kBlockTiles * kWarp] = words.w;
  }
}

template <WeightKind kKind>
FOOTNOTE_KERNEL(kThreads)
WideKernel(MatmulArguments arguments) {
  constexpr int kWords = LaneWords(kKind);
  Word4* shared = reinterpret_cast<Word4*>(SharedMemory());
  float* totals =
      reinterpret_cast<float*>(shared + kStages * kStageWords) + ThreadIndex();
  const int p = ProductOf(arguments, BlockY());
  const MatmulProduct& product = arguments.products[p];
  const int units = Units(arguments.x.columns);
  const int piece = PieceUnits(arguments.x.columns);
  const Word4* x = reinterpret_cast<const Word4*>(arguments.x.wide) +
                   size_t{1} * BlockX() * units * kStageWords;
  const int strip =
      (BlockY() - arguments.first[p]) * kBlockStrips + WarpIndex();
  const bool is_there = strip < Strips(product.weights.rows);
  const Word4* w = static_cast<const Word4*>(product.weights.weights) +
                   size_t{1} * strip * units * kWords * kWarp + Lane();

  const auto copy = [&](int unit) {
    if (unit < units) {
      Word4* to = shared + unit % kStages * kStageWords;
      const Word4* from = x + size_t{1} * unit * kStageWords;
      for (int i = ThreadIndex(); i < kStageWords; i += kThreads) {
        CopyAsync(to + i, from + i);
      }
    }
    CommitCopies();
  };
  Word4 words[kWords];
  const auto load = [&](int unit) {
    FOOTNOTE_UNROLL
    for (int i = 0; i < kWords; ++i) {
      words[i] = is_there && unit < units
                     ? LoadStream(w + (size_t{1} * unit * kWords + i) * kWarp)
                     : Word4{0, 0, 0, 0};
    }
  };

  float sums[kWideSums];
  FOOTNOTE_UNROLL
  for (int i = 0; i < kWideSums; ++i) sums[i] = 0;
  bool first_piece = true;

  for (int unit = 0; unit < kStages - 1; ++unit) copy(unit);
  load(0);
  for (int unit = 0; unit < units; ++unit) {
    WaitCopies<kStages - 2>();
    ShowCopiesToWide();
    BlockBarrier();
    copy(unit + kStages - 1);
    if (unit > 0 && unit % piece == 0) {
      FOOTNOTE_UNROLL
      for (int i = 0; i < kWideSums; ++i) {
        float* total = totals + i * kThreads;
        *total = first_piece ? sums[i] : Add(*total, sums[i]);
        sums[i] = 0;
      }
      first_piece = false;
    }
    EightPairs parts[2] = {Unpack<kKind>(words, 0), Unpack<kKind>(words, 1)};
    FOOTNOTE_UNROLL
    for (int i = 0; i < 4; ++i) {
      HoldWide(parts[0].low[i]);
      HoldWide(parts[0].high[i]);
      HoldWide(parts[1].low[i]);
      HoldWide(parts[1].high[i]);
    }
    load(unit + 1);
    const char* tokens =
        reinterpret_cast<const char*>(shared + unit % kStages * kStageWords);
    BeginWide(sums);
    FOOTNOTE_UNROLL
    for (int step = 0; step < kSteps; ++step) {
      const EightPairs& e = parts[step / 2];
      const int i = step % 2 * 2;
      MultiplyWide(sums, e.low[i], e.high[i], e.low[i + 1], e.high[i + 1],
                   tokens + step * kWideStepBytes);
    }
    EndWide(sums);
  }

  const int g = Lane() / 4;
  const int t = Lane() % 4;
  FOOTNOTE_UNROLL
  for (int i = 0; i < kWideSums; ++i) {
    const int token = BlockX() * kWideTokens + i / 4 * 8 + 2 * t + i % 2;
    const int row = strip * kStripRows + g + i % 4 / 2 * 8;
    if (token < arguments.x.tokens && row < product.weights.rows) {
      Put(product, token, row,
          first_piece ? sums[i] : Add(totals[i * kThreads], sums[i]));
    }
  }
}

template <WeightKind kKind>
void Start(Stream* stream, const MatmulArguments& arguments, int blocks) {
  Launch(stream, WideKernel<kKind>, {blocks, arguments.first[arguments.count]},
         kThreads, kStages * kStageWords * sizeof(Word4) + kTotalBytes,
         arguments);
}

}  // namespace

void MatmulWide(Stream* stream, WeightKind kind, MatmulArguments arguments) {
  const Prepared& x = arguments.x;
  const int tiles = TokenTiles(x.tokens);
  const int blocks = (tiles + kBlockTiles - 1) / kBlockTiles;
  Launch(stream, TurnKernel, {2 * Units(x.columns), blocks}, kThreads, 0,
         reinterpret_cast<const Word4*>(x.fragments), tiles,
         reinterpret_cast<uint32_t*>(x.wide));
  ShareBlocks(kBlockStrips * kStripRows, &arguments);
  if (kind == WeightKind::kBf16) {
    Start<WeightKind::kBf16>(stream, arguments, blocks);
  } else {
    Start<WeightKind::kFp8>(stream, arguments, blocks);
  }
}

}  // namespace cuda
}  // namespace footnote
