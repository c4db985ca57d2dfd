#include "kernels/ssm.h"

namespace footnote {

extern const SsmKernels kSsmKernelsScalar;

namespace {

void StepChannels(size_t order, size_t channels, const double* ad,
                  const double* b0, const double* b1, const double* previous,
                  const double* input, const double* state, double* scratch) {
  for (size_t n = 0; n < order; ++n) {
    for (size_t j = 0; j < channels; ++j) {
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
  for (size_t n = 0; n < order; ++n) {
    for (size_t l = 0; l < kSsmLanes; ++l) {
      const size_t at = n * kSsmLanes + l;
      double sum = b0[at] * previous + b1[at] * input;
      for (size_t k = 0; k < order; ++k) {
        sum += ad[(n * order + k) * kSsmLanes + l] * state[k * kSsmLanes + l];
      }
      scratch[at] = sum;
    }
  }
}

void ReadLanes(size_t order, const double* c, const double* state,
               double* out) {
  for (size_t l = 0; l < kSsmLanes; ++l) {
    double sum = 0;
    for (size_t n = 0; n < order; ++n) {
      sum += c[n * kSsmLanes + l] * state[n * kSsmLanes + l];
    }
    out[l] = sum;
  }
}

}  // namespace

const SsmKernels kSsmKernelsScalar = {StepChannels, StepLanes, ReadLanes};

}  // namespace footnote
