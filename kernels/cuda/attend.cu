#include "kernels/cuda/attend.h"
#include "kernels/cuda/attend_arguments.h"
#include "kernels/cuda/attend_merge.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kThreads = 512;

// A block has the 16 queries of a task, of one kv head and chunk of heads.
FOOTNOTE_KERNEL(kThreads)
MergeKernel(const MergeTask* tasks, AttendArguments arguments) {
  LetNextStart();
  WaitForEarlier();
  const MergeTask task = tasks[BlockX()];
  const int kv_heads = arguments.pages.kv_heads;
  const int group = arguments.heads / kv_heads;
  const int chunks = (group + kAttendQueries - 1) / kAttendQueries;
  const int chunk = BlockY() % chunks;
  const int kv_head = BlockY() / chunks;
  const int padded = arguments.pages.padded;
  const int size = arguments.pages.size;
  const Queries queries = QueriesOf(task.rows, group, kv_head, chunk);
  for (int i = ThreadIndex(); i < queries.count * size; i += kThreads) {
    const int query = i / size;
    const int d = i % size;
    float most = kNothing;
    float sum = 0;
    float value = 0;
    for (int part = 0; part < task.count; ++part) {
      const float* partial =
          PartialAt(arguments.partials, task.partial + part, kv_heads, kv_head,
                    chunks, chunk, padded);
      const Shrink shrink = MergeScores(
          partial[query], partial[kAttendQueries + query], &most, &sum);
      value = MergeValue(
          shrink, partial[2 * kAttendQueries + query * padded + d], value);
    }
    arguments.out[(size_t{1} * (task.first_row + queries.Row(query)) *
                       arguments.heads +
                   queries.Head(query)) *
                      size +
                  d] = Divide(value, sum);
  }
}

}  // namespace

void Attend(Stream* stream, const AttendWork& work, const Pages& pages,
            int place, int window, float scale, int heads, const float* q,
            float* out) {
  AttendArguments arguments;
  arguments.pages = pages;
  arguments.layer_at =
      size_t{2} * place * pages.kv_heads * pages.padded * kPage;
  arguments.window = window;
  arguments.scale = scale * kLog2E;
  arguments.heads = heads;
  arguments.page_list = work.page_list;
  arguments.partials = work.partials;
  arguments.q = q;
  arguments.out = out;
  if (pages.is_float) {
    AttendFloats(stream, work.spread, work.spread_count, arguments);
    AttendFloats(stream, work.solo, work.solo_count, arguments);
  } else {
    AttendTiles(stream, true, work.spread, work.spread_count, arguments);
    AttendTiles(stream, false, work.solo, work.solo_count, arguments);
  }
  const int group = heads / pages.kv_heads;
  const int chunks = (group + kAttendQueries - 1) / kAttendQueries;
  LaunchEarly(stream, MergeKernel, {work.merge_count, pages.kv_heads * chunks},
              kThreads, 0, work.merges, arguments);
}

}  // namespace cuda
}  // namespace footnote
