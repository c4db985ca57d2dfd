// Banks of sliding Legendre models over many signals at once: the twin of
// kernels/ssm_bank.h, whose tables, states and rules these are, bit for bit.
//
// A signal's lane is one thread's, which goes through all orders; 8
// neighbouring threads read 64 bytes together. Bytes a signal and sample:
// state, sayings, errors and last errors read and written, 9.2 kB. Not measured
// on a device.
#ifndef FOOTNOTE_KERNELS_CUDA_SSM_BANK_H_
#define FOOTNOTE_KERNELS_CUDA_SSM_BANK_H_

#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

// All in device memory. Of a signal: `state` the states of orders 1 to 8 one
// after the other (SsmBankStateSize), `said` and `error` 8 * kSsmSaidSize,
// `last` 8 * kSsmLastSize numbers; signal after signal.
struct SsmBanks {
  const double* tables[8];  // by order; the same for all signals
  const double* keep;       // kSsmBankLanes
  const double* take;
  double* state;
  double* said;
  double* error;
  double* last;
};

// One sample of each signal: SsmRunBank(tables, before[i], now[i], …).
void RunBanks(Stream* stream, const SsmBanks& banks, const double* before,
              const double* now, bool scored, int signals);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_SSM_BANK_H_
