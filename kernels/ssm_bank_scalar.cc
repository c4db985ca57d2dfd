#include "kernels/ssm_bank.h"

namespace footnote {

extern const SsmBankKernels kSsmBankKernelsScalar;

namespace {

using Vector = double;
constexpr size_t kWidth = 1;

inline Vector Load(const double* p) { return *p; }
inline Vector Fill(double x) { return x; }
inline void Store(double* p, Vector v) { *p = v; }
inline Vector Add(Vector a, Vector b) { return a + b; }
inline Vector Subtract(Vector a, Vector b) { return a - b; }
inline Vector Multiply(Vector a, Vector b) { return a * b; }
inline Vector Divide(Vector a, Vector b) { return a / b; }
inline Vector Lesser(Vector a, Vector b) { return a < b ? a : b; }
// `a` where x <= limit, 0 elsewhere.
inline Vector WhereAtMost(Vector x, Vector limit, Vector a) {
  return x <= limit ? a : 0;
}
inline bool AnyAtMost(Vector x, Vector limit) { return x <= limit; }

#include "kernels/ssm_bank.inc"

}  // namespace

const SsmBankKernels kSsmBankKernelsScalar = {RunBank, Choose};

}  // namespace footnote
