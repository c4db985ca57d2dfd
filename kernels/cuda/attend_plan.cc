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
    std::vector<AttendTask>* tasks =
        sequence.rows < kSpreadRows ? &plan->spread : &plan->solo;
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
      for (int split = 0; split < splits; ++split) {
        task.split = begin + split;
        task.partial = splits > 1 ? plan->partials++ : -1;
        tasks->push_back(task);
      }
    }
  }
}

}  // namespace cuda
}  // namespace footnote
