#include "kernels/transformer.h"

#include "kernels/dispatch.h"

namespace footnote {

extern const TransformerKernels kTransformerKernelsScalar;
#if defined(__x86_64__)
extern const TransformerKernels kTransformerKernelsAvx2;
extern const TransformerKernels kTransformerKernelsAvx512;
#endif

namespace {

const TransformerKernels& Active() {
  static const TransformerKernels& kernels = TransformerKernelsFor(ActiveIsa());
  return kernels;
}

}  // namespace

const TransformerKernels& TransformerKernelsFor(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return kTransformerKernelsAvx512;
  if (isa == Isa::kAvx2) return kTransformerKernelsAvx2;
#endif
  (void)isa;
  return kTransformerKernelsScalar;
}

void RmsNorm(const float* x, const float* weight, float epsilon, size_t n,
             float* out) {
  Active().rms_norm(x, weight, epsilon, n, out);
}

void GateSilu(const float* gate, const float* up, size_t n, float* out) {
  Active().gate_silu(gate, up, n, out);
}

void GateGelu(const float* gate, const float* up, size_t n, float* out) {
  Active().gate_gelu(gate, up, n, out);
}

void RotateHeads(bool halves, size_t heads, size_t size, const float* cosines,
                 const float* sines, float* x) {
  Active().rotate_heads(halves, heads, size, cosines, sines, x);
}

void Attention(const AttentionBlock& block) { Active().attention(block); }

}  // namespace footnote
