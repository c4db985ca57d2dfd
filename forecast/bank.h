// The table of predictors: every (window, order, readout), ready to run.
//
// A predictor is a sliding-window Legendre model (kernels/ssm.h) of `order`
// numbers over `window` samples, and one of four ways to read the next value
// from its state. All are linear in the state and the newest sample:
//   next = feedthrough * u + sum_n c_n state_n.
// Windows lie side by side as lanes, so that one pass of the kernel steps all
// windows of an order.
#ifndef FOOTNOTE_FORECAST_BANK_H_
#define FOOTNOTE_FORECAST_BANK_H_

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "kernels/ssm.h"

namespace footnote {

// Window lengths in samples of the nominal spacing.
inline constexpr std::array<double, 7> kBankWindows = {4,  6,  10, 16,
                                                       25, 50, 100};
inline constexpr size_t kBankLanes = kSsmLanes;  // the last lane is padding
inline constexpr size_t kMinOrder = 2;
inline constexpr size_t kMaxOrder = 8;
inline constexpr size_t kBankOrders = kMaxOrder - kMinOrder + 1;

// How the next value is read from a state. h is the step in windows.
enum Readout {
  // u + h R1: Euler's step along the slope of the reconstructed present.
  kReadPresentSlope = 0,
  // u + h R2: Euler's step along the reconstruction's slope at its end.
  kReadEndSlope = 1,
  // The reconstruction, continued by h: P_n(1 + 2h).
  kReadAhead = 2,
  // u plus what the reconstruction gains over h.
  kReadGain = 3,
};
inline constexpr size_t kReadouts = 4;

// Predictors: order-major, then readout, then lane.
inline constexpr size_t kBankSize = kBankOrders * kReadouts * kBankLanes;
// Numbers in the states of all orders.
inline constexpr size_t kBankState =
    kBankLanes * (kMaxOrder * (kMaxOrder + 1) - kMinOrder * (kMinOrder - 1)) /
    2;

// The coefficients for one spacing of samples; immutable, shared by threads.
class Bank {
 public:
  // `spacing` in nominal samples: 1 for a regular series, 2 after one missing
  // value. Equal spacings share one table. REQUIRES: spacing > 0 and finite.
  static std::shared_ptr<const Bank> For(double spacing);

  // One step of all states: `before` and `now` are consecutive samples.
  // `state` and `scratch` have kBankState numbers; the new state is in
  // `scratch`.
  void Step(double before, double now, const double* state,
            double* scratch) const;

  // The next value by every predictor: kBankSize numbers. Lanes of padding
  // hold numbers without meaning.
  void Predict(double now, const double* state, double* next) const;

  // Writes the state that an endless constant signal `value` leaves.
  static void Prime(double value, double* state);

  // One predictor alone, for roll-outs.
  struct Member {
    size_t order = 0;
    std::vector<double> ad, b0, b1, c;
    double feedthrough = 0;
  };
  Member Alone(size_t order, size_t lane, Readout readout) const;

  // Where the state of `order` begins.
  static constexpr size_t StateOffset(size_t order) {
    return kBankLanes * (order * (order - 1) - kMinOrder * (kMinOrder - 1)) / 2;
  }
  static constexpr size_t Index(size_t order, Readout readout, size_t lane) {
    return ((order - kMinOrder) * kReadouts + readout) * kBankLanes + lane;
  }

  explicit Bank(double spacing);

 private:
  struct Order {
    std::vector<double> ad, b0, b1;                // by lanes
    std::array<std::vector<double>, kReadouts> c;  // by lanes
    std::array<std::array<double, kBankLanes>, kReadouts> feedthrough;
  };
  std::array<Order, kBankOrders> orders_;
};

}  // namespace footnote

#endif  // FOOTNOTE_FORECAST_BANK_H_
