#include "kernels/cuda/scan.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kWarps = 8;
constexpr int kThreads = kWarps * kWarp;
// A warp's stages of 64 bytes of 16 vectors; all but one are on their way.
constexpr int kStages = 8;
constexpr int kStageWords = 2 * kWarp;

FOOTNOTE_DEVICE bool IsBetter(const ScanBest& a, const ScanBest& b) {
  if (b.id < 0) return a.id >= 0;
  if (a.id < 0) return false;
  return a.score > b.score || (a.score == b.score && a.id < b.id);
}

// Puts `entry` where it belongs among the warp's 32, lane i's being the i-th
// best; the last falls out.
FOOTNOTE_DEVICE void Insert(const ScanBest& entry, ScanBest* mine) {
  const int better = CountBits(Ballot(!IsBetter(entry, *mine)));
  const int from = Lane() > 0 ? Lane() - 1 : 0;
  ScanBest above;
  above.score = ShuffleFrom(mine->score, from);
  above.id = ShuffleFrom(mine->id, from);
  if (Lane() > better) *mine = above;
  if (Lane() == better) *mine = entry;
}

template <bool kInt8, int kTiles>
FOOTNOTE_KERNEL(kThreads)
ScanKernel(const char* vectors, int count, int row_bytes, const char* queries,
           int query_count, const uint32_t* allowed, int k, ScanBest* lists) {
  // A lane reads there what it brought itself.
  Word4* ring = reinterpret_cast<Word4*>(SharedMemory()) +
                WarpIndex() * kStages * kStageWords + Lane();
  // The best k of each query, warp by warp.
  ScanBest* mine =
      reinterpret_cast<ScanBest*>(reinterpret_cast<Word4*>(SharedMemory()) +
                                  kWarps * kStages * kStageWords) +
      WarpIndex() * kTiles * 8 * k;
  for (int i = Lane(); i < kTiles * 8 * k; i += kWarp) mine[i] = {0, -1};
  WarpBarrier();
  const int g = Lane() / 4;
  const int t = Lane() % 4;
  // What a score must beat, for the lane's two queries of each tile.
  ScanBest last[kTiles][2];
  FOOTNOTE_UNROLL
  for (int j = 0; j < kTiles; ++j) {
    last[j][0] = {0, -1};
    last[j][1] = {0, -1};
  }
  const int warps = GridX() * kWarps;
  const int begin = (BlockX() * kWarps + WarpIndex()) * 16;
  int next = begin;  // of the 16 vectors that are brought
  int next_at = 0;
  const auto copy = [&](int stage) {
    if (next < count) {
      // Beyond the end: the last vector again, dropped below.
      const int row0 = next + g < count ? next + g : count - 1;
      const int row1 = next + g + 8 < count ? next + g + 8 : count - 1;
      const char* from = vectors + next_at + 16 * t;
      Word4* to = ring + stage * kStageWords;
      CopyAsync(to, from + size_t{1} * row0 * row_bytes);
      CopyAsync(to + kWarp, from + size_t{1} * row1 * row_bytes);
      next_at += 64;
      if (next_at == row_bytes) {
        next_at = 0;
        next += warps * 16;
      }
    }
    CommitCopies();
  };
  FOOTNOTE_UNROLL
  for (int stage = 0; stage < kStages - 1; ++stage) copy(stage);
  int stage = 0;
  for (int first = begin; first < count; first += warps * 16) {
    float scores[kTiles][4];
    int sums[kTiles][4];
    FOOTNOTE_UNROLL
    for (int j = 0; j < kTiles; ++j) {
      FOOTNOTE_UNROLL
      for (int i = 0; i < 4; ++i) {
        scores[j][i] = 0;
        sums[j][i] = 0;
      }
    }
    for (int at = 0; at < row_bytes; at += 64) {
      WaitCopies<kStages - 2>();
      const Word4 a0 = ring[stage * kStageWords];
      const Word4 a1 = ring[stage * kStageWords + kWarp];
      copy((stage + kStages - 1) % kStages);
      stage = (stage + 1) % kStages;
      FOOTNOTE_UNROLL
      for (int j = 0; j < kTiles; ++j) {
        const int query = j * 8 + g < query_count ? j * 8 + g : 0;
        const Word4 b =
            Load4(queries + size_t{1} * query * row_bytes + at + 16 * t);
        if constexpr (kInt8) {
          MultiplyTileInt8(sums[j], a0.x, a1.x, a0.y, a1.y, b.x, b.y);
          MultiplyTileInt8(sums[j], a0.z, a1.z, a0.w, a1.w, b.z, b.w);
        } else {
          MultiplyTile(scores[j], a0.x, a1.x, a0.y, a1.y, b.x, b.y);
          MultiplyTile(scores[j], a0.z, a1.z, a0.w, a1.w, b.z, b.w);
        }
      }
    }
    FOOTNOTE_UNROLL
    for (int i = 0; i < 4; ++i) {
      const int id = first + g + i / 2 * 8;
      const bool is_one =
          id < count &&
          (allowed == nullptr || (allowed[id / 32] >> (id % 32) & 1) != 0);
      FOOTNOTE_UNROLL
      for (int j = 0; j < kTiles; ++j) {
        const float score =
            kInt8 ? static_cast<float>(sums[j][i]) : scores[j][i];
        const ScanBest entry = {score, id};
        uint32_t comes = Ballot(is_one && j * 8 + 2 * t + i % 2 < query_count &&
                                IsBetter(entry, last[j][i % 2]));
        while (comes != 0) {
          const int lane = LowestBit(comes);
          comes &= comes - 1;
          ScanBest better;
          better.score = ShuffleFrom(score, lane);
          better.id = ShuffleFrom(id, lane);
          const int query = j * 8 + lane % 4 * 2 + i % 2;
          ScanBest* list = mine + query * k;
          ScanBest held = {0, -1};
          if (Lane() < k) held = list[Lane()];
          Insert(better, &held);
          if (Lane() < k) list[Lane()] = held;
          ScanBest worst;
          worst.score = ShuffleFrom(held.score, k - 1);
          worst.id = ShuffleFrom(held.id, k - 1);
          if (t == lane % 4) last[j][i % 2] = worst;
        }
      }
    }
  }
  WarpBarrier();
  for (int query = 0; query < query_count; ++query) {
    ScanBest held = {0, -1};
    if (Lane() < k) held = mine[query * k + Lane()];
    lists[((size_t{1} * query * GridX() + BlockX()) * kWarps + WarpIndex()) *
              kMaxScanBest +
          Lane()] = held;
  }
}

constexpr int kMergeWarps = 32;
// Lists that a warp loads at once.
constexpr int kListsAtOnce = 4;

// Of two sorted lists, a lane's entry of each, the best k in `mine`.
FOOTNOTE_DEVICE void MergeList(const ScanBest& here, int k, ScanBest* mine) {
  ScanBest worst;
  worst.score = ShuffleFrom(mine->score, k - 1);
  worst.id = ShuffleFrom(mine->id, k - 1);
  uint32_t comes = Ballot(IsBetter(here, worst));
  while (comes != 0) {
    const int lane = LowestBit(comes);
    comes &= comes - 1;
    ScanBest next;
    next.score = ShuffleFrom(here.score, lane);
    next.id = ShuffleFrom(here.id, lane);
    Insert(next, mine);
  }
}

// A block for each query: its warps share the lists, the first merges theirs.
FOOTNOTE_KERNEL(kMergeWarps* kWarp)
MergeKernel(const ScanBest* lists, int list_count, int k, ScanBest* best) {
  ScanBest* shared = reinterpret_cast<ScanBest*>(SharedMemory());
  lists += size_t{1} * BlockX() * list_count * kMaxScanBest + Lane();
  ScanBest mine = {0, -1};
  for (int l = WarpIndex(); l < list_count; l += kListsAtOnce * kMergeWarps) {
    ScanBest here[kListsAtOnce];
    FOOTNOTE_UNROLL
    for (int i = 0; i < kListsAtOnce; ++i) {
      here[i] = {0, -1};
      const int list = l + i * kMergeWarps;
      if (list < list_count) here[i] = lists[size_t{1} * list * kMaxScanBest];
    }
    FOOTNOTE_UNROLL
    for (int i = 0; i < kListsAtOnce; ++i) MergeList(here[i], k, &mine);
  }
  shared[ThreadIndex()] = mine;
  BlockBarrier();
  if (WarpIndex() > 0) return;
  for (int w = 1; w < kMergeWarps; ++w) {
    MergeList(shared[w * kWarp + Lane()], k, &mine);
  }
  if (Lane() < k) best[size_t{1} * BlockX() * k + Lane()] = mine;
}

template <bool kInt8, int kTiles>
void Start(Stream* stream, const void* vectors, int count, int row_bytes,
           const void* queries, int query_count, const uint32_t* allowed, int k,
           int blocks, ScanBest* scratch, ScanBest* best) {
  Launch(stream, ScanKernel<kInt8, kTiles>, {blocks}, kThreads,
         kWarps * (sizeof(Word4) * kStages * kStageWords +
                   sizeof(ScanBest) * kTiles * 8 * k),
         static_cast<const char*>(vectors), count, row_bytes,
         static_cast<const char*>(queries), query_count, allowed, k, scratch);
  Launch(stream, MergeKernel, {query_count}, kMergeWarps * kWarp,
         sizeof(ScanBest) * kMergeWarps * kWarp, scratch, blocks * kWarps, k,
         best);
}

template <bool kInt8>
void Scan(Stream* stream, const void* vectors, int count, int row_bytes,
          const void* queries, int query_count, const uint32_t* allowed, int k,
          int blocks, ScanBest* scratch, ScanBest* best) {
  if (query_count <= 8) {
    Start<kInt8, 1>(stream, vectors, count, row_bytes, queries, query_count,
                    allowed, k, blocks, scratch, best);
  } else {
    Start<kInt8, 8>(stream, vectors, count, row_bytes, queries, query_count,
                    allowed, k, blocks, scratch, best);
  }
}

}  // namespace

size_t ScanScratch(int blocks, int queries) {
  return size_t{1} * blocks * kWarps * queries * kMaxScanBest;
}

void ScanTopInt8(Stream* stream, const int8_t* vectors, int count, int size,
                 const int8_t* query, int queries, const uint32_t* allowed,
                 int k, int blocks, ScanBest* scratch, ScanBest* best) {
  Scan<true>(stream, vectors, count, size, query, queries, allowed, k, blocks,
             scratch, best);
}

void ScanTopBf16(Stream* stream, const uint16_t* vectors, int count, int size,
                 const uint16_t* query, int queries, const uint32_t* allowed,
                 int k, int blocks, ScanBest* scratch, ScanBest* best) {
  Scan<false>(stream, vectors, count, size * 2, query, queries, allowed, k,
              blocks, scratch, best);
}

}  // namespace cuda
}  // namespace footnote
