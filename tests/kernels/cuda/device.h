// What tests of kernels/cuda share, on the emulator and on a device.
#ifndef FOOTNOTE_TESTS_KERNELS_CUDA_DEVICE_H_
#define FOOTNOTE_TESTS_KERNELS_CUDA_DEVICE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kernels/cuda/layout.h"
#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

// The stream of all tests.
Stream* TheStream();

// Fails the test when something went wrong on the stream.
void ExpectFinished();

// Device memory with numbers in it.
template <typename T>
class Buffer {
 public:
  explicit Buffer(const std::vector<T>& values) : Buffer(values.size()) {
    CopyIn(TheStream(), data_, values.data(), count_ * sizeof(T));
    ExpectFinished();
  }
  // Of `count` numbers, whatever they are.
  explicit Buffer(size_t count)
      : count_(count), data_(static_cast<T*>(Allocate(count * sizeof(T)))) {}
  ~Buffer() { Free(data_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  T* get() const { return data_; }
  std::vector<T> Read() const {
    std::vector<T> values(count_);
    CopyOut(TheStream(), values.data(), data_, count_ * sizeof(T));
    ExpectFinished();
    return values;
  }

 private:
  size_t count_;
  T* data_;
};

// Whether this device can run products by wgmma, and whether it is an emulator,
// on which they have the bits of the others.
bool HasWide();
bool IsEmulated();

// Calls `test` once on a device; under the emulator with the threads in their
// order and in the opposite one, which a kernel must not show.
void InBothOrders(const std::function<void()>& test);

std::vector<float> RandomFloats(size_t count, uint32_t seed);

// x as the tensor cores read it with one part.
float RoundedToBf16(float x);

// Prepared activations and the memory that they are in.
class PreparedRows {
 public:
  PreparedRows(const std::vector<float>& x, int tokens, int columns, int parts);
  // Memory only.
  PreparedRows(int tokens, int columns, int parts);
  const Prepared& get() const { return prepared_; }
  const float* floats() const { return floats_.get(); }
  // What the fragments say, all parts together.
  std::vector<float> Read() const;

 private:
  Buffer<float> floats_;
  Buffer<uint16_t> fragments_;
  Buffer<float> sums_;
  Buffer<uint16_t> wide_;
  Prepared prepared_;
};

// A packed matrix in device memory.
class PackedMatrix {
 public:
  PackedMatrix(WeightKind kind, QuantType type, const void* bytes, int rows,
               int columns);
  PackedMatrix(WeightKind kind, const std::vector<float>& w, int rows,
               int columns);
  const DeviceMatrix& get() const { return matrix_; }
  float At(int row, int column) const;

 private:
  std::vector<char> host_weights_;
  std::vector<char> host_scales_;
  Buffer<char> weights_;
  Buffer<char> scales_;
  DeviceMatrix matrix_;
};

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_TESTS_KERNELS_CUDA_DEVICE_H_
