// Attention in floats, a warp for each query: for comparison with programs that
// compute in floats, not for speed.
#include "kernels/cuda/attend_arguments.h"
#include "kernels/cuda/attend_merge.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kThreads = kAttendQueries * kWarp;
constexpr int kMaxSize = 512;

FOOTNOTE_KERNEL(kThreads)
FloatKernel(const AttendTask* tasks, AttendArguments arguments) {
  const AttendTask task = tasks[BlockX()];
  const Pages& pages = arguments.pages;
  const int group = arguments.heads / pages.kv_heads;
  const int chunks = (group + kAttendQueries - 1) / kAttendQueries;
  const int chunk = BlockY() % chunks;
  const int kv_head = BlockY() / chunks;
  const int size = pages.size;
  const Queries queries = QueriesOf(task.rows, group, kv_head, chunk);
  const int query = WarpIndex();
  if (query >= queries.count) return;
  const int position = task.position + queries.Row(query);
  const int row = task.first_row + queries.Row(query);
  const size_t at =
      (size_t{1} * row * arguments.heads + queries.Head(query)) * size;
  const float* q = arguments.q + at;
  int first = task.split * kAttendSplit;
  int end = first + kAttendSplit;
  if (arguments.window > 0 && position + 1 - arguments.window > first) {
    first = position + 1 - arguments.window;
  }
  if (position + 1 < end) end = position + 1;

  const float* memory = static_cast<const float*>(pages.memory) +
                        arguments.layer_at +
                        size_t{1} * kv_head * pages.padded * kPage;
  const size_t values_at = size_t{1} * pages.kv_heads * pages.padded * kPage;
  const auto page_of = [&](int p) {
    const int page = arguments.page_list[task.pages_at + p / kPage];
    return memory + page * pages.page_numbers + p % kPage * pages.padded;
  };
  float total_most = kNothing;
  float total_sum = 0;
  float values[kMaxSize / kWarp];
  FOOTNOTE_UNROLL
  for (int i = 0; i < kMaxSize / kWarp; ++i) values[i] = 0;
  // 32 positions at once, from a multiple of 32 on.
  for (int begin = first / kWarp * kWarp; begin < end; begin += kWarp) {
    const int p = begin + Lane();
    const bool seen = p >= first && p < end;
    float score = kNothing;
    if (seen) {
      const float* key = page_of(p);
      score = 0;
      for (int d = 0; d < size; ++d) score = Fma(q[d], key[d], score);
      score = Mul(score, arguments.scale);
    }
    const float most = WarpMax(score);
    const float weight = seen ? Exp2(score - most) : 0;
    const Shrink shrink =
        MergeScores(most, WarpSum(weight), &total_most, &total_sum);
    FOOTNOTE_UNROLL
    for (int i = 0; i < kMaxSize / kWarp; ++i) {
      values[i] = Mul(values[i], shrink.old_side);
    }
    for (int j = 0; j < kWarp; ++j) {
      const float w = Mul(ShuffleFrom(weight, j), shrink.new_side);
      if (begin + j < first || begin + j >= end) continue;
      const float* value = page_of(begin + j) + values_at;
      FOOTNOTE_UNROLL
      for (int i = 0; i < kMaxSize / kWarp; ++i) {
        const int d = i * kWarp + Lane();
        if (d < size) values[i] = Fma(w, value[d], values[i]);
      }
    }
  }
  if (task.partial < 0) {
    FOOTNOTE_UNROLL
    for (int i = 0; i < kMaxSize / kWarp; ++i) {
      const int d = i * kWarp + Lane();
      if (d < size) arguments.out[at + d] = Divide(values[i], total_sum);
    }
    return;
  }
  float* partial = PartialAt(arguments.partials, task.partial, pages.kv_heads,
                             kv_head, chunks, chunk, pages.padded);
  partial[query] = total_most;
  partial[kAttendQueries + query] = total_sum;
  FOOTNOTE_UNROLL
  for (int i = 0; i < kMaxSize / kWarp; ++i) {
    const int d = i * kWarp + Lane();
    if (d < size) {
      partial[2 * kAttendQueries + query * pages.padded + d] = values[i];
    }
  }
}

}  // namespace

void AttendFloats(Stream* stream, const AttendTask* tasks, int count,
                  const AttendArguments& arguments) {
  const int kv_heads = arguments.pages.kv_heads;
  const int group = arguments.heads / kv_heads;
  const int chunks = (group + kAttendQueries - 1) / kAttendQueries;
  Launch(stream, FloatKernel, {count, kv_heads * chunks}, kThreads, 0, tasks,
         arguments);
}

}  // namespace cuda
}  // namespace footnote
