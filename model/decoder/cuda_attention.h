// Rotations, pages of keys and values, and attention on a CUDA device
// (kernels/cuda/attend.h).
#ifndef FOOTNOTE_MODEL_DECODER_CUDA_ATTENTION_H_
#define FOOTNOTE_MODEL_DECODER_CUDA_ATTENTION_H_

#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "kernels/cuda/attend.h"
#include "model/decoder/cuda_memory.h"
#include "model/decoder/cuda_queue.h"
#include "model/decoder/device.h"

namespace footnote {

// One thread at a time. Its promises are Device's. Throws std::bad_alloc when
// the device has no more memory.
class CudaAttention {
 public:
  // Keys and values are floats where `exact`, else bfloat16. `queue` outlives
  // it.
  CudaAttention(bool exact, CudaQueue* queue) : exact_(exact), queue_(queue) {}

  // Set 0 begins a step.
  void SetAngles(int set, absl::Span<const float> frequencies,
                 absl::Span<const int> positions);
  // Waits for the Attend that takes it along, or for Settle.
  void Rotate(int set, RopePairing pairing, float* x, int rows, int heads,
              int n);
  // Puts down the rotations that no Attend took: before anything else is.
  void Settle();

  // Unimplemented: heads of a size that no kernel takes. ResourceExhausted: no
  // device memory.
  absl::Status MakePages(const KvShape& shape, absl::Span<const int> pages);
  void ClearPages(int kind, absl::Span<const int32_t> pages);
  void Attend(int layer, absl::Span<const SequenceRows> sequences, int heads,
              float scale, const float* q, const float* k, const float* v,
              float* out);

 private:
  struct Angles {
    CudaMemory cosines;
    CudaMemory sines;
  };
  struct Waiting {
    int set;
    bool halves;
    float* x;
    int rows;
    int heads;
    int size;
  };
  // What attention of a step needs of one kind of page, in device memory.
  struct Plan {
    bool is_made = false;
    const int32_t* positions = nullptr;
    const int32_t* row_pages = nullptr;
    int rows = 0;
    cuda::AttendWork work;
  };

  cuda::Rotation RotationOf(const Waiting& waiting) const;
  const Plan& PlanOf(int kind, absl::Span<const SequenceRows> sequences,
                     int heads);

  bool exact_;
  CudaQueue* queue_;
  std::map<int, Angles> angles_;  // by set
  std::vector<Waiting> waiting_;
  KvShape shape_;
  // By kind.
  std::vector<CudaMemory> memory_;
  std::vector<cuda::Pages> pages_;  // in memory_
  std::vector<Plan> plans_;
  CudaMemory partials_;
  cuda::AttendPlan plan_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_CUDA_ATTENTION_H_
