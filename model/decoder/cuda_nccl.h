// Sums over several CUDA devices by NCCL, NVIDIA's library, which is looked for
// when two devices or more are asked for and never before.
#ifndef FOOTNOTE_MODEL_DECODER_CUDA_NCCL_H_
#define FOOTNOTE_MODEL_DECODER_CUDA_NCCL_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "kernels/cuda/runtime.h"

namespace footnote {

// One thread at a time.
class Nccl {
 public:
  // For the first `devices` devices. `path` names the library; empty:
  // FOOTNOTE_NCCL, else libnccl.so.2 wherever the system finds it.
  //   Unavailable  it is not there, older than 2.10, or lacks a function
  //   Internal     what NCCL said when it began
  static absl::StatusOr<std::unique_ptr<Nccl>> Open(const std::string& path,
                                                    int devices);
  ~Nccl();
  Nccl(const Nccl&) = delete;
  Nccl& operator=(const Nccl&) = delete;

  // floats[d][i], of device d, becomes the sum over the devices; on their
  // streams, without waiting. Internal: what NCCL said.
  absl::Status Sum(absl::Span<float* const> floats, size_t count,
                   absl::Span<cuda::Stream* const> streams);

  int version() const { return version_; }  // 22107 is 2.21.7

 private:
  struct Functions;

  Nccl() = default;
  absl::Status Check(int result, const char* what) const;

  void* library_ = nullptr;
  std::unique_ptr<Functions> functions_;
  int version_ = 0;
  std::vector<void*> communicators_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_CUDA_NCCL_H_
