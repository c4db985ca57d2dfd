// kernels/ssm.h for AVX-512.
#include <immintrin.h>

#include "kernels/ssm.h"

namespace footnote {

extern const SsmKernels kSsmKernelsAvx512;

namespace {

using Vector = __m512d;
constexpr size_t kWidth = 8;

inline Vector Load(const double* p) { return _mm512_loadu_pd(p); }
inline Vector Fill(double x) { return _mm512_set1_pd(x); }
inline void Store(double* p, Vector v) { _mm512_storeu_pd(p, v); }
inline Vector Add(Vector a, Vector b) { return _mm512_add_pd(a, b); }
inline Vector Multiply(Vector a, Vector b) { return _mm512_mul_pd(a, b); }

#include "kernels/ssm.inc"

}  // namespace

const SsmKernels kSsmKernelsAvx512 = {StepChannels, StepLanes, ReadLanes};

}  // namespace footnote
