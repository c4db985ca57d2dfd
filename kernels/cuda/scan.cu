#include "kernels/cuda/scan.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kWarps = 8;
constexpr int kThreads = kWarps * kWarp;

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
  // The best of each query, warp by warp.
  ScanBest* mine = reinterpret_cast<ScanBest*>(SharedMemory()) +
                   WarpIndex() * kTiles * 8 * kMaxScanBest;
  for (int i = Lane(); i < kTiles * 8 * kMaxScanBest; i += kWarp) {
    mine[i] = {0, -1};
  }
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
  for (int first = (BlockX() * kWarps + WarpIndex()) * 16; first < count;
       first += warps * 16) {
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
    // Beyond the end: the last vector again, dropped below.
    const int row0 = first + g < count ? first + g : count - 1;
    const int row1 = first + g + 8 < count ? first + g + 8 : count - 1;
    const char* v0 = vectors + size_t{1} * row0 * row_bytes + 16 * t;
    const char* v1 = vectors + size_t{1} * row1 * row_bytes + 16 * t;
    for (int at = 0; at < row_bytes; at += 64) {
      const Word4 a0 = LoadStream(v0 + at);
      const Word4 a1 = LoadStream(v1 + at);
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
        uint32_t comes = Ballot(is_one && IsBetter(entry, last[j][i % 2]));
        while (comes != 0) {
          const int lane = LowestBit(comes);
          comes &= comes - 1;
          ScanBest next;
          next.score = ShuffleFrom(score, lane);
          next.id = ShuffleFrom(id, lane);
          const int query = j * 8 + lane % 4 * 2 + i % 2;
          ScanBest* list = mine + query * kMaxScanBest;
          ScanBest held = list[Lane()];
          Insert(next, &held);
          list[Lane()] = held;
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
    lists[((size_t{1} * query * GridX() + BlockX()) * kWarps + WarpIndex()) *
              kMaxScanBest +
          Lane()] = mine[query * kMaxScanBest + Lane()];
  }
}

// A warp for each query.
FOOTNOTE_KERNEL(kWarp)
MergeKernel(const ScanBest* lists, int list_count, int k, ScanBest* best) {
  lists += size_t{1} * BlockX() * list_count * kMaxScanBest;
  ScanBest mine = {0, -1};
  for (int l = 0; l < list_count; ++l) {
    const ScanBest here = lists[l * kMaxScanBest + Lane()];
    ScanBest worst;
    worst.score = ShuffleFrom(mine.score, k - 1);
    worst.id = ShuffleFrom(mine.id, k - 1);
    uint32_t comes = Ballot(IsBetter(here, worst));
    while (comes != 0) {
      const int lane = LowestBit(comes);
      comes &= comes - 1;
      ScanBest next;
      next.score = ShuffleFrom(here.score, lane);
      next.id = ShuffleFrom(here.id, lane);
      Insert(next, &mine);
    }
  }
  if (Lane() < k) best[size_t{1} * BlockX() * k + Lane()] = mine;
}

template <bool kInt8, int kTiles>
void Start(Stream* stream, const void* vectors, int count, int row_bytes,
           const void* queries, int query_count, const uint32_t* allowed, int k,
           int blocks, ScanBest* scratch, ScanBest* best) {
  Launch(stream, ScanKernel<kInt8, kTiles>, {blocks}, kThreads,
         sizeof(ScanBest) * kWarps * kTiles * 8 * kMaxScanBest,
         static_cast<const char*>(vectors), count, row_bytes,
         static_cast<const char*>(queries), query_count, allowed, k, scratch);
  Launch(stream, MergeKernel, {query_count}, kWarp, 0, scratch, blocks * kWarps,
         k, best);
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
