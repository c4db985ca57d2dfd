// Predicts the next values of one series from what it has seen of it, without
// training: a bank of written-down state-space models, of which the one that
// erred least lately speaks.
//
// Exact for constants, ramps and parabolas once a window is full. Where the
// series is noise, a random walk or chaos faster than the samples, the last
// value is as good or better: compare RelativeError() with 1, and say so.
#ifndef FOOTNOTE_FORECAST_PREDICTOR_H_
#define FOOTNOTE_FORECAST_PREDICTOR_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "forecast/bank.h"

namespace footnote {

struct PredictorOptions {
  // Share of true values that the interval is to hold, in (0, 1).
  double coverage = 0.9;
  // Steps ahead for which intervals are calibrated, 1 to 1,000. Costs one
  // roll-out of so many steps per observation.
  int horizon = 1;
  // Past errors lose half their weight in so many samples.
  double half_life = 150;
  // A predictor takes over when its error is this much smaller.
  double hysteresis = 0.02;
  // Errors kept for an interval.
  int calibration = 200;
  // Errors this many times the interval's half width, three in a row, are a
  // change point: the past is forgotten.
  double change_factor = 8;
};

// One forecast value.
struct Forecast {
  double value = 0;
  // The interval that holds the true value `coverage` of the time. Both ends
  // are infinite until 20 errors at this horizon have been seen.
  double low = 0;
  double high = 0;
};

// Not thread-safe. The memory is bounded by the options.
class Predictor {
 public:
  // Options outside their ranges are brought to the nearest bound.
  explicit Predictor(const PredictorOptions& options = {});

  // Takes the next value, `spacing` nominal samples after the one before (1:
  // the series is regular; 3: two values are missing).
  //   InvalidArgument  the value is not finite, or the spacing not positive
  absl::Status Observe(double value, double spacing = 1);

  // The next `horizon` values, one nominal sample apart, the model feeding on
  // its own forecasts. Before the first value: empty. REQUIRES: horizon >= 0.
  std::vector<Forecast> Predict(int horizon) const;

  // Which model speaks: window in samples (0: the last value itself), order
  // and readout.
  struct Choice {
    double window = 0;
    size_t order = 0;
    Readout readout = kReadAhead;
  };
  Choice choice() const;

  // Mean squared one-step error of what was said, over that of repeating the
  // last value, with the same forgetting; 1 before there is any.
  double RelativeError() const;

  // Change points met so far.
  int64_t resets() const { return resets_; }
  int64_t observed() const { return observed_; }

 private:
  // Errors of forecasts `step` ahead and the quantile asked of them, moved so
  // that the coverage holds (adaptive conformal inference).
  struct Calibration {
    std::deque<double> errors;
    std::vector<double> sorted;
    double level = 0;
    double half_width = 0;  // infinite while there are too few errors
  };

  void Restart(double value);
  void Score(double value);
  void Choose();
  void Calibrate(double value);
  void RollOut(int horizon, std::vector<double>* values) const;

  const PredictorOptions options_;
  const double decay_;
  int64_t observed_ = 0;
  int64_t resets_ = 0;
  double age_ = 0;  // nominal samples since the last restart
  double last_ = 0;
  std::shared_ptr<const Bank> bank_;
  std::vector<double> state_, scratch_;
  // What each predictor said of the sample to come, and its past errors.
  std::vector<double> next_, error_;
  std::array<double, kBankLanes> weight_ = {};
  int chosen_ = -1;  // index in the bank; -1: the last value
  // Of what was said and of the last value.
  double said_error_ = 0;
  double still_error_ = 0;
  int surprises_ = 0;
  // Roll-outs still waiting for their true values: front is the oldest.
  std::deque<std::vector<double>> pending_;
  std::vector<Calibration> calibrations_;
};

}  // namespace footnote

#endif  // FOOTNOTE_FORECAST_PREDICTOR_H_
