// kernels/ssm_channels.h for AVX-512.
#include <immintrin.h>

#include "kernels/ssm_channels.h"

namespace footnote {

extern const SsmChannelKernels kSsmChannelKernelsAvx512;

namespace {

using Vector = __m512;
constexpr size_t kWidth = 16;

inline Vector Load(const float* p) { return _mm512_loadu_ps(p); }
inline Vector Fill(float x) { return _mm512_set1_ps(x); }
inline void Store(float* p, Vector v) { _mm512_storeu_ps(p, v); }
inline Vector Add(Vector a, Vector b) { return _mm512_add_ps(a, b); }
inline Vector Subtract(Vector a, Vector b) { return _mm512_sub_ps(a, b); }
inline Vector Multiply(Vector a, Vector b) { return _mm512_mul_ps(a, b); }
inline Vector Lesser(Vector a, Vector b) { return _mm512_min_ps(a, b); }
inline Vector WhereLess(Vector x, Vector y, Vector a, Vector b) {
  return _mm512_mask_mov_ps(b, _mm512_cmp_ps_mask(x, y, _CMP_LT_OQ), a);
}

#include "kernels/ssm_channels.inc"

}  // namespace

const SsmChannelKernels kSsmChannelKernelsAvx512 = {StepBlock};

}  // namespace footnote
