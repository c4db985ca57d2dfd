#include "forecast/backtest.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/status_macros.h"
#include "forecast/coupled.h"

namespace footnote {
namespace {

// After so many samples, which take half a second at most, it is asked whether
// anybody waits.
constexpr size_t kLookEvery = 64;

struct Said {
  double last = 0;
  std::vector<Forecast> next;
  std::vector<Forecast> alone;  // where there are other series
};

// A series by itself, or with those that may drive it.
class Source {
 public:
  Source(const ForecasterOptions& options,
         const std::vector<std::vector<double>>& others)
      : others_(others), alone_(options) {
    if (!others.empty()) coupled_.emplace(1 + others.size(), options);
  }

  absl::Status Observe(size_t i, const Sample& sample) {
    if (!coupled_.has_value()) {
      return alone_.Observe(sample.value, sample.spacing);
    }
    std::vector<double> values = {sample.value};
    for (const std::vector<double>& other : others_) values.push_back(other[i]);
    return coupled_->Observe(values, sample.spacing);
  }
  const std::vector<Forecast>& Next() const {
    return coupled_.has_value() ? coupled_->Next(0) : alone_.Next();
  }
  // The series by itself.
  const Forecaster& Alone() const {
    return coupled_.has_value() ? coupled_->Alone(0) : alone_;
  }
  std::string Model() const {
    const std::string alone = Alone().Model(1);
    if (!coupled_.has_value() || !coupled_->Driven(0, 1)) return alone;
    return absl::StrCat(alone, "; corrected by the other series");
  }

 private:
  const std::vector<std::vector<double>>& others_;
  Forecaster alone_;
  absl::optional<CoupledForecaster> coupled_;
};

absl::Status CheckOthers(const std::vector<Sample>& samples,
                         const std::vector<std::vector<double>>& others) {
  if (others.size() >= kMaxCoupled) {
    return absl::InvalidArgumentError(absl::StrCat(
        others.size(), " other series, want at most ", kMaxCoupled - 1));
  }
  for (size_t i = 0; i < others.size(); ++i) {
    if (others[i].size() == samples.size()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("other series ", i + 1, ": ", others[i].size(),
                     " values, want one for each of the ", samples.size()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BacktestResult> Backtest(
    const std::vector<Sample>& samples, const ForecasterOptions& options,
    const std::vector<std::vector<double>>& others,
    const std::function<bool()>& is_cancelled) {
  RETURN_IF_ERROR(CheckOthers(samples, others));
  Source source(options, others);
  const size_t horizon = std::min(std::max(options.horizon, 1), kMaxHorizon);
  const size_t first = samples.size() / 2;
  std::vector<HorizonError> errors(horizon);
  std::vector<std::vector<double>> last_misses(horizon);
  // Of the last `horizon` moments, the newest at the back; empty where none
  // was made.
  std::deque<Said> past;
  for (size_t i = 0; i < samples.size(); ++i) {
    if (is_cancelled != nullptr && i % kLookEvery == 0 && is_cancelled()) {
      return absl::CancelledError(
          absl::StrCat("after ", i, " of ", samples.size(), " samples"));
    }
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
      if (!said.alone.empty()) {
        const double alone = said.alone[back - 1].value - sample.value;
        error.alone_rmse += alone * alone;
      }
      if (!std::isfinite(forecast.high)) continue;
      ++error.intervals;
      error.held +=
          sample.value >= forecast.low && sample.value <= forecast.high;
    }
    const absl::Status status = source.Observe(i, sample);
    if (!status.ok()) {
      return absl::Status(status.code(), absl::StrCat("sample ", i + 1, ": ",
                                                      status.message()));
    }
    Said said;
    said.last = sample.value;
    if (i + 1 >= first) {
      said.next = source.Next();
      if (!others.empty()) said.alone = source.Alone().Next();
    }
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
    error.alone_rmse = std::sqrt(error.alone_rmse / number);
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
  result.next = source.Next();
  result.model = samples.empty() ? "" : source.Model();
  result.change_points = samples.empty() ? 0 : source.Alone().resets();
  return result;
}

}  // namespace footnote
