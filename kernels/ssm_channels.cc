#include "kernels/ssm_channels.h"

#include "kernels/dispatch.h"

namespace footnote {

extern const SsmChannelKernels kSsmChannelKernelsScalar;
#if defined(__x86_64__)
extern const SsmChannelKernels kSsmChannelKernelsAvx2;
extern const SsmChannelKernels kSsmChannelKernelsAvx512;
#endif

const SsmChannelKernels& SsmChannelKernelsFor(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return kSsmChannelKernelsAvx512;
  if (isa == Isa::kAvx2) return kSsmChannelKernelsAvx2;
#endif
  (void)isa;
  return kSsmChannelKernelsScalar;
}

void SsmStepBlock(const SsmChannelModel* models, size_t count,
                  const float* before, const float* now, float* state,
                  float* error, float* next) {
  static const SsmChannelKernels& kernels = SsmChannelKernelsFor(ActiveIsa());
  kernels.step_block(models, count, before, now, state, error, next);
}

}  // namespace footnote
