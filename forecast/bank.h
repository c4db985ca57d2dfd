// The table of predictors: every (window, order, readout), ready to run.
//
// A predictor is a sliding-window Legendre model (kernels/ssm.h) of `order`
// numbers over `window` samples, and one way to read the next value from its
// state. Windows lie side by side as lanes, so that one pass of the kernel
// scores, steps and reads all windows of an order.
#ifndef FOOTNOTE_FORECAST_BANK_H_
#define FOOTNOTE_FORECAST_BANK_H_

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "kernels/ssm.h"
#include "kernels/ssm_bank.h"

namespace footnote {

// Window lengths in samples of the nominal spacing, one a lane.
inline constexpr std::array<double, kSsmBankLanes> kBankWindows = {
    4, 6, 10, 13, 16, 25, 50, 100};
inline constexpr size_t kBankLanes = kSsmBankLanes;
// Order 1 is the mean of a window; the others have slopes.
inline constexpr size_t kMinOrder = 1;
inline constexpr size_t kMaxOrder = kSsmMaxBankOrder;
inline constexpr size_t kBankOrders = kMaxOrder - kMinOrder + 1;

// How the next value is read. h is the step in windows, u the newest sample,
// P the reconstruction of the window, continued past its end.
enum Readout {
  // u + h R1: Euler's step along the slope of the reconstructed present.
  kReadPresentSlope = 0,
  // u + h R2: Euler's step along the reconstruction's slope at its end.
  kReadEndSlope = 1,
  // P at h.
  kReadAhead = 2,
  // u + P at h - P at 0.
  kReadGain = 3,
  // Those, corrected by their last errors (kernels/ssm_bank.h).
  kReadEndSlopeCorrected = 4,
  kReadGainCorrected = 5,
  kReadGainTwiceCorrected = 6,
  kReadAheadCorrected = 7,
};
inline constexpr size_t kReadouts = kSsmSaid;
// "u + h R1", …, for people.
const char* ReadoutName(Readout readout);

// One-step predictors: order-major, then readout, then lane.
inline constexpr size_t kBankSize = kBankOrders * kReadouts * kBankLanes;
// Numbers in the states of all orders.
inline constexpr size_t kBankState =
    kBankLanes * kMaxOrder * (kMaxOrder + 1) / 2;
inline constexpr size_t kBankLast = kBankOrders * kSsmLastSize;

// The coefficients for one spacing of samples; immutable, shared by threads.
class Bank {
 public:
  // `spacing` in nominal samples: 1 for a regular series, 2 after one missing
  // value. Equal spacings share one table. REQUIRES: spacing > 0 and finite.
  static std::shared_ptr<const Bank> For(double spacing);

  // The bank at work on one series.
  struct Run {
    std::array<double, kBankState> state;
    // What each predictor says of the sample to come, and its past errors:
    // sums that forget, to be divided by a weight per lane.
    std::array<double, kBankSize> said, error;
    std::array<double, kBankLast> last;
  };

  // Takes the next sample: scores what was said of it (not where `scored` is
  // false: it was about another moment), steps and reads. keep and take are
  // per lane (kernels/ssm_bank.h).
  void Step(double before, double now, bool scored, const double* keep,
            const double* take, Run* run) const;

  // Says again, of the moment `spacing` after the newest sample `now`, what
  // `run` says of the moment 1 after it. `this` must be For(spacing).
  void SayAgain(double now, Run* run) const;

  // A run that has seen an endless constant signal `value`.
  static void Prime(double value, Run* run);

  // Where the state of `order` begins.
  static constexpr size_t StateOffset(size_t order) {
    return kBankLanes * (order * (order - 1) - kMinOrder * (kMinOrder - 1)) / 2;
  }
  static constexpr size_t Index(size_t order, Readout readout, size_t lane) {
    return ((order - kMinOrder) * kReadouts + readout) * kBankLanes + lane;
  }

  explicit Bank(double spacing);
  Bank(const Bank&) = delete;
  Bank& operator=(const Bank&) = delete;

 private:
  std::array<std::vector<double>, kBankOrders> tables_;
  std::array<const double*, kBankOrders> rows_;  // the tables' data
  // What reads P at `spacing`, as in the tables, and the spacing in windows.
  std::array<std::vector<double>, kBankOrders> ahead_;
  std::array<double, kBankLanes> step_;
};

// Readings of kReadAhead and kReadGain `steps` nominal samples ahead, from the
// state alone: a roll-out in one step. Immutable, shared by threads.
class BankAhead {
 public:
  // REQUIRES: steps > 0
  static std::shared_ptr<const BankAhead> For(int steps);

  static constexpr size_t kSize = 2 * kBankOrders * kBankLanes;
  // Order-major, then kReadAhead and kReadGain, then lane: kSize numbers.
  void Read(double now, const double* state, double* said) const;

  explicit BankAhead(int steps);

 private:
  std::array<std::vector<double>, kBankOrders> ahead_;
  std::array<std::vector<double>, kBankOrders> gain_;
};

}  // namespace footnote

#endif  // FOOTNOTE_FORECAST_BANK_H_
