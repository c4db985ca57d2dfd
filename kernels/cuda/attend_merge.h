// What attention to some positions leaves, and how two such results become one:
// the only place where this arithmetic is written.
#ifndef FOOTNOTE_KERNELS_CUDA_ATTEND_MERGE_H_
#define FOOTNOTE_KERNELS_CUDA_ATTEND_MERGE_H_

#include "kernels/cuda/attend.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {

// Far below any score, and finite: no difference of two is NaN.
inline constexpr float kNothing = -1e30f;
inline constexpr float kLog2E = 1.44269504088896340736f;

// By how much each side shrinks; scores are logarithms to the base 2.
struct Shrink {
  float old_side;
  float new_side;
};

FOOTNOTE_DEVICE Shrink MergeScores(float most, float sum, float* total_most,
                                   float* total_sum) {
  const float both = Max(most, *total_most);
  Shrink shrink;
  shrink.old_side = Exp2(*total_most - both);
  shrink.new_side = Exp2(most - both);
  *total_most = both;
  *total_sum = Fma(*total_sum, shrink.old_side, Mul(sum, shrink.new_side));
  return shrink;
}

FOOTNOTE_DEVICE float MergeValue(const Shrink& shrink, float value,
                                 float total) {
  return Fma(total, shrink.old_side, Mul(value, shrink.new_side));
}

// Partials of a split, a kv head and a chunk of its heads: 16 queries' largest
// scores, their sums, then [16][padded] values.
FOOTNOTE_DEVICE float* PartialAt(float* partials, int partial, int kv_heads,
                                 int kv_head, int chunks, int chunk,
                                 int padded) {
  return partials +
         ((size_t{1} * partial * kv_heads + kv_head) * chunks + chunk) *
             kAttendQueries * (padded + 2);
}

// Which queries a task's 16 are: heads of a chunk, row by row.
struct Queries {
  int heads;       // of the chunk
  int first_head;  // of all
  int count;

  FOOTNOTE_METHOD int Row(int query) const { return query / heads; }
  FOOTNOTE_METHOD int Head(int query) const {
    return first_head + query % heads;
  }
};

FOOTNOTE_DEVICE Queries QueriesOf(int rows, int group, int kv_head, int chunk) {
  Queries queries;
  const int left = group - chunk * kAttendQueries;
  queries.heads = left < kAttendQueries ? left : kAttendQueries;
  queries.first_head = kv_head * group + chunk * kAttendQueries;
  queries.count = rows * queries.heads;
  return queries;
}

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_ATTEND_MERGE_H_
