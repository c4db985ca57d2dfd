// What a forecast is worth: forecasts of the past, beside the last value
// repeated.
#ifndef FOOTNOTE_FORECAST_BACKTEST_H_
#define FOOTNOTE_FORECAST_BACKTEST_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forecast/forecaster.h"

namespace footnote {

// A value, and how many samples after the one before it comes.
struct Sample {
  double value = 0;
  double spacing = 1;
};

// Errors of the forecasts so many steps ahead.
struct HorizonError {
  int steps = 1;
  int64_t forecasts = 0;
  double rmse = 0;
  double mae = 0;
  double last_value_rmse = 0;
  double last_value_mae = 0;
  // Share of true values that the interval held, of `intervals` finite ones.
  double held = 0;
  int64_t intervals = 0;
  // Half width about the last value that held the asked share of the truth.
  double last_value_half_width = 0;
  // Root mean squared error without the other series; 0 where there are none.
  double alone_rmse = 0;

  // The last value was as good: the forecast is worth nothing here.
  bool last_value_is_better() const { return rmse >= last_value_rmse; }
};

struct BacktestResult {
  // By horizon, from 1; only those that came due at least once.
  std::vector<HorizonError> errors;
  // What follows the last sample.
  std::vector<Forecast> next;
  // The model that weighs most one step ahead.
  std::string model;
  int64_t change_points = 0;
};

// Plays `samples` to a new forecaster; forecasts made from the second half of
// them are scored. The same forecasts that it would have made then: nothing
// later is looked at. `others` are series sampled at the same moments that may
// drive this one (coupled.h), each with a value for each sample. Of a million
// samples at a far horizon that takes an hour: `is_cancelled`, where it is
// given, is asked on the way.
//   InvalidArgument  more than kMaxCoupled - 1 others, one of another length,
//                    or a value or spacing that a forecaster refuses
//   Cancelled        `is_cancelled` said so
absl::StatusOr<BacktestResult> Backtest(
    const std::vector<Sample>& samples, const ForecasterOptions& options,
    const std::vector<std::vector<double>>& others = {},
    const std::function<bool()>& is_cancelled = nullptr);

}  // namespace footnote

#endif  // FOOTNOTE_FORECAST_BACKTEST_H_
