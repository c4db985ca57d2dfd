#include <algorithm>

#include "kernels/cuda/attend.h"

namespace footnote {
namespace cuda {
namespace {

// Sequences of fewer rows are spread over warps.
constexpr int kSpreadRows = 16;

}  // namespace

void PlanAttention(const AttendSequence* sequences, int count, int window,
                   int group, AttendPlan* plan) {
  plan->spread.clear();
  plan->solo.clear();
  plan->merges.clear();
  plan->partials = 0;
  const int step = TaskRows(group);
  for (int i = 0; i < count; ++i) {
    const AttendSequence& sequence = sequences[i];
    const bool is_spread = sequence.rows < kSpreadRows;
    std::vector<AttendTask> firsts;  // the first split of each, of a solo
    for (int row = 0; row < sequence.rows; row += step) {
      AttendTask task;
      task.first_row = sequence.first_row + row;
      task.rows = std::min(step, sequence.rows - row);
      task.position = sequence.position + row;
      task.pages_at = sequence.pages_at;
      task.page_count = sequence.page_count;
      const int first =
          window == 0 ? 0 : std::max(0, task.position - window + 1);
      const int last = task.position + task.rows - 1;
      const int begin = first / kAttendSplit;
      const int splits = last / kAttendSplit - begin + 1;
      if (splits > 1) {
        plan->merges.push_back(
            {task.first_row, task.rows, plan->partials, splits});
      }
      task.split = begin;
      task.partial = splits > 1 ? plan->partials : -1;
      if (splits > 1) plan->partials += splits;
      if (!is_spread) {
        firsts.push_back(task);
        continue;
      }
      for (int split = 0; split < splits; ++split) {
        plan->spread.push_back(task);
        ++task.split;
        if (splits > 1) ++task.partial;
      }
    }
    // Neighbours have the same split: the warps of a block then read the same
    // keys and values.
    const int last = (sequence.position + sequence.rows - 1) / kAttendSplit;
    for (int split = 0; split <= last; ++split) {
      for (AttendTask task : firsts) {
        const int end = (task.position + task.rows - 1) / kAttendSplit;
        if (split < task.split || split > end) continue;
        if (task.partial >= 0) task.partial += split - task.split;
        task.split = split;
        plan->solo.push_back(task);
      }
    }
  }
}

}  // namespace cuda
}  // namespace footnote
