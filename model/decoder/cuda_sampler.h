// The next tokens, chosen on a CUDA device (kernels/cuda/sample.h).
#ifndef FOOTNOTE_MODEL_DECODER_CUDA_SAMPLER_H_
#define FOOTNOTE_MODEL_DECODER_CUDA_SAMPLER_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "model/decoder/cuda_memory.h"
#include "model/decoder/cuda_queue.h"
#include "model/decoder/device.h"

namespace footnote {

// One thread at a time. Its promises are Device's. Throws std::bad_alloc when
// the device has no more memory.
class CudaSampler {
 public:
  // `queue` outlives it.
  explicit CudaSampler(CudaQueue* queue) : queue_(queue) {}

  int OpenTally(int vocabulary, absl::Span<const int32_t> prompt,
                absl::Span<const int32_t> answer);
  void CloseTally(int tally) { free_.push_back(tally); }
  std::vector<Chosen> Choose(absl::Span<const Choice> choices, int vocabulary,
                             const float* logits);

 private:
  CudaQueue* queue_;
  std::vector<CudaMemory> tallies_;  // of vocabulary numbers each
  std::vector<int> free_;            // of tallies_
  CudaMemory changed_;               // logits after penalties and masks
  CudaMemory sampled_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_CUDA_SAMPLER_H_
