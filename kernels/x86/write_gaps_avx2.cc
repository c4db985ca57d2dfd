// kernels/write_gaps.h for AVX2, which can't compress a vector.
#include "kernels/write_gaps.h"

#define FOOTNOTE_WRITE_GAPS_KERNEL kWriteGapsAvx2
#include "kernels/write_gaps.inc"
