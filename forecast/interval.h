// Prediction intervals that hold as often as asked, whatever the series does:
// a quantile of past errors whose level follows the misses (adaptive conformal
// inference).
#ifndef FOOTNOTE_FORECAST_INTERVAL_H_
#define FOOTNOTE_FORECAST_INTERVAL_H_

#include <cstddef>
#include <limits>
#include <vector>

namespace footnote {

// The half width of the intervals at one horizon. Not thread-safe.
class Interval {
 public:
  // `coverage` in (0, 1); the quantile is of the last `errors` errors.
  // Forecasts are `steps` ahead: a level that followed misses known so much
  // later as fast as it follows the next value's would swing to and fro.
  Interval(double coverage, size_t errors, int steps);

  // Takes |value - said| of a forecast that came due, and the half width that
  // was said with it.
  void Observe(double miss, double half_width);

  // Infinite until kFewest errors have been seen.
  static constexpr size_t kFewest = 20;
  double half_width() const { return half_width_; }

 private:
  double coverage_;
  double step_;
  size_t most_;
  std::vector<double> ring_;  // in the order of their coming, from next_
  size_t next_ = 0;
  std::vector<double> sorted_;
  double level_;
  double half_width_ = std::numeric_limits<double>::infinity();
};

}  // namespace footnote

#endif  // FOOTNOTE_FORECAST_INTERVAL_H_
