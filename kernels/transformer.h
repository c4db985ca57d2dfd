// What a decoder does beside its products with weights: norms, rotation,
// gates, attention.
//
// Every function is pure, safe from many threads, takes any alignment and
// finite numbers. AVX2 and AVX-512 give the same bits: sums run in 16 lanes
// that are added up in one order; scalar differs by rounding, because it does
// not fuse a product and a sum. What comes out for a row does not depend on
// the rows beside it.
#ifndef FOOTNOTE_KERNELS_TRANSFORMER_H_
#define FOOTNOTE_KERNELS_TRANSFORMER_H_

#include <cstddef>
#include <cstdint>

namespace footnote {

enum class Isa;

// out[i] = x[i] / sqrt(mean of squares + epsilon) * weight[i]. `out` may be
// `x`.
void RmsNorm(const float* x, const float* weight, float epsilon, size_t n,
             float* out);

// out[i] = gate[i] / (1 + exp(-gate[i])) * up[i]. `out` may be either.
void GateSilu(const float* gate, const float* up, size_t n, float* out);

// The same with GELU in its tanh form.
void GateGelu(const float* gate, const float* up, size_t n, float* out);

// Turns pair i of each of `heads` heads of `size` numbers by an angle with
// cosine cosines[i] and sine sines[i]. Pairs are (2i, 2i + 1), or with `halves`
// (i, i + size / 2). REQUIRES: size is even.
void RotateHeads(bool halves, size_t heads, size_t size, const float* cosines,
                 const float* sines, float* x);

// Positions of a page of keys or values.
inline constexpr size_t kPagePositions = 16;

// Attention of neighbouring positions of one sequence, for heads that share
// their keys and values. Page p holds positions 16 p to 16 p + 15: keys as
// [size][16], values as [16][size].
struct AttentionBlock {
  size_t size;      // of a head, at most 512
  size_t rows;      // positions, from `position` on
  size_t heads;     // that share the keys
  size_t position;  // of row 0
  size_t window;    // how many positions a row sees, its own included; 0: all
  float scale;      // of the scores
  const float* q;   // head h of row r: q + r * q_stride + h * size
  size_t q_stride;
  // By page, from page 0. Those that no row sees are not looked at.
  const float* const* keys;
  const float* const* values;
  float* out;  // as q
  size_t out_stride;
};

void Attention(const AttentionBlock& block);

// The same, one set per instruction set, for tests and measurements.
struct TransformerKernels {
  void (*rms_norm)(const float* x, const float* weight, float epsilon, size_t n,
                   float* out);
  void (*gate_silu)(const float* gate, const float* up, size_t n, float* out);
  void (*gate_gelu)(const float* gate, const float* up, size_t n, float* out);
  void (*rotate_heads)(bool halves, size_t heads, size_t size,
                       const float* cosines, const float* sines, float* x);
  void (*attention)(const AttentionBlock& block);
};

// REQUIRES: this machine can run `isa`.
const TransformerKernels& TransformerKernelsFor(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_TRANSFORMER_H_
