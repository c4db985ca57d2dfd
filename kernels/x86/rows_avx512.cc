// kernels/rows.h for AVX-512.
#include "kernels/rows.h"

#define FOOTNOTE_ROW_KERNELS kRowKernelsAvx512
#include "kernels/rows.inc"
