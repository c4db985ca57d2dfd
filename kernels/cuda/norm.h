// Norms of rows, and what products read of them, in one pass.
//
// A row is one block's: its sums run in one order, whatever the other rows
// are. `out` and `prepared` may each be left out (null, null fragments); `out`
// may be `x`.
//
// Bytes moved: 4 (x, from the second pass on in cache) + 4 (out) + 2 or 6
// (prepared) a number. Not measured on a device.
#ifndef FOOTNOTE_KERNELS_CUDA_NORM_H_
#define FOOTNOTE_KERNELS_CUDA_NORM_H_

#include "kernels/cuda/layout.h"
#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

// out[r][i] = (x[r][i] - mean) / sqrt(variance + epsilon) * weight[i], or,
// without `centre`, x[r][i] / sqrt(mean of squares + epsilon) * weight[i].
void NormRows(Stream* stream, bool centre, const float* x, const float* weight,
              float epsilon, int rows, int n, float* out,
              const Prepared& prepared);

// Prepares rows that are no norms.
void PrepareRows(Stream* stream, const float* x, int rows, int n,
                 const Prepared& prepared);

// RMS norms of every head of `size` numbers of the rows, in place.
void NormHeads(Stream* stream, const float* weight, float epsilon, int heads,
               int size, float* x);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_NORM_H_
