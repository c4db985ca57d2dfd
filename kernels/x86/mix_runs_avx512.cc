// kernels/mix_runs.h for AVX-512.
#include "kernels/mix_runs.h"

#define FOOTNOTE_MIX_RUNS_KERNEL kMixRunsAvx512
#include "kernels/mix_runs.inc"
