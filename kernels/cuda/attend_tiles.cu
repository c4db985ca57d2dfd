#include "kernels/cuda/attend_arguments.h"
#include "kernels/cuda/attend_merge.h"
#include "kernels/cuda/prepared.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kTilePages = kAttendTile / kPage;
constexpr int kSplitTiles = kAttendSplit / kAttendTile;
constexpr int kSpreadThreads = kSplitTiles * kWarp;
constexpr int kSoloWarps = 4;

// What a warp knows of its task. With g = lane / 4 and t = lane % 4, a lane has
// queries g and g + 8.
template <int kSize>
struct Warp {
  AttendTask task;
  Queries queries;
  int kv_head;
  int chunk;
  int chunks;
  int first[2];  // positions that queries g and g + 8 see
  int end[2];
  uint32_t q[kSize / 32][8];  // fragments: [32 numbers][row g, row g + 8]
};

// The values of a tile for queries g and g + 8: [8 numbers][4].
template <int kSize>
struct Result {
  float most[2];
  float sum[2];
  float values[kSize / 8][4];
};

template <int kSize>
FOOTNOTE_DEVICE Warp<kSize> MakeWarp(const AttendArguments& arguments,
                                     const AttendTask& task, int y) {
  Warp<kSize> warp;
  const int group = arguments.heads / arguments.pages.kv_heads;
  warp.task = task;
  warp.chunks = (group + kAttendQueries - 1) / kAttendQueries;
  warp.chunk = y % warp.chunks;
  warp.kv_head = y / warp.chunks;
  warp.queries = QueriesOf(task.rows, group, warp.kv_head, warp.chunk);
  const int size = arguments.pages.size;
  const int t = Lane() % 4;
  FOOTNOTE_UNROLL
  for (int half = 0; half < 2; ++half) {
    const int query = Lane() / 4 + 8 * half;
    const bool is_one = query < warp.queries.count;
    const int row = is_one ? warp.queries.Row(query) : 0;
    const int position = task.position + row;
    warp.end[half] = is_one ? position + 1 : 0;
    warp.first[half] =
        arguments.window == 0
            ? 0
            : (position + 1 > arguments.window ? position + 1 - arguments.window
                                               : 0);
    const float* q =
        arguments.q + (size_t{1} * (task.first_row + row) * arguments.heads +
                       warp.queries.Head(is_one ? query : 0)) *
                          size;
    FOOTNOTE_UNROLL
    for (int i = 0; i < kSize / 32; ++i) {
      const int d = 32 * i + 8 * t;
      float v[8];
      LoadEight(q + d, is_one ? size - d : 0, v);
      FOOTNOTE_UNROLL
      for (int pair = 0; pair < 4; ++pair) {
        warp.q[i][half * 4 + pair] = PackBf16(v[2 * pair], v[2 * pair + 1]);
      }
    }
  }
  return warp;
}

// Attention to the 64 positions from `begin` on.
template <int kSize>
FOOTNOTE_DEVICE void AttendTile(const AttendArguments& arguments,
                                const Warp<kSize>& warp, int begin,
                                Result<kSize>* result) {
  const Pages& pages = arguments.pages;
  const int g = Lane() / 4;
  const int t = Lane() % 4;
  const uint16_t* memory = static_cast<const uint16_t*>(pages.memory) +
                           arguments.layer_at +
                           size_t{1} * warp.kv_head * kSize * kPage;
  const uint16_t* page_at[kTilePages];
  FOOTNOTE_UNROLL
  for (int p = 0; p < kTilePages; ++p) {
    const int index = begin / kPage + p;
    // Nobody sees what is in a page that is not there.
    int page = index < warp.task.page_count
                   ? arguments.page_list[warp.task.pages_at + index]
                   : 0;
    if (page < 0) page = 0;
    page_at[p] = memory + page * pages.page_numbers;
  }

  // Column n of half j of a page is position 4 (n / 2) + 2 j + n % 2: so the
  // scores lie in a lane as the next product wants them.
  float scores[kTilePages][2][4];
  FOOTNOTE_UNROLL
  for (int p = 0; p < kTilePages; ++p) {
    FOOTNOTE_UNROLL
    for (int j = 0; j < 2; ++j) {
      float* s = scores[p][j];
      FOOTNOTE_UNROLL
      for (int i = 0; i < 4; ++i) s[i] = 0;
      const int position = g / 2 * 4 + 2 * j + g % 2;
      const uint16_t* key = page_at[p] + position * kSize + 8 * t;
      FOOTNOTE_UNROLL
      for (int i = 0; i < kSize / 32; ++i) {
        const Word4 k = Load4(key + 32 * i);
        const uint32_t* q = warp.q[i];
        MultiplyTile(s, q[0], q[4], q[1], q[5], k.x, k.y);
        MultiplyTile(s, q[2], q[6], q[3], q[7], k.z, k.w);
      }
    }
  }

  FOOTNOTE_UNROLL
  for (int half = 0; half < 2; ++half) {
    float most = kNothing;
    FOOTNOTE_UNROLL
    for (int p = 0; p < kTilePages; ++p) {
      FOOTNOTE_UNROLL
      for (int j = 0; j < 2; ++j) {
        FOOTNOTE_UNROLL
        for (int e = 0; e < 2; ++e) {
          const int at = begin + p * kPage + 4 * t + 2 * j + e;
          float& s = scores[p][j][2 * half + e];
          const bool seen = at >= warp.first[half] && at < warp.end[half];
          s = seen ? Mul(s, arguments.scale) : kNothing;
          most = Max(most, s);
        }
      }
    }
    most = Max(most, ShuffleXor(most, 1));
    most = Max(most, ShuffleXor(most, 2));
    float sum = 0;
    FOOTNOTE_UNROLL
    for (int p = 0; p < kTilePages; ++p) {
      FOOTNOTE_UNROLL
      for (int j = 0; j < 2; ++j) {
        FOOTNOTE_UNROLL
        for (int e = 0; e < 2; ++e) {
          float& s = scores[p][j][2 * half + e];
          s = s > kNothing ? Exp2(s - most) : 0;
          sum = Add(sum, s);
        }
      }
    }
    sum = Add(sum, ShuffleXor(sum, 1));
    sum = Add(sum, ShuffleXor(sum, 2));
    result->most[half] = most;
    result->sum[half] = sum;
  }

  FOOTNOTE_UNROLL
  for (int n = 0; n < kSize / 8; ++n) {
    FOOTNOTE_UNROLL
    for (int i = 0; i < 4; ++i) result->values[n][i] = 0;
  }
  const size_t values_at = size_t{1} * pages.kv_heads * kSize * kPage;
  FOOTNOTE_UNROLL
  for (int p = 0; p < kTilePages; ++p) {
    const uint32_t a0 = PackBf16(scores[p][0][0], scores[p][0][1]);
    const uint32_t a1 = PackBf16(scores[p][0][2], scores[p][0][3]);
    const uint32_t a2 = PackBf16(scores[p][1][0], scores[p][1][1]);
    const uint32_t a3 = PackBf16(scores[p][1][2], scores[p][1][3]);
    const uint16_t* values = page_at[p] + values_at + g * kPage + 4 * t;
    FOOTNOTE_UNROLL
    for (int n = 0; n < kSize / 8; ++n) {
      const Word2 v = *reinterpret_cast<const Word2*>(values + n * 8 * kPage);
      MultiplyTile(result->values[n], a0, a1, a2, a3, v.x, v.y);
    }
  }
}

// Whether some query of the task sees positions begin … begin + 63.
FOOTNOTE_DEVICE bool TileIsSeen(const AttendArguments& arguments,
                                const AttendTask& task, int begin) {
  const int last = task.position + task.rows - 1;
  const int first =
      arguments.window == 0 || task.position + 1 < arguments.window
          ? 0
          : task.position + 1 - arguments.window;
  return begin <= last && begin + kAttendTile > first;
}

FOOTNOTE_DEVICE size_t OutAt(const AttendArguments& arguments,
                             const AttendTask& task, const Queries& queries,
                             int query) {
  return (size_t{1} * (task.first_row + queries.Row(query)) * arguments.heads +
          queries.Head(query)) *
         arguments.pages.size;
}

// A block has a task, a warp of it a tile.
template <int kSize>
FOOTNOTE_KERNEL_BLOCKS(kSpreadThreads, kSize <= 128 ? 2 : 1)
SpreadKernel(const AttendTask* tasks, AttendArguments arguments) {
  LetNextStart();
  WaitForEarlier();
  constexpr int kTileFloats = kAttendQueries * (kSize + 2);
  float* shared = reinterpret_cast<float*>(SharedMemory());
  const AttendTask task = tasks[BlockX()];
  if (task.rows == 0) return;
  const Warp<kSize> warp = MakeWarp<kSize>(arguments, task, BlockY());
  const int begin = task.split * kAttendSplit + WarpIndex() * kAttendTile;
  float* mine = shared + WarpIndex() * kTileFloats;
  if (TileIsSeen(arguments, task, begin)) {
    Result<kSize> result;
    AttendTile<kSize>(arguments, warp, begin, &result);
    const int g = Lane() / 4;
    const int t = Lane() % 4;
    FOOTNOTE_UNROLL
    for (int half = 0; half < 2; ++half) {
      const int query = g + 8 * half;
      mine[query] = result.most[half];
      mine[kAttendQueries + query] = result.sum[half];
      FOOTNOTE_UNROLL
      for (int n = 0; n < kSize / 8; ++n) {
        float* to = mine + 2 * kAttendQueries + query * kSize + 8 * n + 2 * t;
        to[0] = result.values[n][2 * half];
        to[1] = result.values[n][2 * half + 1];
      }
    }
  } else {
    for (int i = Lane(); i < kTileFloats; i += kWarp) {
      mine[i] = i < kAttendQueries ? kNothing : 0;
    }
  }
  BlockBarrier();
  const Queries queries = warp.queries;
  float* partial = task.partial < 0
                       ? nullptr
                       : PartialAt(arguments.partials, task.partial,
                                   arguments.pages.kv_heads, warp.kv_head,
                                   warp.chunks, warp.chunk, kSize);
  for (int i = ThreadIndex(); i < queries.count * kSize; i += kSpreadThreads) {
    const int query = i / kSize;
    const int d = i % kSize;
    float most = kNothing;
    float sum = 0;
    float value = 0;
    FOOTNOTE_UNROLL
    for (int tile = 0; tile < kSplitTiles; ++tile) {
      const float* from = shared + tile * kTileFloats;
      const Shrink shrink =
          MergeScores(from[query], from[kAttendQueries + query], &most, &sum);
      value = MergeValue(shrink, from[2 * kAttendQueries + i], value);
    }
    if (partial != nullptr) {
      partial[2 * kAttendQueries + i] = value;
      if (d == 0) {
        partial[query] = most;
        partial[kAttendQueries + query] = sum;
      }
    } else if (d < arguments.pages.size) {
      arguments.out[OutAt(arguments, task, queries, query) + d] =
          Divide(value, sum);
    }
  }
}

// A warp has a task, tile after tile.
template <int kSize>
FOOTNOTE_KERNEL(kSoloWarps* kWarp)
SoloKernel(const AttendTask* tasks, int count, AttendArguments arguments) {
  const int index = BlockX() * kSoloWarps + WarpIndex();
  if (index >= count) return;
  const AttendTask task = tasks[index];
  if (task.rows == 0) return;
  const Warp<kSize> warp = MakeWarp<kSize>(arguments, task, BlockY());
  Result<kSize> total;
  FOOTNOTE_UNROLL
  for (int half = 0; half < 2; ++half) {
    total.most[half] = kNothing;
    total.sum[half] = 0;
  }
  FOOTNOTE_UNROLL
  for (int n = 0; n < kSize / 8; ++n) {
    FOOTNOTE_UNROLL
    for (int i = 0; i < 4; ++i) total.values[n][i] = 0;
  }
  for (int tile = 0; tile < kSplitTiles; ++tile) {
    const int begin = task.split * kAttendSplit + tile * kAttendTile;
    if (!TileIsSeen(arguments, task, begin)) continue;
    Result<kSize> result;
    AttendTile<kSize>(arguments, warp, begin, &result);
    FOOTNOTE_UNROLL
    for (int half = 0; half < 2; ++half) {
      const Shrink shrink = MergeScores(result.most[half], result.sum[half],
                                        &total.most[half], &total.sum[half]);
      FOOTNOTE_UNROLL
      for (int n = 0; n < kSize / 8; ++n) {
        FOOTNOTE_UNROLL
        for (int e = 0; e < 2; ++e) {
          float& value = total.values[n][2 * half + e];
          value = MergeValue(shrink, result.values[n][2 * half + e], value);
        }
      }
    }
  }
  const int t = Lane() % 4;
  FOOTNOTE_UNROLL
  for (int half = 0; half < 2; ++half) {
    const int query = Lane() / 4 + 8 * half;
    if (query >= warp.queries.count) continue;
    if (task.partial >= 0) {
      float* partial =
          PartialAt(arguments.partials, task.partial, arguments.pages.kv_heads,
                    warp.kv_head, warp.chunks, warp.chunk, kSize);
      partial[query] = total.most[half];
      partial[kAttendQueries + query] = total.sum[half];
      FOOTNOTE_UNROLL
      for (int n = 0; n < kSize / 8; ++n) {
        float* to =
            partial + 2 * kAttendQueries + query * kSize + 8 * n + 2 * t;
        to[0] = total.values[n][2 * half];
        to[1] = total.values[n][2 * half + 1];
      }
      continue;
    }
    float* out = arguments.out + OutAt(arguments, task, warp.queries, query);
    FOOTNOTE_UNROLL
    for (int n = 0; n < kSize / 8; ++n) {
      FOOTNOTE_UNROLL
      for (int e = 0; e < 2; ++e) {
        const int d = 8 * n + 2 * t + e;
        if (d < arguments.pages.size) {
          out[d] = Divide(total.values[n][2 * half + e], total.sum[half]);
        }
      }
    }
  }
}

template <int kSize>
void Start(Stream* stream, bool spread, const AttendTask* tasks, int count,
           const AttendArguments& arguments) {
  const int kv_heads = arguments.pages.kv_heads;
  const int group = arguments.heads / kv_heads;
  const int chunks = (group + kAttendQueries - 1) / kAttendQueries;
  const int y = kv_heads * chunks;
  if (spread) {
    LaunchEarly(stream, SpreadKernel<kSize>, {count, y}, kSpreadThreads,
                sizeof(float) * kSplitTiles * kAttendQueries * (kSize + 2),
                tasks, arguments);
  } else {
    Launch(stream, SoloKernel<kSize>,
           {(count + kSoloWarps - 1) / kSoloWarps, y}, kSoloWarps * kWarp, 0,
           tasks, count, arguments);
  }
}

}  // namespace

void AttendTiles(Stream* stream, bool spread, const AttendTask* tasks,
                 int count, const AttendArguments& arguments) {
  switch (arguments.pages.padded) {
    case 32:
      return Start<32>(stream, spread, tasks, count, arguments);
    case 64:
      return Start<64>(stream, spread, tasks, count, arguments);
    case 128:
      return Start<128>(stream, spread, tasks, count, arguments);
    default:
      return Start<256>(stream, spread, tasks, count, arguments);
  }
}

}  // namespace cuda
}  // namespace footnote
