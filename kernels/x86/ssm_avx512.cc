// kernels/ssm.h for AVX-512. Products and sums are rounded apart, in the scalar
// order, so that the bits are the scalar ones.
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

void StepChannels(size_t order, size_t channels, const double* ad,
                  const double* b0, const double* b1, const double* previous,
                  const double* input, const double* state, double* scratch) {
  size_t j = 0;
  // All rows of a few channels at once: their state stays in the first cache.
  for (; j + kWidth <= channels; j += kWidth) {
    const Vector before = Load(previous + j);
    const Vector now = Load(input + j);
    for (size_t n = 0; n < order; ++n) {
      Vector sum =
          Add(Multiply(Fill(b0[n]), before), Multiply(Fill(b1[n]), now));
      for (size_t k = 0; k < order; ++k) {
        sum = Add(sum, Multiply(Fill(ad[n * order + k]),
                                Load(state + k * channels + j)));
      }
      Store(scratch + n * channels + j, sum);
    }
  }
  for (; j < channels; ++j) {
    for (size_t n = 0; n < order; ++n) {
      double sum = b0[n] * previous[j] + b1[n] * input[j];
      for (size_t k = 0; k < order; ++k) {
        sum += ad[n * order + k] * state[k * channels + j];
      }
      scratch[n * channels + j] = sum;
    }
  }
}

void StepLanes(size_t order, const double* ad, const double* b0,
               const double* b1, double previous, double input,
               const double* state, double* scratch) {
  const Vector before = Fill(previous);
  const Vector now = Fill(input);
  for (size_t l = 0; l < kSsmLanes; l += kWidth) {
    for (size_t n = 0; n < order; ++n) {
      const size_t at = n * kSsmLanes + l;
      Vector sum =
          Add(Multiply(Load(b0 + at), before), Multiply(Load(b1 + at), now));
      const double* row = ad + n * order * kSsmLanes + l;
      for (size_t k = 0; k < order; ++k) {
        sum = Add(sum, Multiply(Load(row + k * kSsmLanes),
                                Load(state + k * kSsmLanes + l)));
      }
      Store(scratch + at, sum);
    }
  }
}

void ReadLanes(size_t order, const double* c, const double* state,
               double* out) {
  for (size_t l = 0; l < kSsmLanes; l += kWidth) {
    Vector sum = Fill(0);
    for (size_t n = 0; n < order; ++n) {
      const size_t at = n * kSsmLanes + l;
      sum = Add(sum, Multiply(Load(c + at), Load(state + at)));
    }
    Store(out + l, sum);
  }
}

}  // namespace

const SsmKernels kSsmKernelsAvx512 = {StepChannels, StepLanes, ReadLanes};

}  // namespace footnote
