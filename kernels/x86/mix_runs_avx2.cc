// kernels/mix_runs.h for AVX2.
#include "kernels/mix_runs.h"

#define FOOTNOTE_MIX_RUNS_KERNEL kMixRunsAvx2
#include "kernels/mix_runs.inc"
