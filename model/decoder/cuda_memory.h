// Memory of a CUDA device that goes with its owner.
#ifndef FOOTNOTE_MODEL_DECODER_CUDA_MEMORY_H_
#define FOOTNOTE_MODEL_DECODER_CUDA_MEMORY_H_

#include <cstddef>

namespace footnote {

class CudaQueue;

class CudaMemory {
 public:
  CudaMemory() = default;
  // Not cleared; is_null() when the device has not so much.
  explicit CudaMemory(size_t bytes);
  ~CudaMemory();
  CudaMemory(CudaMemory&& other) noexcept;
  CudaMemory& operator=(CudaMemory&& other) noexcept;

  bool is_null() const { return memory_ == nullptr; }
  size_t bytes() const { return bytes_; }

  template <typename T>
  T* As() const {
    return static_cast<T*>(memory_);
  }

  // At least `bytes` from now on. Where that wants another place, what was put
  // down in `queue` runs first, its graphs are forgotten, and the old numbers
  // are lost. Throws std::bad_alloc when the device has not so much.
  void Grow(size_t bytes, CudaQueue* queue);

 private:
  void* memory_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_CUDA_MEMORY_H_
