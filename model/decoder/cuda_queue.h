// Work for a CUDA device that is put down first and started together, as a
// graph when the same came before.
#ifndef FOOTNOTE_MODEL_DECODER_CUDA_QUEUE_H_
#define FOOTNOTE_MODEL_DECODER_CUDA_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <type_traits>
#include <vector>

#include "kernels/cuda/runtime.h"
#include "model/decoder/cuda_memory.h"

namespace footnote {

// Operations, for signatures.
enum class CudaOp : uint64_t {
  kFill,
  kEmbed,
  kNorm,
  kPrepare,
  kMultiply,
  kNormHeads,
  kAngles,
  kRotate,
  kAttend,
  kGate,
  kAdd,
  kScale,
  kGather,
  kMix,
  kSample,
};

// The next of 1, 2, 3, 4, 6, 8, 12, …: sizes that grow by one at a time then
// seldom make a new graph.
int SizeForGraphs(int count);

// What an operation is: its number and all that it was called with. Two
// operations of one signature launch the same kernels with the same arguments.
using Signature = std::vector<uint64_t>;

// One thread at a time.
class CudaQueue {
 public:
  // Throws std::bad_alloc when the device has no memory; Stage, too.
  explicit CudaQueue(bool graphs);
  ~CudaQueue();
  CudaQueue(const CudaQueue&) = delete;
  CudaQueue& operator=(const CudaQueue&) = delete;

  // Puts down `work`; `values` are all the plain values that it uses.
  template <typename... Values>
  void Put(std::function<void(cuda::Stream*)> work, const Values&... values) {
    (Sign(values), ...);
    work_.push_back(std::move(work));
  }

  // One more value that the work put down last uses.
  template <typename T>
  void Sign(const T& value) {
    static_assert(std::is_trivially_copyable<T>::value, "plain values only");
    uint64_t words[(sizeof(T) + 7) / 8] = {};
    std::memcpy(words, &value, sizeof(T));
    signature_.insert(signature_.end(), std::begin(words), std::end(words));
  }

  // Copies `bytes` to where the device will find them when the work that is put
  // down next runs; room for `room` >= bytes. Where that is depends on the
  // sizes of what was staged since NewStep alone.
  void* Stage(const void* data, size_t bytes, size_t room);
  // The same of `values`, with room for `room` of them.
  template <typename T>
  const T* StageAll(const std::vector<T>& values, int room) {
    return static_cast<const T*>(
        Stage(values.data(), values.size() * sizeof(T), room * sizeof(T)));
  }

  // What was staged before may be overwritten.
  void NewStep();

  // Starts all that was put down.
  void Flush();
  // And waits for it.
  void Finish();
  void Read(const void* device, void* host, size_t bytes);
  // Before anything that was put down may be given back: pointers in graphs
  // would be wrong.
  void ForgetGraphs();

  // For what is put on it beside this; Flush first.
  cuda::Stream* stream() const { return stream_; }

  struct Stats {
    size_t started = 0;  // in pieces, a kernel at a time
    size_t recorded = 0;
    size_t replayed = 0;
  };
  const Stats& stats() const { return stats_; }

 private:
  struct Known {
    int times = 0;
    cuda::Graph* graph = nullptr;
  };

  void RunWork();
  void Send();  // what is staged and not there yet
  // Moves what is staged to where `bytes` have room.
  void MakeRoom(size_t bytes);

  bool graphs_;
  cuda::Stream* stream_ = nullptr;
  std::vector<std::function<void(cuda::Stream*)>> work_;
  Signature signature_;
  std::map<Signature, Known> known_;
  size_t known_work_ = 0;  // operations of all of known_
  // Staged bytes, here and there.
  char* host_ = nullptr;
  CudaMemory device_;
  size_t room_ = 0;
  size_t used_ = 0;
  size_t sent_ = 0;
  std::vector<CudaMemory> retired_;  // of this step, too small since
  bool waits_ = false;  // something was started since the last Finish
  Stats stats_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_CUDA_QUEUE_H_
