// Predicts a series as people keep them: with seasons, growth and gaps.
//
// Several views of the series run side by side: the series itself, its
// logarithm, what is left of either after the value of a season ago, or a
// season's profile, was taken away. On each runs the bank (predictor.h), and
// beside it values that relax to their mean and changes that die away, at
// fixed rates. The views that lately erred least at a horizon speak there, a
// weighted mean of them, and intervals are calibrated on what was said.
// Nothing is trained.
#ifndef FOOTNOTE_FORECAST_FORECASTER_H_
#define FOOTNOTE_FORECAST_FORECASTER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "forecast/interval.h"
#include "forecast/predictor.h"
#include "forecast/view.h"

namespace footnote {

struct ForecasterOptions {
  double coverage = 0.9;
  // 1 to kMaxHorizon.
  int horizon = 1;
  // Lengths of seasons that the calendar suggests, in samples: 12 for months,
  // say. Others are looked for in the series. 2 to kMaxSeason; others are
  // ignored, as are more than kMaxSeasons.
  std::vector<int> seasons;
  bool find_seasons = true;
};

inline constexpr int kMaxSeason = 512;
inline constexpr size_t kMaxSeasons = 3;

// Not thread-safe. The memory is bounded: the last 4,096 samples or so.
class Forecaster {
 public:
  explicit Forecaster(const ForecasterOptions& options);
  ~Forecaster();
  Forecaster(Forecaster&&) noexcept;
  Forecaster& operator=(Forecaster&&) noexcept;

  // Takes the next value, `spacing` nominal samples after the one before; a
  // whole number keeps the seasons, any other ends them.
  // Errors: see Predictor::Observe.
  absl::Status Observe(double value, double spacing = 1);

  // The next values, 1 to options.horizon steps ahead. Empty before the first
  // value.
  const std::vector<Forecast>& Next() const { return next_; }

  // Mean squared error `steps` ahead over that of repeating the last value,
  // the past forgotten by and by; 1 before there is any.
  double RelativeError(int steps) const;

  // The view that weighs most `steps` ahead, for people:
  // "difference to 12 samples before, of logarithms: the last value repeated".
  std::string Model(int steps) const;

  int64_t observed() const { return observed_; }
  // Change points that the plain view met.
  int64_t resets() const;

 private:
  struct Track;
  struct Score;

  void AddViews(int season);
  void Replay(Track* track);
  template <typename Condition>
  void Drop(Condition condition);
  void FindSeasons();
  void Settle(double value);
  void Say();

  ForecasterOptions options_;
  int64_t observed_ = 0;
  bool positive_ = true;
  bool whole_ = true;  // every spacing was a whole number
  std::vector<int> seasons_;
  // Values by time; NaN where one is missing. history_[0] is of time first_.
  std::vector<double> history_;
  int64_t first_ = 0;
  int64_t next_search_;
  std::vector<Track> tracks_;
  std::vector<Forecast> next_;
  // By horizon.
  std::vector<Score> scores_;
};

}  // namespace footnote

#endif  // FOOTNOTE_FORECAST_FORECASTER_H_
