// kernels/rows.h for any processor: the compiler's baseline.
#include "kernels/rows.h"

#define FOOTNOTE_ROW_KERNELS kRowKernelsScalar
#include "kernels/rows.inc"
