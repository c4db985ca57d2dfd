// A decoder's operations on an NVIDIA device (kernels/cuda).
#ifndef FOOTNOTE_MODEL_DECODER_DEVICE_CUDA_H_
#define FOOTNOTE_MODEL_DECODER_DEVICE_CUDA_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "model/decoder/device.h"

namespace footnote {

enum class CudaWeights {
  kAsTheyAre,
  // Weights of floats are rounded when they are loaded; others stay.
  kFp8,
  kInt8,
  kInt4,
};

struct CudaOptions {
  // Products of floats: activations in three parts of bfloat16, keys and values
  // as floats, weights that bfloat16 does not hold as floats. For comparison
  // with other programs; else activations, keys and values are bfloat16 and
  // sums are floats.
  bool exact = false;
  CudaWeights weights = CudaWeights::kAsTheyAre;
  // Prompts are multiplied by weights of bf16 and fp8 with wgmma, which the
  // device must have. Rows then have the same bits alone and in a prompt only
  // where ProveWgmma says so.
  bool wgmma = false;
  // Whether steps that come again run as graphs.
  bool graphs = true;
  // So many devices, the first ones, compute together
  // (model/decoder/device_parallel.h); more than one want NCCL.
  int devices = 1;
};

// Operations are put down and started together, at the latest when something is
// read: as one graph where the same operations with the same sizes came before,
// whatever the numbers are. Between two reads the host never waits for the
// device, and from the second step of a size on nothing is allocated.
// A row's result has the same bits in any batch.
//
// An error of the device after this is the end of the program: it says what
// the driver said.
//   Unavailable  "no CUDA device: …": no driver, no device, or built without
//                nvcc; fewer devices than asked for; "NCCL …": it is not there
//   ResourceExhausted  a device has no memory to begin with
absl::StatusOr<std::unique_ptr<Device>> MakeCudaDevice(
    const CudaOptions& options);

// True when the first device has wgmma and has just shown that its products
// have the bits of mma.sync's (kernels/cuda/prove.h). Else `*why` says what is
// wrong; nothing where it has none.
bool ProveWgmma(std::string* why);

// "NVIDIA H200, 132 multiprocessors, 139.8 GiB", or why there is none.
std::string CudaDeviceText();

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_DEVICE_CUDA_H_
