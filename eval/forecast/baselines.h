// What the forecaster is measured against. Each is given the samples up to one
// moment and says the value some steps later; each chooses its own constants
// by its past errors where it has any.
#ifndef FOOTNOTE_EVAL_FORECAST_BASELINES_H_
#define FOOTNOTE_EVAL_FORECAST_BASELINES_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace footnote {

// One method on one series. Not thread-safe.
class Baseline {
 public:
  virtual ~Baseline() = default;
  // Takes the next sample.
  virtual void Observe(double value) = 0;
  // The value `steps` later.
  virtual double Value(int steps) const = 0;
};

// x.
std::unique_ptr<Baseline> NewPersistence();
// 2 x - x'.
std::unique_ptr<Baseline> NewLinear();
// Autoregression of `order` by least squares (Householder) on the last
// `context` samples, fitted anew every fifth sample.
std::unique_ptr<Baseline> NewAutoregression(size_t order, size_t context);
// Kalman's filter for constant acceleration; of nine ratios of noises the one
// that erred least so far.
std::unique_ptr<Baseline> NewKalman();
// Holt's linear smoothing; of 25 pairs of constants the one that erred least
// so far.
std::unique_ptr<Baseline> NewHolt();

struct NamedBaseline {
  std::string name;
  std::unique_ptr<Baseline> baseline;
};
// All of them, fresh.
std::vector<NamedBaseline> AllBaselines();

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_FORECAST_BASELINES_H_
