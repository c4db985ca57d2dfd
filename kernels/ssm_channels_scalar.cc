#include "kernels/ssm_channels.h"

namespace footnote {

extern const SsmChannelKernels kSsmChannelKernelsScalar;

namespace {

using Vector = float;
constexpr size_t kWidth = 1;

inline Vector Load(const float* p) { return *p; }
inline Vector Fill(float x) { return x; }
inline void Store(float* p, Vector v) { *p = v; }
inline Vector Add(Vector a, Vector b) { return a + b; }
inline Vector Subtract(Vector a, Vector b) { return a - b; }
inline Vector Multiply(Vector a, Vector b) { return a * b; }
inline Vector Lesser(Vector a, Vector b) { return a < b ? a : b; }
// `a` where x < y, `b` elsewhere.
inline Vector WhereLess(Vector x, Vector y, Vector a, Vector b) {
  return x < y ? a : b;
}

#include "kernels/ssm_channels.inc"

}  // namespace

const SsmChannelKernels kSsmChannelKernelsScalar = {StepBlock};

}  // namespace footnote
