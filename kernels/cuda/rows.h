// Simple work on rows of floats. One pass each; a number is one thread's.
#ifndef FOOTNOTE_KERNELS_CUDA_ROWS_H_
#define FOOTNOTE_KERNELS_CUDA_ROWS_H_

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/layout.h"
#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

// x[r] = row ids[r] of a packed table, times scale.
void EmbedRows(Stream* stream, const DeviceMatrix& table, const int32_t* ids,
               int rows, float scale, float* x);

// out = activation(gate) * up, rows of n, SiLU or GELU in its tanh form, and
// what the next product reads of it. `out` may be `gate`; it and the fragments
// may be left out (null).
void GateRows(Stream* stream, bool gelu, const float* gate, const float* up,
              int rows, int n, float* out, const Prepared& prepared);

// x += y.
void AddNumbers(Stream* stream, const float* y, size_t count, float* x);

// x *= factor; 0 makes zeros of anything.
void ScaleNumbers(Stream* stream, float factor, size_t count, float* x);

// out[i] = x[rows[i]].
void GatherRows(Stream* stream, const float* x, const int32_t* rows, int count,
                int n, float* out);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_ROWS_H_
