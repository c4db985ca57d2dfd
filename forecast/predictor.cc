#include "forecast/predictor.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// A state has forgotten how it began after this many windows.
constexpr double kWarmWindows = 1.25;
constexpr size_t kMinCalibration = 20;
constexpr int kSurprises = 3;
// How fast the asked quantile follows misses.
constexpr double kLevelStep = 0.02;

PredictorOptions Bounded(PredictorOptions options) {
  options.coverage = std::min(std::max(options.coverage, 0.01), 0.999);
  options.horizon = std::min(std::max(options.horizon, 1), 1000);
  options.half_life = std::max(options.half_life, 1.0);
  options.hysteresis = std::min(std::max(options.hysteresis, 0.0), 0.9);
  options.calibration = std::max<int>(options.calibration, kMinCalibration);
  options.change_factor = std::max(options.change_factor, 2.0);
  return options;
}

}  // namespace

Predictor::Predictor(const PredictorOptions& options)
    : options_(Bounded(options)),
      decay_(std::exp2(-1 / options_.half_life)),
      bank_(Bank::For(1)),
      state_(kBankState),
      scratch_(kBankState),
      next_(kBankSize),
      error_(kBankSize),
      calibrations_(options_.horizon) {
  for (Calibration& calibration : calibrations_) {
    calibration.level = options_.coverage;
    calibration.half_width = kInfinity;
  }
}

void Predictor::Restart(double value) {
  Bank::Prime(value, state_.data());
  std::fill(error_.begin(), error_.end(), 0.0);
  weight_.fill(0);
  chosen_ = -1;
  age_ = 0;
  surprises_ = 0;
  pending_.clear();
}

absl::Status Predictor::Observe(double value, double spacing) {
  if (!std::isfinite(value)) {
    return absl::InvalidArgumentError(
        absl::StrCat("value ", value, ", want a finite number"));
  }
  if (!(spacing > 0) || !std::isfinite(spacing)) {
    return absl::InvalidArgumentError(
        absl::StrCat("spacing ", spacing, ", want a positive number"));
  }
  if (observed_ == 0) {
    last_ = value;
    Restart(value);
  } else if (spacing == 1) {
    Calibrate(value);
    Score(value);
  } else {
    // What was said held for another moment.
    pending_.clear();
  }
  if (spacing != 1) bank_ = Bank::For(spacing);
  bank_->Step(last_, value, state_.data(), scratch_.data());
  if (spacing != 1) bank_ = Bank::For(1);
  state_.swap(scratch_);
  last_ = value;
  age_ += spacing;
  ++observed_;
  bank_->Predict(value, state_.data(), next_.data());
  Choose();
  std::vector<double> said;
  RollOut(options_.horizon, &said);
  pending_.push_back(std::move(said));
  if (pending_.size() > calibrations_.size()) pending_.pop_front();
  return absl::OkStatus();
}

void Predictor::Score(double value) {
  const double said = chosen_ < 0 ? last_ : next_[chosen_];
  const double keep = decay_;
  const double take = 1 - decay_;
  said_error_ = keep * said_error_ + take * (said - value) * (said - value);
  still_error_ = keep * still_error_ + take * (last_ - value) * (last_ - value);
  double* error = error_.data();
  const double* next = next_.data();
  for (size_t i = 0; i < kBankSize; ++i) {
    const double miss = next[i] - value;
    error[i] = keep * error[i] + take * miss * miss;
  }
  for (size_t lane = 0; lane < kBankWindows.size(); ++lane) {
    if (age_ < kWarmWindows * kBankWindows[lane]) {
      // Not warm: what it said does not count.
      for (size_t i = lane; i < kBankSize; i += kBankLanes) error[i] = 0;
      weight_[lane] = 0;
    } else {
      weight_[lane] = keep * weight_[lane] + take;
    }
  }
}

void Predictor::Choose() {
  double best = kInfinity;
  int best_index = -1;
  std::array<double, kBankLanes> scale;
  scale.fill(kInfinity);
  for (size_t lane = 0; lane < kBankWindows.size(); ++lane) {
    if (weight_[lane] > 0) scale[lane] = 1 / weight_[lane];
  }
  for (size_t i = 0; i < kBankSize; i += kBankLanes) {
    for (size_t lane = 0; lane < kBankWindows.size(); ++lane) {
      if (weight_[lane] <= 0) continue;
      const double error = error_[i + lane] * scale[lane];
      if (error < best) {
        best = error;
        best_index = static_cast<int>(i + lane);
      }
    }
  }
  if (best_index < 0) {
    chosen_ = -1;
    return;
  }
  if (chosen_ < 0) {
    chosen_ = best_index;
    return;
  }
  const double current = error_[chosen_] * scale[chosen_ % kBankLanes];
  if (best < (1 - options_.hysteresis) * current) chosen_ = best_index;
}

void Predictor::Calibrate(double value) {
  // pending_[size - k] was said k steps ago; its k-th value is due now.
  bool surprised = false;
  for (size_t k = 1; k <= pending_.size(); ++k) {
    Calibration& calibration = calibrations_[k - 1];
    const double miss = std::fabs(pending_[pending_.size() - k][k - 1] - value);
    if (std::isfinite(calibration.half_width)) {
      const bool outside = miss > calibration.half_width;
      // The level falls slowly while values hold and jumps when one does not,
      // so that in the long run 1 - coverage of them miss.
      calibration.level +=
          kLevelStep * ((outside ? 1.0 : 0.0) - (1 - options_.coverage));
      calibration.level = std::min(std::max(calibration.level, 0.0), 1.0);
      if (k == 1) {
        surprised = miss > options_.change_factor * calibration.half_width &&
                    calibration.half_width > 0;
      }
    }
    calibration.errors.push_back(miss);
    calibration.sorted.insert(std::upper_bound(calibration.sorted.begin(),
                                               calibration.sorted.end(), miss),
                              miss);
    if (calibration.errors.size() > static_cast<size_t>(options_.calibration)) {
      calibration.sorted.erase(std::lower_bound(calibration.sorted.begin(),
                                                calibration.sorted.end(),
                                                calibration.errors.front()));
      calibration.errors.pop_front();
    }
    if (calibration.sorted.size() >= kMinCalibration) {
      const double rank =
          std::ceil(calibration.level * (calibration.sorted.size() + 1));
      const size_t index = static_cast<size_t>(
          std::min<double>(std::max(rank, 1.0), calibration.sorted.size()));
      calibration.half_width = calibration.sorted[index - 1];
    }
  }
  surprises_ = surprised ? surprises_ + 1 : 0;
  if (surprises_ >= kSurprises) {
    ++resets_;
    Restart(value);
    last_ = value;
  }
}

void Predictor::RollOut(int horizon, std::vector<double>* values) const {
  values->clear();
  if (horizon == 0 || observed_ == 0) return;
  values->reserve(horizon);
  if (chosen_ < 0) {
    values->assign(horizon, last_);
    return;
  }
  values->push_back(next_[chosen_]);
  if (horizon == 1) return;
  const size_t lane = chosen_ % kBankLanes;
  const auto readout = static_cast<Readout>(chosen_ / kBankLanes % kReadouts);
  const size_t order = kMinOrder + chosen_ / kBankLanes / kReadouts;
  const Bank::Member member = bank_->Alone(order, lane, readout);
  std::array<double, kMaxOrder> state = {};
  std::array<double, kMaxOrder> next = {};
  for (size_t n = 0; n < order; ++n) {
    state[n] = state_[Bank::StateOffset(order) + n * kBankLanes + lane];
  }
  double before = last_;
  for (int h = 1; h < horizon; ++h) {
    const double now = values->back();
    SsmStepChannels(order, 1, member.ad.data(), member.b0.data(),
                    member.b1.data(), &before, &now, state.data(), next.data());
    state.swap(next);
    double value = member.feedthrough * now;
    for (size_t n = 0; n < order; ++n) value += member.c[n] * state[n];
    values->push_back(std::isfinite(value) ? value : now);
    before = now;
  }
}

std::vector<Forecast> Predictor::Predict(int horizon) const {
  std::vector<double> values;
  RollOut(horizon, &values);
  std::vector<Forecast> forecasts;
  forecasts.reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const double half_width =
        i < calibrations_.size() ? calibrations_[i].half_width : kInfinity;
    forecasts.push_back(
        {values[i], values[i] - half_width, values[i] + half_width});
  }
  return forecasts;
}

Predictor::Choice Predictor::choice() const {
  Choice choice;
  if (chosen_ < 0) return choice;
  choice.window = kBankWindows[chosen_ % kBankLanes];
  choice.readout = static_cast<Readout>(chosen_ / kBankLanes % kReadouts);
  choice.order = kMinOrder + chosen_ / kBankLanes / kReadouts;
  return choice;
}

double Predictor::RelativeError() const {
  return still_error_ > 0 ? said_error_ / still_error_ : 1.0;
}

}  // namespace footnote
