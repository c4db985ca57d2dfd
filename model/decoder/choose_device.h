// Which device a decoder computes on.
#ifndef FOOTNOTE_MODEL_DECODER_CHOOSE_DEVICE_H_
#define FOOTNOTE_MODEL_DECODER_CHOOSE_DEVICE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "model/decoder/device.h"

namespace footnote {

// `name`, or where it is empty the environment's FOOTNOTE_DEVICE:
//   cpu         `threads` threads of this machine; also when neither is set
//   cuda        the first CUDA device
//   cuda-fp8, cuda-int8, cuda-int4  likewise, with weights of floats rounded
//               when they are loaded
//   cuda-exact  likewise, products of floats: for comparisons
//   auto        cuda; without a device, or memory of it, the CPU, and the log
//               says why
// A name of cuda with :N after it, "cuda-int4:2": the first N devices together,
// each with its part of every matrix; more than one want NCCL
// (model/decoder/cuda_nccl.h).
// InvalidArgument for another name, Unavailable where cuda was asked for and
// there is none, or fewer, or no NCCL, ResourceExhausted where it has no
// memory.
absl::StatusOr<std::unique_ptr<Device>> ChooseDevice(const std::string& name,
                                                     int threads);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_CHOOSE_DEVICE_H_
