// kernels/ssm_bank.h for AVX-512.
#include <immintrin.h>

#include "kernels/ssm_bank.h"

namespace footnote {

extern const SsmBankKernels kSsmBankKernelsAvx512;

namespace {

using Vector = __m512d;
constexpr size_t kWidth = 8;

inline Vector Load(const double* p) { return _mm512_loadu_pd(p); }
inline Vector Fill(double x) { return _mm512_set1_pd(x); }
inline void Store(double* p, Vector v) { _mm512_storeu_pd(p, v); }
inline Vector Add(Vector a, Vector b) { return _mm512_add_pd(a, b); }
inline Vector Subtract(Vector a, Vector b) { return _mm512_sub_pd(a, b); }
inline Vector Multiply(Vector a, Vector b) { return _mm512_mul_pd(a, b); }
inline Vector Divide(Vector a, Vector b) { return _mm512_div_pd(a, b); }
inline Vector Lesser(Vector a, Vector b) { return _mm512_min_pd(a, b); }
inline Vector WhereAtMost(Vector x, Vector limit, Vector a) {
  return _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(x, limit, _CMP_LE_OQ), a);
}
inline bool AnyAtMost(Vector x, Vector limit) {
  return _mm512_cmp_pd_mask(x, limit, _CMP_LE_OQ) != 0;
}

#include "kernels/ssm_bank.inc"

}  // namespace

const SsmBankKernels kSsmBankKernelsAvx512 = {RunBank, Choose};

}  // namespace footnote
