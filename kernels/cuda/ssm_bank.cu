#include "kernels/cuda/simt.h"
#include "kernels/cuda/ssm_bank.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kThreads = 128;
constexpr int kLanes = 8;
constexpr int kOrders = 8;
constexpr int kSaid = 8;

// Numbers before those of order n: of states, of sayings, of last errors.
constexpr int StatesBefore(int order) {
  return (order - 1) * order / 2 * kLanes;
}

// sqrt(2n + 1)
template <int kN>
FOOTNOTE_DEVICE double Norm() {
  constexpr double kNorms[] = {
      1, 1.7320508075688772, 2.23606797749979,  2.6457513110645907,
      3, 3.3166247903554,    3.605551275463989, 3.872983346207417};
  return kNorms[kN];
}

template <int kOrder, int kN>
FOOTNOTE_DEVICE void Read(const double* entry, const double* now, double* state,
                          double* present, double* slope, double* later) {
  if constexpr (kN < kOrder) {
    state[kN * kLanes] = now[kN];
    *present = AddDouble(*present, MulDouble(Norm<kN>(), now[kN]));
    *slope =
        AddDouble(*slope, MulDouble(Norm<kN>() * (kN * (kN + 1.0)), now[kN]));
    *later = AddDouble(*later, MulDouble(entry[kN * kLanes], now[kN]));
    Read<kOrder, kN + 1>(entry, now, state, present, slope, later);
  }
}

// One order, in the order of operations of kernels/ssm_bank.inc.
template <int kOrder>
FOOTNOTE_DEVICE void RunOrder(const double* table, double before, double input,
                              bool scored, double keep, double take,
                              double* state, double* said, double* error,
                              double* last) {
  const double middle = MulDouble(AddDouble(before, input), 0.5);
  double miss1 = 0;
  double miss2 = 0;
  double miss3 = 0;
  double miss3_before = 0;
  if (scored) {
    FOOTNOTE_UNROLL
    for (int i = 0; i < kSaid; ++i) {
      const double miss = AddDouble(input, -said[i * kLanes]);
      if (i == 1) miss1 = miss;
      if (i == 2) miss2 = miss;
      if (i == 3) miss3 = miss;
      error[i * kLanes] = AddDouble(MulDouble(keep, error[i * kLanes]),
                                    MulDouble(take, MulDouble(miss, miss)));
    }
    miss3_before = last[kLanes];
  }
  last[0] = miss1;
  last[kLanes] = miss3;
  last[2 * kLanes] = miss3_before;
  last[3 * kLanes] = miss2;

  const double ahead = table[0];
  const double* entry = table + kLanes;
  double old_state[kOrder];
  double now[kOrder];
  FOOTNOTE_UNROLL
  for (int k = 0; k < kOrder; ++k) old_state[k] = state[k * kLanes];
  old_state[0] = AddDouble(old_state[0], -middle);
  FOOTNOTE_UNROLL
  for (int n = 0; n < kOrder; ++n) {
    FOOTNOTE_UNROLL
    for (int k = 0; k <= n; ++k) {
      const double ad = *entry;
      entry += kLanes;
      const double product = MulDouble(ad, old_state[k]);
      now[n] = k == 0 ? product : AddDouble(now[n], product);
      if (k == n) continue;
      const double mirrored = MulDouble(ad, old_state[n]);
      now[k] = AddDouble(now[k], (n - k) % 2 == 0 ? mirrored : -mirrored);
    }
  }
  now[0] = AddDouble(now[0], middle);
  double present = now[0];
  double slope = 0;
  double later = MulDouble(*entry, now[0]);
  state[0] = now[0];
  Read<kOrder, 1>(entry, now, state, &present, &slope, &later);
  const double end_slope = AddDouble(input, MulDouble(ahead, slope));
  const double residual = AddDouble(input, -present);
  const double gain = AddDouble(residual, later);
  const double corrected = AddDouble(gain, miss3);
  said[0] = AddDouble(end_slope,
                      MulDouble(MulDouble(ahead, kOrder * kOrder), residual));
  said[kLanes] = end_slope;
  said[2 * kLanes] = later;
  said[3 * kLanes] = gain;
  said[4 * kLanes] = AddDouble(end_slope, miss1);
  said[5 * kLanes] = corrected;
  said[6 * kLanes] = AddDouble(corrected, AddDouble(miss3, -miss3_before));
  said[7 * kLanes] = AddDouble(later, MulDouble(0.25, miss2));
}

template <int kOrder>
FOOTNOTE_DEVICE void RunFrom(const SsmBanks& banks, int signal, int lane,
                             double before, double now, bool scored) {
  if constexpr (kOrder <= kOrders) {
    constexpr int kStates = StatesBefore(kOrders + 1);
    const size_t of_said =
        (size_t{1} * signal * kOrders + kOrder - 1) * kSaid * kLanes + lane;
    const size_t of_last =
        (size_t{1} * signal * kOrders + kOrder - 1) * 4 * kLanes + lane;
    RunOrder<kOrder>(banks.tables[kOrder - 1] + lane, before, now, scored,
                     banks.keep[lane], banks.take[lane],
                     banks.state + size_t{1} * signal * kStates +
                         StatesBefore(kOrder) + lane,
                     banks.said + of_said, banks.error + of_said,
                     banks.last + of_last);
    RunFrom<kOrder + 1>(banks, signal, lane, before, now, scored);
  }
}

FOOTNOTE_KERNEL(kThreads)
BankKernel(SsmBanks banks, const double* before, const double* now, bool scored,
           int signals) {
  const int at = BlockX() * kThreads + ThreadIndex();
  const int signal = at / kLanes;
  if (signal >= signals) return;
  RunFrom<1>(banks, signal, at % kLanes, before[signal], now[signal], scored);
}

}  // namespace

void RunBanks(Stream* stream, const SsmBanks& banks, const double* before,
              const double* now, bool scored, int signals) {
  Launch(stream, BankKernel, {(signals * kLanes + kThreads - 1) / kThreads},
         kThreads, 0, banks, before, now, scored, signals);
}

}  // namespace cuda
}  // namespace footnote
