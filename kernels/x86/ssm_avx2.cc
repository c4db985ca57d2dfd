// kernels/ssm.h for AVX2.
#include <immintrin.h>

#include "kernels/ssm.h"

namespace footnote {

extern const SsmKernels kSsmKernelsAvx2;

namespace {

using Vector = __m256d;
constexpr size_t kWidth = 4;

inline Vector Load(const double* p) { return _mm256_loadu_pd(p); }
inline Vector Fill(double x) { return _mm256_set1_pd(x); }
inline void Store(double* p, Vector v) { _mm256_storeu_pd(p, v); }
inline Vector Add(Vector a, Vector b) { return _mm256_add_pd(a, b); }
inline Vector Multiply(Vector a, Vector b) { return _mm256_mul_pd(a, b); }

#include "kernels/ssm.inc"

}  // namespace

const SsmKernels kSsmKernelsAvx2 = {StepChannels, StepLanes, ReadLanes};

}  // namespace footnote
