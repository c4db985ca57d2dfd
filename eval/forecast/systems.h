// The signals that the forecaster is measured on: dynamical systems whose next
// state is known, sampled 100 times a unit of time. The same numbers on every
// machine with IEEE doubles.
#ifndef FOOTNOTE_EVAL_FORECAST_SYSTEMS_H_
#define FOOTNOTE_EVAL_FORECAST_SYSTEMS_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace footnote {

// Uniform and normal numbers that do not depend on the standard library's
// distributions.
class Draw {
 public:
  explicit Draw(uint64_t seed) : bits_(seed) {}
  double Uniform(double low, double high);
  double Normal();

 private:
  std::mt19937_64 bits_;
};

enum class SystemKind {
  // The six signals that the geometric mean is taken over.
  kSmooth,
  // Pendulums, populations, linear equations: tabled.
  kTabled,
  // No predictor of this kind can win here: tabled as such.
  kFailure,
};

struct System {
  std::string name;
  SystemKind kind = SystemKind::kSmooth;
  std::vector<double> values;
};

// All systems, `samples` values each.
std::vector<System> TestSystems(size_t samples);

// `values` with white noise of their own deviation * 10^(-decibels / 20).
std::vector<double> WithNoise(const std::vector<double>& values,
                              double decibels, uint64_t seed);

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_FORECAST_SYSTEMS_H_
