// Products of rows and weights of 8 bits: the twin of kernels/gemm_int8.h, bit
// for bit. Sums of integers are exact on a tensor core; the floats are not
// fused.
//
//   c[i][j] = bias[j] + sum over segments s of
//             (a's sum of products, as a float) * a_scale * w_scale
//
// A block has 128 rows and 128 columns, 64 inputs at a time, in three stages of
// shared memory; a warp 32 rows and 64 columns. Bytes: each row once for every
// 128 columns, each weight once for every 128 rows. Not measured, never run on
// a device.
#ifndef FOOTNOTE_KERNELS_CUDA_GEMM_INT8_H_
#define FOOTNOTE_KERNELS_CUDA_GEMM_INT8_H_

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

// All in device memory. Zero stands for 0.0 (on the processor 128 does).
struct Int8Rows {
  const int8_t* a = nullptr;
  int rows = 0;
  size_t stride = 0;        // bytes from one row to the next
  size_t segment_step = 0;  // bytes from one segment of a row to its next
  // Segment s of row i has scale[i * scale_stride + s * scale_step].
  const float* scale = nullptr;
  size_t scale_stride = 0;
  size_t scale_step = 0;
};

struct Int8Weights {
  int columns = 0;
  int segments = 0;
  int inputs = 0;                // of one segment
  const int8_t* w = nullptr;     // [segment][column][input]
  const float* scale = nullptr;  // [segment][column]
};

// c[i] is at c + i * c_stride; `bias` may be null (0).
// REQUIRES: inputs is a multiple of 64; a, w and all steps in bytes are
// multiples of 16.
void GemmInt8(Stream* stream, const Int8Rows& a, const Int8Weights& w,
              const float* bias, float* c, size_t c_stride);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_GEMM_INT8_H_
