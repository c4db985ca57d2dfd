// Predicts series that are sampled together and drive one another.
//
// Each series keeps its own forecaster (forecaster.h). What that missed so far
// is explained by what is known of all series: where each stands beside its
// mean, where its own forecaster expects it to go, and how it last erred.
// The explanation is least squares over the past, forgotten by and by, solved
// again at every sample; it speaks only where it lately erred less than the
// series alone, so that a series that nothing drives loses nothing.
#ifndef FOOTNOTE_FORECAST_COUPLED_H_
#define FOOTNOTE_FORECAST_COUPLED_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forecast/forecaster.h"
#include "forecast/interval.h"

namespace footnote {

inline constexpr size_t kMaxCoupled = 8;
// Further horizons of a coupled forecast are those of the series alone.
inline constexpr int kMaxCoupledHorizon = 64;

// Not thread-safe.
class CoupledForecaster {
 public:
  // REQUIRES: 1 <= channels <= kMaxCoupled
  CoupledForecaster(size_t channels, const ForecasterOptions& options);

  // Takes the next value of every series, `spacing` nominal samples after the
  // ones before. REQUIRES: as many values as channels.
  // Errors: those of Predictor::Observe, named by channel; nothing was taken.
  absl::Status Observe(const std::vector<double>& values, double spacing = 1);

  // The next values of a series, 1 to options.horizon steps ahead. Empty
  // before the first value.
  const std::vector<Forecast>& Next(size_t channel) const {
    return next_[channel];
  }

  // Whether the other series have a say in what is said of `channel`.
  // REQUIRES: 1 <= steps <= options.horizon
  bool Driven(size_t channel, int steps) const;

  // The series by itself.
  const Forecaster& Alone(size_t channel) const { return alone_[channel]; }

 private:
  // What was said of one channel at one moment.
  struct Said {
    double alone = 0, joint = 0, half_width = 0;
    bool driven = false;
  };
  // One channel at one horizon.
  struct Target {
    explicit Target(const Interval& of) : interval(of) {}
    std::vector<double> moment;  // sums of miss x known
    double alone_error = 0, joint_error = 0;
    bool driven = false;
    Interval interval;
  };
  struct Horizon {
    std::vector<double> square;  // sums of known x known; lower triangle
    int64_t scores = 0;
    std::vector<Target> targets;
    // Of the last `steps` moments; a ring, the next at `place`.
    std::vector<std::vector<Said>> said;
    size_t place = 0;
    size_t waiting = 0;
  };

  absl::Status Check(const std::vector<double>& values, double spacing) const;
  void Settle(const std::vector<double>& values);
  void Forget();
  // Takes the values, returns what is known now: three numbers a channel.
  absl::StatusOr<std::vector<double>> Look(const std::vector<double>& values,
                                           double spacing);
  void Say(std::vector<double> known);

  const ForecasterOptions options_;
  const size_t channels_;
  std::vector<Forecaster> alone_;
  std::vector<double> mean_;
  double weight_ = 0;  // of the means
  int64_t resets_ = 0;
  std::vector<Horizon> horizons_;
  // Of the last horizons_.size() samples, the next at place_.
  std::vector<std::vector<double>> known_;
  size_t place_ = 0;
  std::vector<std::vector<Forecast>> next_;
};

}  // namespace footnote

#endif  // FOOTNOTE_FORECAST_COUPLED_H_
