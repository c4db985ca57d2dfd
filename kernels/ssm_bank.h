// Many sliding Legendre models (kernels/ssm.h) over one signal, in one pass:
// each is scored on what it said of the newest sample, stepped by averaged
// Tustin, and read for the next.
//
// Models of one order lie side by side as kSsmBankLanes lanes, a window each.
// With h the step in windows, u the newest sample and P the reconstruction,
// each is read in four ways, which are corrected by their own last errors:
//   said 0      u + h R1
//   said 1      u + h R2
//   said 2      P at h
//   said 3      u + P at h - P at 0
//   said 4      reading 1 + its last error
//   said 5      reading 3 + its last error
//   said 6      reading 3 + 2 * its last error - the error before
//   said 7      reading 2 + a quarter of its last error
// where an error is the true value minus what was said. The errors of a smooth
// predictor on a smooth signal are smooth themselves, so that each correction
// leaves a remainder smaller by about omega * dt. Derivation:
// docs/forecaster.md.
//
// Two facts keep the tables small enough for the first cache. Tustin's Ad of
// LegT is symmetric but for signs, Ad_nk = (-1)^(n-k) Ad_kn: a triangle is
// enough. It holds constants, Bd = e_0 - Ad e_0, so that with m the mean of two
// inputs  Ad c + Bd m = Ad (c - m e_0) + m e_0.
//
// All versions give the bits of the scalar one. Pure functions, safe from many
// threads; no alignment needed.
#ifndef FOOTNOTE_KERNELS_SSM_BANK_H_
#define FOOTNOTE_KERNELS_SSM_BANK_H_

#include <cstddef>

namespace footnote {

enum class Isa;  // kernels/dispatch.h

inline constexpr size_t kSsmBankLanes = 8;
inline constexpr size_t kSsmMaxBankOrder = 8;
inline constexpr size_t kSsmSaid = 8;

// Numbers that one order's table, state, sayings and last errors take.
constexpr size_t SsmBankTableSize(size_t order) {
  return (1 + order * (order + 1) / 2 + order) * kSsmBankLanes;
}
constexpr size_t SsmBankStateSize(size_t order) {
  return order * kSsmBankLanes;
}
inline constexpr size_t kSsmSaidSize = kSsmSaid * kSsmBankLanes;
inline constexpr size_t kSsmLastSize = 4 * kSsmBankLanes;

// One pass over the models of all orders, 1 to kSsmMaxBankOrder.
//   tables[order - 1]  h; then Ad_nk for n = 0 … order-1 and k = 0 … n; then
//          what reads P at h, R_n P_n(1 + 2h); each entry kSsmBankLanes wide
//   keep, take  per lane: error' = keep * error + take * (said - now)^2
//   state, said, error, last  read and written, order after order; `last`
//          holds the last errors of readings 1 and 3, that of reading 3
//          before, and the last of reading 2
// With `scored` false the sayings were about another moment: errors stay, and
// the corrections begin anew.
void SsmRunBank(const double* const* tables, double before, double now,
                bool scored, const double* keep, const double* take,
                double* state, double* said, double* error, double* last);

struct SsmChoice {
  // Where the least error * scale is, the first of equals, and that product;
  // -1 and infinity when no scale is finite.
  long best = -1;
  double least = 0;
  // Mean of what was said, weighted by (least / (error * scale))^16, over
  // those within 1.6 of the least.
  double mean = 0;
};

// The best of `count` * kSsmBankLanes sayings. `scale` is per lane, infinite
// where the lane is not to be chosen.
SsmChoice SsmChoose(size_t count, const double* said, const double* error,
                    const double* scale);

struct SsmBankKernels {
  void (*run)(const double* const*, double, double, bool, const double*,
              const double*, double*, double*, double*, double*);
  SsmChoice (*choose)(size_t, const double*, const double*, const double*);
};

// REQUIRES: IsaIsSupported(isa)
const SsmBankKernels& SsmBankKernelsFor(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_SSM_BANK_H_
