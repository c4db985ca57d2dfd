// kernels/exact.h for any processor: the compiler's baseline.
#include "kernels/exact.h"

#define FOOTNOTE_EXACT_KERNELS kExactKernelsScalar
#include "kernels/exact.inc"
