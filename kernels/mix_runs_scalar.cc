// kernels/mix_runs.h for any processor: the compiler's baseline.
#include "kernels/mix_runs.h"

#define FOOTNOTE_MIX_RUNS_KERNEL kMixRunsScalar
#include "kernels/mix_runs.inc"
