// kernels/write_gaps.h for any processor: the compiler's baseline.
#include "kernels/write_gaps.h"

#define FOOTNOTE_WRITE_GAPS_KERNEL kWriteGapsScalar
#include "kernels/write_gaps.inc"
