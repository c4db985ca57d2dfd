// kernels/ssm_bank.h for AVX2.
#include <immintrin.h>

#include "kernels/ssm_bank.h"

namespace footnote {

extern const SsmBankKernels kSsmBankKernelsAvx2;

namespace {

using Vector = __m256d;
constexpr size_t kWidth = 4;

inline Vector Load(const double* p) { return _mm256_loadu_pd(p); }
inline Vector Fill(double x) { return _mm256_set1_pd(x); }
inline void Store(double* p, Vector v) { _mm256_storeu_pd(p, v); }
inline Vector Add(Vector a, Vector b) { return _mm256_add_pd(a, b); }
inline Vector Subtract(Vector a, Vector b) { return _mm256_sub_pd(a, b); }
inline Vector Multiply(Vector a, Vector b) { return _mm256_mul_pd(a, b); }
inline Vector Divide(Vector a, Vector b) { return _mm256_div_pd(a, b); }
inline Vector Lesser(Vector a, Vector b) { return _mm256_min_pd(a, b); }
inline Vector WhereAtMost(Vector x, Vector limit, Vector a) {
  return _mm256_and_pd(_mm256_cmp_pd(x, limit, _CMP_LE_OQ), a);
}
inline bool AnyAtMost(Vector x, Vector limit) {
  return _mm256_movemask_pd(_mm256_cmp_pd(x, limit, _CMP_LE_OQ)) != 0;
}

#include "kernels/ssm_bank.inc"

}  // namespace

const SsmBankKernels kSsmBankKernelsAvx2 = {RunBank, Choose};

}  // namespace footnote
