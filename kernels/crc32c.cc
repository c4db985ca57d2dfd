#include "kernels/crc32c.h"

#include "kernels/dispatch.h"

namespace footnote {

extern const Crc32cKernel kCrc32cScalar;
#if defined(__x86_64__)
extern const Crc32cKernel kCrc32cAvx2;
extern const Crc32cKernel kCrc32cAvx512;
#endif

Crc32cKernel Crc32c() {
  static const Crc32cKernel kernel = Crc32cKernelFor(ActiveIsa());
  return kernel;
}

Crc32cKernel Crc32cKernelFor(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return kCrc32cAvx512;
  if (isa == Isa::kAvx2) return kCrc32cAvx2;
#endif
  (void)isa;
  return kCrc32cScalar;
}

}  // namespace footnote
