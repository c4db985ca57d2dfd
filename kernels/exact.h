// What a decoder does beside its products with weights, in doubles: for models
// whose weights are floats, where exactness counts more than speed. Numbers are
// rounded to floats once, when they are stored.
//
// The functions are those of kernels/transformer.h by their names there. Pure,
// safe from many threads, any alignment, finite numbers. Every instruction set
// gives the same bits; what comes out for a row does not depend on the rows
// beside it.
#ifndef FOOTNOTE_KERNELS_EXACT_H_
#define FOOTNOTE_KERNELS_EXACT_H_

#include <cstddef>
#include <cstdint>

#include "kernels/transformer.h"

namespace footnote {

struct ExactKernels {
  void (*rms_norm)(const float* x, const float* weight, float epsilon, size_t n,
                   float* out);
  // out[i] = (x[i] - mean) / sqrt(variance + epsilon) * weight[i]. `out` may be
  // `x`.
  void (*mean_norm)(const float* x, const float* weight, float epsilon,
                    size_t n, float* out);
  void (*gate_silu)(const float* gate, const float* up, size_t n, float* out);
  void (*gate_gelu)(const float* gate, const float* up, size_t n, float* out);
  void (*rotate_heads)(bool halves, size_t heads, size_t size,
                       const float* cosines, const float* sines, float* x);
  void (*attention)(const AttentionBlock& block);
};

// Those of the instruction set in use.
const ExactKernels& Exact();

// REQUIRES: this machine can run `isa`.
const ExactKernels& ExactKernelsFor(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_EXACT_H_
