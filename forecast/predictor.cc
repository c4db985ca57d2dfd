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
// A window's predictors may be chosen after so many scores.
constexpr int kFewestScores = 4;
// While the scores are few, each makes up kFresh / (their number + kFresh) of
// the average: the first ones, made on hardly warm states, soon weigh nothing.
constexpr double kFresh = 3;
constexpr int kSurprises = 3;
// An error that is 0 but for rounding surprises nobody.
constexpr double kRounding = 1e-9;

PredictorOptions Bounded(PredictorOptions options) {
  options.coverage = std::min(std::max(options.coverage, 0.01), 0.999);
  options.horizon = std::min(std::max(options.horizon, 1), kMaxHorizon);
  options.half_life = std::max(options.half_life, 1.0);
  options.hysteresis = std::min(std::max(options.hysteresis, 0.0), 0.9);
  options.calibration = std::max<int>(options.calibration, Interval::kFewest);
  options.change_factor = std::max(options.change_factor, 2.0);
  return options;
}

constexpr size_t Of(Predictor::Voice voice) {
  return static_cast<size_t>(voice);
}

}  // namespace

Predictor::Predictor(const PredictorOptions& options)
    : options_(Bounded(options)),
      decay_(std::exp2(-1 / options_.half_life)),
      bank_(Bank::For(1)) {
  horizons_.reserve(options_.horizon);
  for (int steps = 1; steps <= options_.horizon; ++steps) {
    horizons_.emplace_back(
        Interval(options_.coverage, options_.calibration, steps));
    Horizon& horizon = horizons_.back();
    horizon.said.resize(steps);
    if (steps == 1) continue;
    horizon.ahead = BankAhead::For(steps);
    horizon.errors.resize(BankAhead::kSize);
  }
  if (options_.horizon > 1) {
    states_.resize(options_.horizon);
    values_.resize(options_.horizon);
  }
}

void Predictor::Restart(double value) {
  Bank::Prime(value, &run_);
  age_ = 0;
  last_ = value;
  surprises_ = 0;
  for (Horizon& horizon : horizons_) {
    horizon.heard = Voice::kLast;
    horizon.member = -1;
    horizon.error.fill(0);
    horizon.heard_error = 0;
    horizon.scores.fill(0);
    horizon.voice_scores = 0;
    std::fill(horizon.errors.begin(), horizon.errors.end(), 0.0);
  }
  Forget();
}

void Predictor::Forget() {
  for (Horizon& horizon : horizons_) horizon.waiting = 0;
  kept_ = 0;
}

absl::Status Predictor::Observe(double value, double spacing) {
  if (!(std::fabs(value) <= kMaxValue)) {
    return absl::InvalidArgumentError(
        absl::StrCat("value ", value, ", want a number within ", kMaxValue));
  }
  if (!(spacing > 0) || !std::isfinite(spacing)) {
    return absl::InvalidArgumentError(
        absl::StrCat("spacing ", spacing, ", want a positive number"));
  }
  // Nothing came before the first.
  const bool regular = spacing == 1 || observed_ == 0;
  std::shared_ptr<const Bank> other;
  if (observed_ == 0) {
    Restart(value);
  } else {
    if (!regular) {
      // What was said held for another moment.
      other = Bank::For(spacing);
      other->SayAgain(last_, &run_);
      Forget();
      Say();
    }
    if (Settle(value, spacing > 0.5 && spacing < 1.5)) {
      ++resets_;
      Restart(value);
    } else {
      SettleFurther(value);
    }
  }
  std::array<double, kBankLanes> keep = {};
  std::array<double, kBankLanes> take = {};
  for (size_t lane = 0; lane < kBankWindows.size(); ++lane) {
    // Not warm: what it said does not count.
    if (age_ < kWarmWindows * kBankWindows[lane]) continue;
    take[lane] = Share(horizons_.front().scores[lane]++);
    keep[lane] = 1 - take[lane];
  }
  (regular ? bank_ : other)
      ->Step(last_, value, age_ > 0, keep.data(), take.data(), &run_);
  last_ = value;
  age_ += spacing;
  ++observed_;
  Say();
  SayFurther();
  return absl::OkStatus();
}

double Predictor::Share(int score) const {
  return std::max(1 - decay_, kFresh / (score + kFresh));
}

void Predictor::Hear(const SsmChoice& choice, const double* error,
                     const double* scale, Horizon* horizon) const {
  if (choice.best < 0) {
    horizon->member = -1;
    horizon->heard = Voice::kLast;
    return;
  }
  const double bar = 1 - options_.hysteresis;
  if (horizon->member < 0 ||
      choice.least < bar * (error[horizon->member] *
                            scale[horizon->member % kBankLanes])) {
    horizon->member = choice.best;
  }
  // The voices are all scored on the same moments: sums compare.
  const auto least =
      std::min_element(horizon->error.begin(), horizon->error.end());
  if (*least < bar * horizon->error[Of(horizon->heard)]) {
    horizon->heard =
        static_cast<Voice>(std::distance(horizon->error.begin(), least));
  }
}

namespace {

// Infinite where there are too few scores to choose by.
std::array<double, kBankLanes> ScaleOf(
    const std::array<int, kBankLanes>& scores) {
  std::array<double, kBankLanes> scale;
  for (size_t lane = 0; lane < kBankLanes; ++lane) {
    scale[lane] = scores[lane] >= kFewestScores ? 1 : kInfinity;
  }
  return scale;
}

}  // namespace

void Predictor::Say() {
  Horizon& next = horizons_.front();
  const auto scale = ScaleOf(next.scores);
  const SsmChoice choice = SsmChoose(kBankOrders * kReadouts, run_.said.data(),
                                     run_.error.data(), scale.data());
  Hear(choice, run_.error.data(), scale.data(), &next);
  Said& said = next.said.front();
  said.value[Of(Voice::kLast)] = last_;
  said.value[Of(Voice::kMember)] =
      next.member < 0 ? last_ : run_.said[next.member];
  said.value[Of(Voice::kMean)] = choice.best < 0 ? last_ : choice.mean;
  said.heard = next.heard;
  said.half_width = next.interval.half_width();
  next.waiting = 1;
}

void Predictor::SayFurther() {
  if (options_.horizon < 2) return;
  newest_ = newest_ + 1 == states_.size() ? 0 : newest_ + 1;
  states_[newest_] = run_.state;
  values_[newest_] = last_;
  kept_ = std::min(kept_ + 1, states_.size());
  std::array<double, BankAhead::kSize> ahead;
  for (size_t i = 1; i < horizons_.size(); ++i) {
    Horizon& horizon = horizons_[i];
    horizon.ahead->Read(last_, run_.state.data(), ahead.data());
    const auto scale = ScaleOf(horizon.scores);
    const SsmChoice choice =
        SsmChoose(BankAhead::kSize / kBankLanes, ahead.data(),
                  horizon.errors.data(), scale.data());
    Hear(choice, horizon.errors.data(), scale.data(), &horizon);
    horizon.newest =
        horizon.newest + 1 == horizon.said.size() ? 0 : horizon.newest + 1;
    Said& said = horizon.said[horizon.newest];
    said.value[Of(Voice::kLast)] = last_;
    said.value[Of(Voice::kMember)] =
        horizon.member < 0 ? last_ : ahead[horizon.member];
    said.value[Of(Voice::kMean)] = choice.best < 0 ? last_ : choice.mean;
    said.heard = horizon.heard;
    said.half_width = horizon.interval.half_width();
    horizon.waiting = std::min(horizon.waiting + 1, horizon.said.size());
  }
}

double Predictor::Score(double value, const Said& said,
                        Horizon* horizon) const {
  const double take = Share(horizon->voice_scores++);
  for (size_t i = 0; i < kVoices; ++i) {
    const double miss = said.value[i] - value;
    horizon->error[i] += take * (miss * miss - horizon->error[i]);
  }
  const double miss = std::fabs(said.value[Of(said.heard)] - value);
  horizon->heard_error += take * (miss * miss - horizon->heard_error);
  return miss;
}

bool Predictor::Settle(double value, bool calibrate) {
  Horizon& next = horizons_.front();
  if (next.waiting == 0) return false;
  const Said& said = next.said.front();
  const double miss = Score(value, said, &next);
  if (!calibrate) return false;
  const double half_width = said.half_width;
  const bool surprised =
      std::isfinite(half_width) &&
      miss > options_.change_factor * half_width + kRounding * std::fabs(value);
  surprises_ = surprised ? surprises_ + 1 : 0;
  next.interval.Observe(miss, said.half_width);
  return surprises_ >= kSurprises;
}

void Predictor::SettleFurther(double value) {
  std::array<double, BankAhead::kSize> ahead;
  for (size_t i = 1; i < horizons_.size(); ++i) {
    Horizon& horizon = horizons_[i];
    const size_t steps = i + 1;
    if (horizon.waiting < steps || kept_ < steps) continue;
    // Its ring holds exactly `steps` sayings: the oldest comes due.
    const size_t due =
        horizon.newest + 1 == horizon.said.size() ? 0 : horizon.newest + 1;
    const Said& said = horizon.said[due];
    horizon.interval.Observe(Score(value, said, &horizon), said.half_width);

    const size_t back =
        (newest_ + states_.size() - (steps - 1)) % states_.size();
    horizon.ahead->Read(values_[back], states_[back].data(), ahead.data());
    // The age that those states had when they spoke.
    const double age = age_ - static_cast<double>(steps - 1);
    for (size_t lane = 0; lane < kBankWindows.size(); ++lane) {
      if (age < kWarmWindows * kBankWindows[lane]) continue;
      const double take = Share(horizon.scores[lane]++);
      for (size_t j = lane; j < BankAhead::kSize; j += kBankLanes) {
        const double wrong = ahead[j] - value;
        horizon.errors[j] += take * (wrong * wrong - horizon.errors[j]);
      }
    }
  }
}

// The index in BankAhead's readings of the one-step predictor that erred least
// among those that a reconstruction alone continues.
long Predictor::BestThatGoesOn() const {
  const auto scale = ScaleOf(horizons_.front().scores);
  double least = kInfinity;
  long best = -1;
  for (size_t order = 0; order < kBankOrders; ++order) {
    for (const Readout readout : {kReadAhead, kReadGain}) {
      for (size_t lane = 0; lane < kBankWindows.size(); ++lane) {
        const double error =
            run_.error[Bank::Index(kMinOrder + order, readout, lane)] *
            scale[lane];
        if (!(error < least)) continue;
        least = error;
        best = static_cast<long>(
            (2 * order + (readout == kReadGain)) * kBankLanes + lane);
      }
    }
  }
  return best;
}

double Predictor::Value(int steps) const {
  if (observed_ == 0) return 0;
  const size_t i = static_cast<size_t>(steps) - 1;
  if (i < horizons_.size()) {
    const Said& said = horizons_[i].said[horizons_[i].newest];
    return said.value[Of(said.heard)];
  }
  const Horizon& last = horizons_.back();
  if (last.heard == Voice::kLast || last.member < 0) return last_;
  const long member = horizons_.size() > 1 ? last.member : BestThatGoesOn();
  std::array<double, BankAhead::kSize> ahead;
  BankAhead::For(steps)->Read(last_, run_.state.data(), ahead.data());
  return member < 0 ? last_ : ahead[member];
}

std::vector<Forecast> Predictor::Predict(int horizon) const {
  std::vector<Forecast> forecasts;
  if (observed_ == 0) return forecasts;
  forecasts.reserve(horizon);
  for (int steps = 1; steps <= horizon; ++steps) {
    const double value = Value(steps);
    const double half_width = steps <= options_.horizon
                                  ? horizons_[steps - 1].interval.half_width()
                                  : kInfinity;
    forecasts.push_back({value, value - half_width, value + half_width});
  }
  return forecasts;
}

Predictor::Choice Predictor::choice() const {
  const Horizon& next = horizons_.front();
  Choice choice;
  choice.voice = next.heard;
  if (next.member < 0) return choice;
  choice.window = kBankWindows[next.member % kBankLanes];
  choice.readout = static_cast<Readout>(next.member / kBankLanes % kReadouts);
  choice.order = kMinOrder + next.member / kBankLanes / kReadouts;
  return choice;
}

double Predictor::RelativeError(int steps) const {
  const Horizon& horizon = horizons_[steps - 1];
  const double still = horizon.error[Of(Voice::kLast)];
  return still > 0 ? horizon.heard_error / still : 1.0;
}

}  // namespace footnote
