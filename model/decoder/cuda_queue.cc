#include "model/decoder/cuda_queue.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

namespace footnote {
namespace {

constexpr size_t kFirstRoom = size_t{1} << 20;
constexpr size_t kAlign = 256;
// Sizes that come once (parts of prompts) are not worth a graph.
constexpr int kTimesBeforeGraph = 1;
// Operations in graphs at most, of some hundred steps; a step of several
// devices is many graphs.
constexpr size_t kMostKnown = size_t{1} << 17;

}  // namespace

int SizeForGraphs(int count) {
  int power = 1;
  while (power < count) power *= 2;
  return count <= power / 4 * 3 ? power / 4 * 3 : power;
}

CudaQueue::CudaQueue(bool graphs) : graphs_(graphs) {
  MakeRoom(kFirstRoom);
  stream_ = cuda::MakeStream();
}

CudaQueue::~CudaQueue() {
  Finish();
  ForgetGraphs();
  cuda::FreeHost(host_);
  cuda::DeleteStream(stream_);
}

void CudaQueue::MakeRoom(size_t bytes) {
  char* host = static_cast<char*>(cuda::AllocateHost(bytes));
  CudaMemory device(bytes);
  if (host == nullptr || device.is_null()) {
    cuda::FreeHost(host);
    throw std::bad_alloc();
  }
  if (used_ > 0) std::memcpy(host, host_, used_);
  cuda::FreeHost(std::exchange(host_, host));
  // Operations of this step still read what was staged for the others.
  retired_.push_back(std::exchange(device_, std::move(device)));
  room_ = bytes;
}

void* CudaQueue::Stage(const void* data, size_t bytes, size_t room) {
  room = (std::max<size_t>(room, 1) + kAlign - 1) / kAlign * kAlign;
  if (used_ + room > room_) {
    // What is staged stays valid for what was put down, so that runs first.
    Send();
    waits_ = true;
    Finish();
    ForgetGraphs();
    MakeRoom(std::max(room_ * 2, used_ + room));
  }
  if (bytes > 0) std::memcpy(host_ + used_, data, bytes);
  void* there = device_.As<char>() + used_;
  used_ += room;
  return there;
}

void CudaQueue::NewStep() {
  // The copy of what is overwritten next must have happened.
  Finish();
  retired_.clear();
  used_ = 0;
  sent_ = 0;
}

void CudaQueue::RunWork() {
  for (const auto& work : work_) work(stream_);
}

void CudaQueue::Send() {
  if (used_ == sent_) return;
  cuda::CopyIn(stream_, device_.As<char>() + sent_, host_ + sent_,
               used_ - sent_);
  sent_ = used_;
}

void CudaQueue::Flush() {
  if (work_.empty()) return;
  Send();
  waits_ = true;
  if (!graphs_) {
    RunWork();
    ++stats_.started;
  } else {
    if (known_work_ >= kMostKnown) ForgetGraphs();
    Known& known = known_[signature_];
    if (known.times == 0) known_work_ += work_.size();
    if (known.graph != nullptr) {
      cuda::RunGraph(stream_, known.graph);
      ++stats_.replayed;
    } else if (known.times >= kTimesBeforeGraph) {
      cuda::BeginGraph(stream_);
      RunWork();
      known.graph = cuda::EndGraph(stream_);
      if (known.graph != nullptr) {
        cuda::RunGraph(stream_, known.graph);
        ++stats_.recorded;
      } else {
        RunWork();
        ++stats_.started;
      }
    } else {
      ++known.times;
      RunWork();
      ++stats_.started;
    }
  }
  work_.clear();
  signature_.clear();
}

void CudaQueue::Finish() {
  Flush();
  if (!waits_) return;
  waits_ = false;
  const char* error = cuda::Finish(stream_);
  if (error == nullptr) return;
  // What the device holds is lost, and no answer may be made of it.
  std::fprintf(stderr, "CUDA device: %s\n", error);
  std::abort();
}

void CudaQueue::Read(const void* device, void* host, size_t bytes) {
  Flush();
  cuda::CopyOut(stream_, host, device, bytes);
  waits_ = true;
  Finish();
}

void CudaQueue::ForgetGraphs() {
  for (auto& [signature, known] : known_) cuda::DeleteGraph(known.graph);
  known_.clear();
  known_work_ = 0;
}

}  // namespace footnote
