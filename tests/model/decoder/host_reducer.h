// Ranks that meet in the host's memory: the definition of a Reducer's sum.
#ifndef FOOTNOTE_TESTS_MODEL_DECODER_HOST_REDUCER_H_
#define FOOTNOTE_TESTS_MODEL_DECODER_HOST_REDUCER_H_

#include <utility>
#include <vector>

#include "model/decoder/device_parallel.h"

namespace footnote {

class HostReducer : public Reducer {
 public:
  explicit HostReducer(std::vector<Device*> ranks) : ranks_(std::move(ranks)) {}

  void Sum(absl::Span<float* const> floats, size_t count) override {
    std::vector<float> sum(count, 0);
    std::vector<float> mine(count);
    for (size_t r = 0; r < ranks_.size(); ++r) {
      ranks_[r]->Read(floats[r], count, mine.data());
      for (size_t i = 0; i < count; ++i) sum[i] += mine[i];
    }
    for (size_t r = 0; r < ranks_.size(); ++r) {
      ranks_[r]->Write(sum.data(), count, floats[r]);
    }
    ++sums_;
  }

  int sums() const { return sums_; }

 private:
  std::vector<Device*> ranks_;
  int sums_ = 0;
};

// `count` CPU devices as one; `reducer` sees its sums, may be null.
inline std::unique_ptr<Device> CpuRanks(int count,
                                        HostReducer** reducer = nullptr) {
  std::vector<std::unique_ptr<Device>> ranks;
  std::vector<Device*> pointers;
  for (int r = 0; r < count; ++r) {
    ranks.push_back(MakeCpuDevice(1));
    pointers.push_back(ranks.back().get());
  }
  auto made = std::make_unique<HostReducer>(pointers);
  if (reducer != nullptr) *reducer = made.get();
  return MakeParallelDevice(std::move(ranks), std::move(made));
}

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_MODEL_DECODER_HOST_REDUCER_H_
