#include "model/decoder/cuda_memory.h"

#include <algorithm>
#include <new>
#include <utility>

#include "kernels/cuda/runtime.h"
#include "model/decoder/cuda_queue.h"

namespace footnote {

CudaMemory::CudaMemory(size_t bytes) : memory_(cuda::Allocate(bytes)) {
  if (memory_ != nullptr) bytes_ = bytes;
}

CudaMemory::~CudaMemory() {
  if (memory_ != nullptr) cuda::Free(memory_);
}

CudaMemory::CudaMemory(CudaMemory&& other) noexcept
    : memory_(std::exchange(other.memory_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)) {}

CudaMemory& CudaMemory::operator=(CudaMemory&& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

void CudaMemory::Grow(size_t bytes, CudaQueue* queue) {
  if (bytes <= bytes_) return;
  queue->Finish();
  queue->ForgetGraphs();
  bytes = std::max(bytes, bytes_ + bytes_ / 2);
  // The old place first: there may not be room for both.
  { const CudaMemory old = std::move(*this); }
  *this = CudaMemory(bytes);
  if (is_null()) throw std::bad_alloc();
}

}  // namespace footnote
