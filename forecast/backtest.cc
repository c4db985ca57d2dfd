#include "forecast/backtest.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

struct Said {
  double last = 0;
  std::vector<Forecast> next;
};

}  // namespace

absl::StatusOr<BacktestResult> Backtest(const std::vector<Sample>& samples,
                                        const ForecasterOptions& options) {
  Forecaster forecaster(options);
  const size_t horizon = std::min(std::max(options.horizon, 1), kMaxHorizon);
  const size_t first = samples.size() / 2;
  std::vector<HorizonError> errors(horizon);
  std::vector<std::vector<double>> last_misses(horizon);
  // Of the last `horizon` moments, the newest at the back; empty where none
  // was made.
  std::deque<Said> past;
  for (size_t i = 0; i < samples.size(); ++i) {
    const Sample& sample = samples[i];
    if (i > 0 && sample.spacing != 1) {
      const double whole = std::floor(sample.spacing);
      if (whole != sample.spacing) {
        past.clear();
      } else {
        for (double gap = 1; gap < std::min(whole, horizon + 1.0); ++gap) {
          past.push_back({});
        }
      }
    }
    for (size_t back = 1; back <= past.size() && back <= horizon; ++back) {
      const Said& said = past[past.size() - back];
      if (said.next.empty()) continue;
      const Forecast& forecast = said.next[back - 1];
      HorizonError& error = errors[back - 1];
      const double miss = std::fabs(forecast.value - sample.value);
      const double last_miss = std::fabs(said.last - sample.value);
      ++error.forecasts;
      error.rmse += miss * miss;
      error.mae += miss;
      error.last_value_rmse += last_miss * last_miss;
      error.last_value_mae += last_miss;
      last_misses[back - 1].push_back(last_miss);
      if (!std::isfinite(forecast.high)) continue;
      ++error.intervals;
      error.held +=
          sample.value >= forecast.low && sample.value <= forecast.high;
    }
    const absl::Status status =
        forecaster.Observe(sample.value, sample.spacing);
    if (!status.ok()) {
      return absl::Status(status.code(), absl::StrCat("sample ", i + 1, ": ",
                                                      status.message()));
    }
    Said said;
    said.last = sample.value;
    if (i + 1 >= first) said.next = forecaster.Next();
    past.push_back(std::move(said));
    while (past.size() > horizon) past.pop_front();
  }
  BacktestResult result;
  for (size_t i = 0; i < horizon; ++i) {
    HorizonError& error = errors[i];
    if (error.forecasts == 0) continue;
    error.steps = static_cast<int>(i) + 1;
    const double number = static_cast<double>(error.forecasts);
    error.rmse = std::sqrt(error.rmse / number);
    error.mae /= number;
    error.last_value_rmse = std::sqrt(error.last_value_rmse / number);
    error.last_value_mae /= number;
    if (error.intervals > 0) error.held /= static_cast<double>(error.intervals);
    std::vector<double>& misses = last_misses[i];
    std::sort(misses.begin(), misses.end());
    const double rank = std::ceil(options.coverage * (misses.size() + 1));
    error.last_value_half_width =
        misses[std::min<size_t>(misses.size(), static_cast<size_t>(rank)) - 1];
    result.errors.push_back(error);
  }
  result.next = forecaster.Next();
  result.model = samples.empty() ? "" : forecaster.Model(1);
  result.change_points = samples.empty() ? 0 : forecaster.resets();
  return result;
}

}  // namespace footnote
