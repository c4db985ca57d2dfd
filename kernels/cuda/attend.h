// Attention over paged keys and values, and their writing.
//
// Pages are those of kernels/transformer.h: 16 positions of all layers of one
// kind. In float they hold keys and values as [16][size]; in bfloat16 keys as
// [16][padded size] and values turned over, [padded size][16], so that the
// lanes of a warp load fragments for a tensor core without a detour. A window
// needs no more than the pages in it: the caller gives the others to others (a
// ring), and says -1.
//
// Positions are cut into splits of 512 and these into tiles of 64, at absolute
// positions. A tile's largest score, sum and values are computed apart and then
// merged in the order of the tiles, splits likewise: a row has the same bits in
// a long prompt as alone, whatever pages it lies in. Two kernels:
//   spread  few rows: a block has a split, a warp of it a tile
//   solo    prompts: a warp has a split of 16 queries (rows times heads that
//           share their keys), tile after tile; the warps of a block as a rule
//           the same split, so that its keys and values come once
// Then one that merges splits, where there is more than one.
//
// Ladder: not measured, never run on a device.
#ifndef FOOTNOTE_KERNELS_CUDA_ATTEND_H_
#define FOOTNOTE_KERNELS_CUDA_ATTEND_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

inline constexpr int kPage = 16;
inline constexpr int kAttendTile = 64;
inline constexpr int kAttendSplit = 512;
inline constexpr int kAttendQueries = 16;

// The size of a head in pages of bfloat16: 32, 64, 128 or 256; 0: too large.
constexpr int PaddedHead(int size) {
  return size <= 32    ? 32
         : size <= 64  ? 64
         : size <= 128 ? 128
         : size <= 256 ? 256
                       : 0;
}

// Pages of one kind in device memory, all zeros at first.
struct Pages {
  void* memory = nullptr;
  size_t page_numbers = 0;  // from a page to the next
  int kv_heads = 0;
  int size = 0;    // of a head
  int padded = 0;  // size, or PaddedHead(size)
  bool is_float = false;
};
constexpr size_t PageNumbers(int layers, int kv_heads, int padded) {
  return size_t{2} * layers * kv_heads * padded * kPage;
}

// Cosines and sines, [row][pairs], of positions[row] * frequencies[pair].
void MakeAngles(Stream* stream, const float* frequencies, int pairs,
                const int32_t* positions, int rows, float* cosines,
                float* sines);

struct Rotation {
  const float* cosines = nullptr;  // null: nothing is rotated
  const float* sines = nullptr;
  bool halves = false;  // pairs (i, i + size / 2), else (2i, 2i + 1)
};

// Rotates q and k and puts k and v into pages, in one pass: row r's into page
// row_pages[r] (below 0: nowhere) at positions[r]. q stays in place, rotated;
// k and v as they were. `place` is the layer's among those of the pages.
void RotateAndStore(Stream* stream, const Rotation& rotation,
                    const Pages& pages, int place, const int32_t* positions,
                    const int32_t* row_pages, int rows, int heads, float* q,
                    const float* k, const float* v);

// Rows that are neighbouring positions of one sequence.
struct AttendSequence {
  int first_row;
  int rows;
  int position;    // of the first row
  int pages_at;    // of its pages in the list of pages
  int page_count;  // from position 0 on
};

// A split of up to 16 queries. With rows = 0: nothing to do.
struct AttendTask {
  int first_row;
  int rows;
  int position;
  int pages_at;
  int page_count;
  int split;
  int partial;  // where its result goes; -1: it is the whole
};

struct MergeTask {
  int first_row;
  int rows;
  int partial;  // the first
  int count;
};

struct AttendPlan {
  std::vector<AttendTask> spread;
  std::vector<AttendTask> solo;
  std::vector<MergeTask> merges;
  int partials = 0;
};

// Rows of a task.
constexpr int TaskRows(int group) {
  return group >= kAttendQueries ? 1 : kAttendQueries / group;
}

// What a window of `window` positions (0: all) wants of the sequences; `group`
// heads share their keys.
void PlanAttention(const AttendSequence* sequences, int count, int window,
                   int group, AttendPlan* plan);

// Floats of what `partials` splits leave.
constexpr size_t PartialFloats(int partials, int heads, int kv_heads,
                               int padded) {
  const int group = heads / kv_heads;
  const int chunks = (group + kAttendQueries - 1) / kAttendQueries;
  return size_t{1} * partials * kv_heads * chunks * kAttendQueries *
         (padded + 2);
}

// Lists in device memory, filled up with rows = 0 where the host wishes.
struct AttendWork {
  const AttendTask* spread = nullptr;
  int spread_count = 0;
  const AttendTask* solo = nullptr;
  int solo_count = 0;
  const MergeTask* merges = nullptr;
  int merge_count = 0;
  const int32_t* page_list = nullptr;
  float* partials = nullptr;
};

// out[r] = attention of q[r] to the pages; rows of heads * pages.size numbers.
// REQUIRES: RotateAndStore came before.
void Attend(Stream* stream, const AttendWork& work, const Pages& pages,
            int place, int window, float scale, int heads, const float* q,
            float* out);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_ATTEND_H_
