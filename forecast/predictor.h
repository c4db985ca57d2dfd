// Predicts the next values of one series from what it has seen of it, without
// training: a bank of written-down state-space models, of which those that
// erred least lately speak.
//
// Exact for constants, ramps and parabolas once a window is full. Where the
// series is noise, a random walk or chaos faster than the samples, the last
// value is as good or better: compare RelativeError() with 1, and say so.
#ifndef FOOTNOTE_FORECAST_PREDICTOR_H_
#define FOOTNOTE_FORECAST_PREDICTOR_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "forecast/bank.h"
#include "forecast/interval.h"

namespace footnote {

struct PredictorOptions {
  // Share of true values that the interval is to hold, in (0, 1).
  double coverage = 0.9;
  // Steps ahead for which models are chosen and intervals calibrated, 1 to
  // kMaxHorizon. Costs a reading of the whole bank for each, per observation.
  int horizon = 1;
  // Past errors lose half their weight in so many samples.
  double half_life = 300;
  // A predictor takes over when its error is this much smaller.
  double hysteresis = 0.02;
  // Errors kept for an interval.
  int calibration = 200;
  // Errors this many times the interval's half width, three in a row, are a
  // change point: the past is forgotten.
  double change_factor = 8;
};

inline constexpr int kMaxHorizon = 512;
// Larger values are refused: their squares leave no room.
inline constexpr double kMaxValue = 1e100;

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
  // the series is regular; 3: two values are missing; any fraction).
  //   InvalidArgument  the value is not a number within kMaxValue, or the
  //                    spacing not positive
  absl::Status Observe(double value, double spacing = 1);

  // The next `horizon` values, one nominal sample apart. Past
  // options.horizon the model of that horizon goes on, without interval.
  // Before the first value: empty. REQUIRES: horizon >= 0.
  std::vector<Forecast> Predict(int horizon) const;
  // The value `steps` ahead alone; 0 before the first. REQUIRES: steps > 0.
  double Value(int steps) const;

  // Who speaks, of the next value.
  enum class Voice {
    kLast = 0,    // the last value, repeated
    kMember = 1,  // one predictor of the bank
    kMean = 2,    // the mean of those that are nearly as good as the best
  };
  struct Choice {
    Voice voice = Voice::kLast;
    // The best predictor, whether it speaks alone or not; window 0: none yet.
    double window = 0;
    size_t order = 0;
    Readout readout = kReadAhead;
  };
  Choice choice() const;

  // Mean squared error of what was said `steps` ahead, over that of repeating
  // the last value, with the same forgetting; 1 before there is any.
  // REQUIRES: 1 <= steps <= options.horizon
  double RelativeError(int steps = 1) const;

  // Change points met so far.
  int64_t resets() const { return resets_; }
  int64_t observed() const { return observed_; }

 private:
  static constexpr size_t kVoices = 3;
  // What the voices say of one moment, and which of them is heard.
  struct Said {
    std::array<double, kVoices> value = {};
    Voice heard = Voice::kLast;
    double half_width = 0;
  };
  // Choice and past errors at one horizon.
  struct Horizon {
    explicit Horizon(Interval of) : interval(std::move(of)) {}
    // What was said of the moments to come; a ring, the newest at `newest`.
    std::vector<Said> said;
    size_t newest = 0;
    size_t waiting = 0;
    Voice heard = Voice::kLast;
    long member = -1;
    std::array<double, kVoices> error = {};
    double heard_error = 0;
    // How often each window was scored, and the voices.
    std::array<int, kBankLanes> scores = {};
    int voice_scores = 0;
    Interval interval;
    // From the second horizon on.
    std::shared_ptr<const BankAhead> ahead;
    std::vector<double> errors;
  };

  void Restart(double value);
  void Forget();
  // Scores the voices on what came; returns the miss of the one heard.
  double Score(double value, const Said& said, Horizon* horizon) const;
  // The next value's forecast came due; true at a change point.
  bool Settle(double value, bool calibrate);
  void SettleFurther(double value);
  // How much of an average of errors the `score`th of them makes up.
  double Share(int score) const;
  void Hear(const SsmChoice& choice, const double* error, const double* scale,
            Horizon* horizon) const;
  void Say();
  void SayFurther();
  long BestThatGoesOn() const;

  const PredictorOptions options_;
  const double decay_;
  int64_t observed_ = 0;
  int64_t resets_ = 0;
  double age_ = 0;  // nominal samples since the last restart
  double last_ = 0;
  std::shared_ptr<const Bank> bank_;
  Bank::Run run_;
  int surprises_ = 0;
  std::vector<Horizon> horizons_;
  // States and values of the last options.horizon samples, the newest at
  // newest_: what a forecast that comes due was read from.
  std::vector<std::array<double, kBankState>> states_;
  std::vector<double> values_;
  size_t newest_ = 0;
  size_t kept_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_FORECAST_PREDICTOR_H_
