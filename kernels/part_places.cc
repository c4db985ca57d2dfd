#include "kernels/part_places.h"

#include "kernels/dispatch.h"

namespace footnote {

extern const PartPlacesKernel kPartPlacesScalar;
#if defined(__x86_64__)
extern const PartPlacesKernel kPartPlacesAvx2;
extern const PartPlacesKernel kPartPlacesAvx512;
#endif

PartPlacesKernel PartPlaces() {
  static const PartPlacesKernel kernel = PartPlacesKernelFor(ActiveIsa());
  return kernel;
}

PartPlacesKernel PartPlacesKernelFor(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return kPartPlacesAvx512;
  if (isa == Isa::kAvx2) return kPartPlacesAvx2;
#endif
  (void)isa;
  return kPartPlacesScalar;
}

}  // namespace footnote
