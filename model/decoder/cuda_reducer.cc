#include "model/decoder/cuda_reducer.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/status/status.h"

namespace footnote {
namespace {

class NcclReducer : public Reducer {
 public:
  NcclReducer(std::unique_ptr<Nccl> nccl, std::vector<CudaRank> ranks)
      : nccl_(std::move(nccl)), ranks_(std::move(ranks)) {}

  void Enter(int rank) override { cuda::UseDevice(rank); }

  void Sum(absl::Span<float* const> floats, size_t count) override {
    std::vector<cuda::Stream*> streams;
    for (size_t r = 0; r < ranks_.size(); ++r) {
      Enter(static_cast<int>(r));
      ranks_[r].device->Begin();
      streams.push_back(ranks_[r].stream);
    }
    const absl::Status status = nccl_->Sum(floats, count, streams);
    if (status.ok()) return;
    // No answer may be made of what is there.
    std::fprintf(stderr, "CUDA devices: %s\n",
                 std::string(status.message()).c_str());
    std::abort();
  }

 private:
  std::unique_ptr<Nccl> nccl_;
  std::vector<CudaRank> ranks_;
};

}  // namespace

std::unique_ptr<Reducer> MakeNcclReducer(std::unique_ptr<Nccl> nccl,
                                         std::vector<CudaRank> ranks) {
  return std::make_unique<NcclReducer>(std::move(nccl), std::move(ranks));
}

}  // namespace footnote
