// kernels/exact.h for AVX-512.
#include "kernels/exact.h"

#define FOOTNOTE_EXACT_KERNELS kExactKernelsAvx512
#include "kernels/exact.inc"
