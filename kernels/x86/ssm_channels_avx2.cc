// kernels/ssm_channels.h for AVX2.
#include <immintrin.h>

#include "kernels/ssm_channels.h"

namespace footnote {

extern const SsmChannelKernels kSsmChannelKernelsAvx2;

namespace {

using Vector = __m256;
constexpr size_t kWidth = 8;

inline Vector Load(const float* p) { return _mm256_loadu_ps(p); }
inline Vector Fill(float x) { return _mm256_set1_ps(x); }
inline void Store(float* p, Vector v) { _mm256_storeu_ps(p, v); }
inline Vector Add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
inline Vector Subtract(Vector a, Vector b) { return _mm256_sub_ps(a, b); }
inline Vector Multiply(Vector a, Vector b) { return _mm256_mul_ps(a, b); }
inline Vector Lesser(Vector a, Vector b) { return _mm256_min_ps(a, b); }
inline Vector WhereLess(Vector x, Vector y, Vector a, Vector b) {
  return _mm256_blendv_ps(b, a, _mm256_cmp_ps(x, y, _CMP_LT_OQ));
}

#include "kernels/ssm_channels.inc"

}  // namespace

const SsmChannelKernels kSsmChannelKernelsAvx2 = {StepBlock};

}  // namespace footnote
