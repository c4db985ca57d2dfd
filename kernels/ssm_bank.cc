#include "kernels/ssm_bank.h"

#include "kernels/dispatch.h"

namespace footnote {

extern const SsmBankKernels kSsmBankKernelsScalar;
#if defined(__x86_64__)
extern const SsmBankKernels kSsmBankKernelsAvx2;
extern const SsmBankKernels kSsmBankKernelsAvx512;
#endif

namespace {

const SsmBankKernels& Active() {
  static const SsmBankKernels& kernels = SsmBankKernelsFor(ActiveIsa());
  return kernels;
}

}  // namespace

const SsmBankKernels& SsmBankKernelsFor(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return kSsmBankKernelsAvx512;
  if (isa == Isa::kAvx2) return kSsmBankKernelsAvx2;
#endif
  (void)isa;
  return kSsmBankKernelsScalar;
}

void SsmRunBank(const double* const* tables, double before, double now,
                bool scored, const double* keep, const double* take,
                double* state, double* said, double* error, double* last) {
  Active().run(tables, before, now, scored, keep, take, state, said, error,
               last);
}

SsmChoice SsmChoose(size_t count, const double* said, const double* error,
                    const double* scale) {
  return Active().choose(count, said, error, scale);
}

}  // namespace footnote
