#include "forecast/coupled.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// Numbers known of a channel: level, expected change, last error.
constexpr size_t kKnown = 3;
constexpr double kHalfLife = 300;
constexpr size_t kCalibration = 200;
// Added to the diagonal, of what stands there.
constexpr double kRidge = 1e-4;
// The joint forecast takes over when its error is smaller by the first share,
// and falls silent when it is no longer so by the second.
constexpr double kTakesOver = 0.1;
constexpr double kFallsSilent = 0.02;
// Scores for each known number before the joint forecast may speak.
constexpr int64_t kScoresPerNumber = 4;

size_t Triangle(size_t row) { return row * (row + 1) / 2; }

// Factors the symmetric `square` (lower triangle of `size` rows) with a ridge,
// in place: L of L L'. False where it is singular all the same.
bool Factor(size_t size, std::vector<double>* square) {
  std::vector<double>& s = *square;
  for (size_t i = 0; i < size; ++i) {
    double* row = &s[Triangle(i)];
    row[i] += kRidge * row[i] + 1e-300;
    for (size_t j = 0; j <= i; ++j) {
      const double* other = &s[Triangle(j)];
      double sum = row[j];
      for (size_t k = 0; k < j; ++k) sum -= row[k] * other[k];
      if (j < i) {
        row[j] = sum / other[j];
      } else if (sum > 0 && std::isfinite(sum)) {
        row[i] = std::sqrt(sum);
      } else {
        return false;
      }
    }
  }
  return true;
}

// Solves L L' x = b in place.
void Solve(const std::vector<double>& factor, std::vector<double>* b) {
  std::vector<double>& x = *b;
  const size_t size = x.size();
  for (size_t i = 0; i < size; ++i) {
    const double* row = &factor[Triangle(i)];
    for (size_t k = 0; k < i; ++k) x[i] -= row[k] * x[k];
    x[i] /= row[i];
  }
  for (size_t i = size; i-- > 0;) {
    x[i] /= factor[Triangle(i) + i];
    for (size_t k = 0; k < i; ++k) x[k] -= factor[Triangle(i) + k] * x[i];
  }
}

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

CoupledForecaster::CoupledForecaster(size_t channels,
                                     const ForecasterOptions& options)
    : options_(options), channels_(channels), mean_(channels), next_(channels) {
  for (size_t i = 0; i < channels; ++i) alone_.emplace_back(options);
  const size_t horizons =
      std::min(std::max(options.horizon, 1), kMaxCoupledHorizon);
  horizons_.resize(horizons);
  for (size_t i = 0; i < horizons; ++i) {
    const Interval interval(options.coverage, kCalibration,
                            static_cast<int>(i) + 1);
    horizons_[i].targets.assign(channels, Target(interval));
    horizons_[i].said.resize(i + 1);
  }
  known_.resize(horizons);
  Forget();
}

// All that was learnt of how the series hang together.
void CoupledForecaster::Forget() {
  const size_t size = kKnown * channels_;
  for (Horizon& horizon : horizons_) {
    horizon.square.assign(Triangle(size), 0);
    horizon.scores = 0;
    horizon.waiting = 0;
    for (Target& target : horizon.targets) {
      target.moment.assign(size, 0);
      target.alone_error = target.joint_error = 0;
      target.driven = false;
    }
  }
}

absl::Status CoupledForecaster::Check(const std::vector<double>& values,
                                      double spacing) const {
  for (size_t i = 0; i < channels_; ++i) {
    if (std::fabs(values[i]) <= kMaxValue) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("series ", i + 1, ": value ", values[i],
                     ", want a number within ", kMaxValue));
  }
  if (spacing > 0 && std::isfinite(spacing)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("spacing ", spacing, ", want a positive number"));
}

absl::Status CoupledForecaster::Observe(const std::vector<double>& values,
                                        double spacing) {
  RETURN_IF_ERROR(Check(values, spacing));
  const bool first = next_[0].empty();
  if (spacing == 1 && !first) {
    Settle(values);
  } else {
    // What was said held for another moment.
    for (Horizon& horizon : horizons_) horizon.waiting = 0;
  }
  ASSIGN_OR_RETURN(std::vector<double> known, Look(values, spacing));
  int64_t resets = 0;
  for (const Forecaster& alone : alone_) resets += alone.resets();
  if (resets != resets_) Forget();
  resets_ = resets;
  Say(std::move(known));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<double>> CoupledForecaster::Look(
    const std::vector<double>& values, double spacing) {
  weight_ = std::exp2(-1 / kHalfLife) * weight_ + 1;
  std::vector<double> known(kKnown * channels_);
  for (size_t i = 0; i < channels_; ++i) {
    mean_[i] += (values[i] - mean_[i]) / weight_;
    double* of = &known[kKnown * i];
    of[0] = values[i] - mean_[i];
    const std::vector<Forecast>& before = alone_[i].Next();
    of[2] = before.empty() ? 0 : values[i] - before[0].value;
    RETURN_IF_ERROR(alone_[i].Observe(values[i], spacing));
    of[1] = alone_[i].Next()[0].value - values[i];
  }
  return known;
}

void CoupledForecaster::Settle(const std::vector<double>& values) {
  const double decay = std::exp2(-1 / kHalfLife);
  const size_t size = kKnown * channels_;
  for (size_t h = 0; h < horizons_.size(); ++h) {
    Horizon& horizon = horizons_[h];
    if (horizon.waiting <= h) continue;
    const std::vector<Said>& said = horizon.said[horizon.place];
    const std::vector<double>& known =
        known_[(place_ + known_.size() - (h + 1)) % known_.size()];
    for (size_t i = 0; i < size; ++i) {
      double* row = &horizon.square[Triangle(i)];
      for (size_t j = 0; j <= i; ++j) {
        row[j] = decay * row[j] + known[i] * known[j];
      }
    }
    ++horizon.scores;
    const double take =
        std::max(1 - decay, 1 / static_cast<double>(horizon.scores));
    for (size_t c = 0; c < channels_; ++c) {
      Target& target = horizon.targets[c];
      const double miss = values[c] - said[c].alone;
      for (size_t i = 0; i < size; ++i) {
        target.moment[i] = decay * target.moment[i] + miss * known[i];
      }
      const double joint = values[c] - said[c].joint;
      target.alone_error += take * (miss * miss - target.alone_error);
      target.joint_error += take * (joint * joint - target.joint_error);
      target.interval.Observe(std::fabs(said[c].driven ? joint : miss),
                              said[c].half_width);
    }
  }
}

void CoupledForecaster::Say(std::vector<double> known) {
  for (size_t c = 0; c < channels_; ++c) next_[c] = alone_[c].Next();
  for (size_t h = 0; h < horizons_.size(); ++h) {
    Horizon& horizon = horizons_[h];
    std::vector<double> factor = horizon.square;
    const size_t size = known.size();
    const bool solved = horizon.scores > 0 && Factor(size, &factor);
    std::vector<Said> said(channels_);
    for (size_t c = 0; c < channels_; ++c) {
      Target& target = horizon.targets[c];
      Forecast& next = next_[c][h];
      said[c].alone = said[c].joint = next.value;
      if (solved) {
        std::vector<double> weights = target.moment;
        Solve(factor, &weights);
        const double shift = Dot(weights, known);
        if (std::isfinite(shift)) said[c].joint += shift;
      }
      const bool tried =
          horizon.scores >= kScoresPerNumber * static_cast<int64_t>(size);
      const double bar = 1 - (target.driven ? kFallsSilent : kTakesOver);
      target.driven = tried && target.joint_error < bar * target.alone_error;
      said[c].driven = target.driven;
      if (target.driven) {
        next.value = said[c].joint;
        said[c].half_width = target.interval.half_width();
        next.low = next.value - said[c].half_width;
        next.high = next.value + said[c].half_width;
      } else {
        said[c].half_width = next.high - next.value;
      }
    }
    horizon.said[horizon.place] = std::move(said);
    horizon.place = horizon.place == h ? 0 : horizon.place + 1;
    horizon.waiting = std::min(horizon.waiting + 1, h + 1);
  }
  known_[place_] = std::move(known);
  place_ = place_ + 1 == known_.size() ? 0 : place_ + 1;
}

bool CoupledForecaster::Driven(size_t channel, int steps) const {
  const size_t h = static_cast<size_t>(steps) - 1;
  return h < horizons_.size() && horizons_[h].targets[channel].driven;
}

}  // namespace footnote
