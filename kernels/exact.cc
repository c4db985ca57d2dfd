#include "kernels/exact.h"

#include "kernels/dispatch.h"

namespace footnote {

extern const ExactKernels kExactKernelsScalar;
#if defined(__x86_64__)
extern const ExactKernels kExactKernelsAvx2;
extern const ExactKernels kExactKernelsAvx512;
#endif

const ExactKernels& Exact() {
  static const ExactKernels& kernels = ExactKernelsFor(ActiveIsa());
  return kernels;
}

const ExactKernels& ExactKernelsFor(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return kExactKernelsAvx512;
  if (isa == Isa::kAvx2) return kExactKernelsAvx2;
#endif
  (void)isa;
  return kExactKernelsScalar;
}

}  // namespace footnote
