// kernels/exact.h for AVX2.
#include "kernels/exact.h"

#define FOOTNOTE_EXACT_KERNELS kExactKernelsAvx2
#include "kernels/exact.inc"
