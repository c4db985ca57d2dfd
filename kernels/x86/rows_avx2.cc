// kernels/rows.h for AVX2.
#include "kernels/rows.h"

#define FOOTNOTE_ROW_KERNELS kRowKernelsAvx2
#include "kernels/rows.inc"
