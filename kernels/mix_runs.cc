#include "kernels/mix_runs.h"

#include "kernels/dispatch.h"

namespace footnote {

extern const MixRunsKernel kMixRunsScalar;
#if defined(__x86_64__)
extern const MixRunsKernel kMixRunsAvx2;
extern const MixRunsKernel kMixRunsAvx512;
#endif

MixRunsKernel MixRuns() {
  static const MixRunsKernel kernel = MixRunsKernelFor(ActiveIsa());
  return kernel;
}

MixRunsKernel MixRunsKernelFor(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return kMixRunsAvx512;
  if (isa == Isa::kAvx2) return kMixRunsAvx2;
#endif
  (void)isa;
  return kMixRunsScalar;
}

}  // namespace footnote
