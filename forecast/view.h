// One way to look at a series, for forecast/forecaster.h: what is taken away
// first (nothing, the value of a season ago, a season's profile; of the series
// or of its logarithm), and what predicts the rest.
#ifndef FOOTNOTE_FORECAST_VIEW_H_
#define FOOTNOTE_FORECAST_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "forecast/predictor.h"

namespace footnote {

// Not thread-safe.
class View {
 public:
  enum class Kind {
    kPlain,       // the series
    kDifference,  // to the value a season before
    kProfile,     // to what a season's phase adds to its mean
    kRepeat,      // the value of a season before is the forecast
  };
  enum class Model {
    kBank,    // forecast/predictor.h
    kRelax,   // relaxes to the mean, by `rate` a step
    kDamped,  // the last change dies away, by `rate` a step
  };

  View(Kind kind, int season, bool logarithm, Model model, double rate,
       const PredictorOptions& options);

  // Takes the value history.back(), of time `now`, `gap` samples after the
  // value before. Missing values are NaN in `history`.
  void Observe(const std::vector<double>& history, int64_t now, double gap);

  // Says what follows `now`: next().
  void Say(const std::vector<double>& history, int64_t now);

  // What it says of the moments to come, in the units of the series; NaN where
  // it has not seen enough.
  const std::vector<double>& next() const { return next_; }

  bool logarithm() const { return logarithm_; }
  int season() const { return season_; }
  // Of kBank; null otherwise.
  const Predictor* predictor() const { return predictor_.get(); }
  // For people.
  std::string Name() const;

 private:
  double Of(double value) const;
  double Back(double value) const;
  double At(const std::vector<double>& history, size_t back) const;
  double SeasonBefore(const std::vector<double>& history, size_t back) const;
  void Feed(double value);
  double Ahead(int steps) const;
  void ObserveProfile(const std::vector<double>& history, int64_t now,
                      double value);

  const Kind kind_;
  const int season_;
  const bool logarithm_;
  const Model model_;
  const double rate_;
  const int horizon_;
  std::unique_ptr<Predictor> predictor_;  // of kBank
  // Of the other models.
  double last_ = 0, change_ = 0, mean_ = 0;
  int met_ = 0;
  bool fed_ = false;
  double since_ = 0;  // samples since the model was fed
  int seen_ = 0;
  std::vector<double> profile_;
  std::vector<int> visits_;
  std::vector<double> said_;  // in the units of the view
  std::vector<double> next_;
};

}  // namespace footnote

#endif  // FOOTNOTE_FORECAST_VIEW_H_
