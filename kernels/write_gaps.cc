#include "kernels/write_gaps.h"

#include "kernels/dispatch.h"

namespace footnote {

extern const WriteGapsKernel kWriteGapsScalar;
#if defined(__x86_64__)
extern const WriteGapsKernel kWriteGapsAvx2;
extern const WriteGapsKernel kWriteGapsAvx512;
#endif

WriteGapsKernel WriteGaps() {
  static const WriteGapsKernel kernel = WriteGapsKernelFor(ActiveIsa());
  return kernel;
}

WriteGapsKernel WriteGapsKernelFor(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return kWriteGapsAvx512;
  if (isa == Isa::kAvx2) return kWriteGapsAvx2;
#endif
  (void)isa;
  return kWriteGapsScalar;
}

}  // namespace footnote
