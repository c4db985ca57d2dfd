#include "model/decoder/cuda_attention.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace footnote {

void CudaAttention::SetAngles(int set, absl::Span<const float> frequencies,
                              absl::Span<const int> positions) {
  Settle();
  if (set == 0) {
    // The first of a step: what attention knew is of the last.
    queue_->NewStep();
    for (Plan& plan : plans_) plan.is_made = false;
  }
  const int rows = static_cast<int>(positions.size());
  const int pairs = static_cast<int>(frequencies.size());
  Angles& angles = angles_[set];
  angles.cosines.Grow(sizeof(float) * rows * pairs, queue_);
  angles.sines.Grow(sizeof(float) * rows * pairs, queue_);
  const auto* staged = static_cast<const float*>(queue_->Stage(
      frequencies.data(), pairs * sizeof(float), pairs * sizeof(float)));
  const auto* staged_positions = static_cast<const int32_t*>(queue_->Stage(
      positions.data(), rows * sizeof(int32_t), rows * sizeof(int32_t)));
  float* cosines = angles.cosines.As<float>();
  float* sines = angles.sines.As<float>();
  queue_->Put(
      [=](cuda::Stream* s) {
        cuda::MakeAngles(s, staged, pairs, staged_positions, rows, cosines,
                         sines);
      },
      CudaOp::kAngles, staged, pairs, staged_positions, rows, cosines, sines);
}

void CudaAttention::Rotate(int set, RopePairing pairing, float* x, int rows,
                           int heads, int n) {
  waiting_.push_back({set, pairing == RopePairing::kHalves, x, rows, heads, n});
}

cuda::Rotation CudaAttention::RotationOf(const Waiting& waiting) const {
  const Angles& angles = angles_.at(waiting.set);
  cuda::Rotation rotation;
  rotation.cosines = angles.cosines.As<float>();
  rotation.sines = angles.sines.As<float>();
  rotation.halves = waiting.halves;
  return rotation;
}

void CudaAttention::Settle() {
  for (const Waiting& waiting : waiting_) {
    // As queries whose keys go nowhere.
    const std::vector<int32_t> nowhere(waiting.rows, -1);
    const int32_t* row_pages = queue_->StageAll(nowhere, waiting.rows);
    const cuda::Rotation rotation = RotationOf(waiting);
    cuda::Pages pages;
    pages.size = waiting.size;
    queue_->Put(
        [=](cuda::Stream* s) {
          cuda::RotateAndStore(s, rotation, pages, 0, row_pages, row_pages,
                               waiting.rows, waiting.heads, waiting.x, nullptr,
                               nullptr);
        },
        CudaOp::kRotate, rotation.cosines, rotation.halves, row_pages,
        waiting.x, waiting.rows, waiting.heads, waiting.size);
  }
  waiting_.clear();
}

absl::Status CudaAttention::MakePages(const KvShape& shape,
                                      absl::Span<const int> pages) {
  queue_->Finish();
  queue_->ForgetGraphs();
  pages_.clear();
  memory_.clear();
  shape_ = shape;
  plans_.assign(pages.size(), {});
  const int padded =
      exact_ ? shape.head_size : cuda::PaddedHead(shape.head_size);
  if (padded == 0 || padded > 512 || shape.head_size % 2 != 0) {
    return absl::UnimplementedError(absl::StrCat(
        "attention on a CUDA device with heads of ", shape.head_size,
        ", want an even size of at most ", exact_ ? 512 : 256));
  }
  for (size_t kind = 0; kind < pages.size(); ++kind) {
    cuda::Pages made;
    made.page_numbers =
        cuda::PageNumbers(shape.layers_of_kind[kind], shape.kv_heads, padded);
    made.kv_heads = shape.kv_heads;
    made.size = shape.head_size;
    made.padded = padded;
    made.is_float = exact_;
    const size_t bytes = made.page_numbers * std::max(1, pages[kind]) *
                         (exact_ ? sizeof(float) : 2);
    CudaMemory memory(bytes);
    if (memory.is_null()) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "no device memory for ", pages[kind], " pages, ", bytes, " bytes"));
    }
    made.memory = memory.As<void>();
    memory_.push_back(std::move(memory));
    pages_.push_back(made);
    queue_->Put([=](cuda::Stream* s) { cuda::Fill(s, made.memory, 0, bytes); },
                CudaOp::kFill, made.memory, bytes);
  }
  queue_->Finish();
  return absl::OkStatus();
}

void CudaAttention::ClearPages(int kind, absl::Span<const int32_t> pages) {
  // Beside the queue: no two calls are alike, so there is no graph in it.
  queue_->Flush();
  const cuda::Pages& all = pages_[kind];
  const size_t bytes = all.page_numbers * (all.is_float ? sizeof(float) : 2);
  for (const int32_t page : pages) {
    cuda::Fill(queue_->stream(), static_cast<char*>(all.memory) + bytes * page,
               0, bytes);
  }
}

const CudaAttention::Plan& CudaAttention::PlanOf(
    int kind, absl::Span<const SequenceRows> sequences, int heads) {
  Plan& plan = plans_[kind];
  if (plan.is_made) return plan;
  std::vector<int32_t> positions;
  std::vector<int32_t> row_pages;
  std::vector<int32_t> page_list;
  std::vector<cuda::AttendSequence> all;
  for (const SequenceRows& sequence : sequences) {
    const int count = (sequence.position + sequence.rows - 1) / cuda::kPage + 1;
    const int32_t* pages = sequence.pages[kind];
    all.push_back({sequence.first_row, sequence.rows, sequence.position,
                   static_cast<int>(page_list.size()), count});
    page_list.insert(page_list.end(), pages, pages + count);
    positions.resize(sequence.first_row + sequence.rows);
    row_pages.resize(positions.size());
    for (int r = 0; r < sequence.rows; ++r) {
      const int position = sequence.position + r;
      positions[sequence.first_row + r] = position;
      row_pages[sequence.first_row + r] = pages[position / cuda::kPage];
    }
  }
  cuda::PlanAttention(all.data(), static_cast<int>(all.size()),
                      shape_.windows[kind], heads / shape_.kv_heads, &plan_);
  const auto fill = [](auto* tasks) {
    tasks->resize(tasks->empty() ? 0 : SizeForGraphs(tasks->size()));
    return static_cast<int>(tasks->size());
  };
  plan.work.spread_count = fill(&plan_.spread);
  plan.work.solo_count = fill(&plan_.solo);
  plan.work.merge_count = fill(&plan_.merges);
  partials_.Grow(sizeof(float) * cuda::PartialFloats(
                                     SizeForGraphs(plan_.partials + 1), heads,
                                     shape_.kv_heads, pages_[kind].padded),
                 queue_);
  plan.rows = static_cast<int>(positions.size());
  plan.positions = queue_->StageAll(positions, plan.rows);
  plan.row_pages = queue_->StageAll(row_pages, plan.rows);
  plan.work.page_list =
      queue_->StageAll(page_list, SizeForGraphs(page_list.size()));
  plan.work.spread = queue_->StageAll(plan_.spread, plan.work.spread_count);
  plan.work.solo = queue_->StageAll(plan_.solo, plan.work.solo_count);
  plan.work.merges = queue_->StageAll(plan_.merges, plan.work.merge_count);
  plan.is_made = true;
  return plan;
}

void CudaAttention::Attend(int layer, absl::Span<const SequenceRows> sequences,
                           int heads, float scale, const float* q,
                           const float* k, const float* v, float* out) {
  const KvShape::Layer& where = shape_.layers[layer];
  const int place = where.place;
  const cuda::Pages pages = pages_[where.kind];
  const int window = shape_.windows[where.kind];
  cuda::Rotation rotation;
  float* queries = const_cast<float*>(q);
  if (waiting_.size() == 2 && waiting_[0].x == q && waiting_[1].x == k &&
      waiting_[0].set == waiting_[1].set) {
    rotation = RotationOf(waiting_[0]);
    waiting_.clear();
  } else {
    Settle();
  }
  const Plan& plan = PlanOf(where.kind, sequences, heads);
  cuda::AttendWork work = plan.work;
  work.partials = partials_.As<float>();
  const int32_t* positions = plan.positions;
  const int32_t* row_pages = plan.row_pages;
  const int rows = plan.rows;
  queue_->Put(
      [=](cuda::Stream* s) {
        cuda::RotateAndStore(s, rotation, pages, place, positions, row_pages,
                             rows, heads, queries, k, v);
        cuda::Attend(s, work, pages, place, window, scale, heads, queries, out);
      },
      CudaOp::kAttend, rotation.cosines, rotation.halves, pages.memory, place,
      positions, row_pages, rows, heads, q, k, v, window, scale, out,
      work.spread, work.spread_count, work.solo, work.solo_count, work.merges,
      work.merge_count, work.page_list, work.partials);
}

}  // namespace footnote
