// Several devices that compute one model together: each has a part of every
// large matrix (tensor parallelism).
//
// Attention's heads and feed-forward rows are shared out: q, k, v, gate and up
// by their outputs, o and down by their inputs. What the latter give are parts
// of a sum, and there ranks wait for each other: twice a layer. All else
// (norms, residual, embedding, logits, routing) every rank computes for itself.
#ifndef FOOTNOTE_MODEL_DECODER_DEVICE_PARALLEL_H_
#define FOOTNOTE_MODEL_DECODER_DEVICE_PARALLEL_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "model/decoder/device.h"

namespace footnote {

// How ranks meet.
class Reducer {
 public:
  virtual ~Reducer() = default;
  // What follows is for rank `rank`: before any call of its device.
  virtual void Enter(int /*rank*/) {}
  // floats[r][i], of rank r's memory, becomes the sum over the ranks, the same
  // bits for all; after what their devices were told before.
  virtual void Sum(absl::Span<float* const> floats, size_t count) = 0;
};

// Devices of one kind; Read and Choose are the first one's, sums the reducer's.
// Matrices that cannot be shared out evenly are refused by Upload
// (InvalidArgument), heads by MakePages. REQUIRES: two devices or more.
std::unique_ptr<Device> MakeParallelDevice(
    std::vector<std::unique_ptr<Device>> ranks,
    std::unique_ptr<Reducer> reducer);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_DEVICE_PARALLEL_H_
