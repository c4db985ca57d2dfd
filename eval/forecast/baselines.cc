#include "eval/forecast/baselines.h"

#include <array>
#include <cmath>
#include <utility>

namespace footnote {
namespace {

class Persistence final : public Baseline {
 public:
  void Observe(double value) override { last_ = value; }
  double Value(int) const override { return last_; }

 private:
  double last_ = 0;
};

class Linear final : public Baseline {
 public:
  void Observe(double value) override {
    slope_ = seen_ ? value - last_ : 0;
    last_ = value;
    seen_ = true;
  }
  double Value(int steps) const override { return last_ + steps * slope_; }

 private:
  bool seen_ = false;
  double last_ = 0;
  double slope_ = 0;
};

// x that minimises |a x - y|, by Householder's reflections; `a` is rows x
// columns, row major. Columns without anything of their own get 0.
std::vector<double> LeastSquares(size_t rows, size_t columns,
                                 std::vector<double> a, std::vector<double> y) {
  for (size_t c = 0; c < columns; ++c) {
    double norm = 0;
    for (size_t i = c; i < rows; ++i)
      norm += a[i * columns + c] * a[i * columns + c];
    norm = std::sqrt(norm);
    if (norm == 0) continue;
    std::vector<double> v(rows, 0.0);
    for (size_t i = c; i < rows; ++i) v[i] = a[i * columns + c];
    v[c] += v[c] > 0 ? norm : -norm;
    double length = 0;
    for (size_t i = c; i < rows; ++i) length += v[i] * v[i];
    const auto reflect = [&](double* x, size_t stride) {
      double dot = 0;
      for (size_t i = c; i < rows; ++i) dot += v[i] * x[i * stride];
      dot *= 2 / length;
      for (size_t i = c; i < rows; ++i) x[i * stride] -= dot * v[i];
    };
    for (size_t k = c; k < columns; ++k) reflect(a.data() + k, columns);
    reflect(y.data(), 1);
  }
  std::vector<double> x(columns, 0.0);
  for (size_t c = columns; c-- > 0;) {
    double sum = y[c];
    for (size_t k = c + 1; k < columns; ++k) sum -= a[c * columns + k] * x[k];
    const double pivot = a[c * columns + c];
    x[c] = std::fabs(pivot) > 1e-14 * std::fabs(a[0]) ? sum / pivot : 0;
  }
  return x;
}

class Autoregression final : public Baseline {
 public:
  Autoregression(size_t order, size_t context)
      : order_(order), context_(context) {}

  void Observe(double value) override {
    values_.push_back(value);
    const size_t size = values_.size();
    if (size < context_ || (size % 5 != 0 && !weights_.empty())) return;
    const size_t rows = context_ - order_;
    std::vector<double> a(rows * order_);
    std::vector<double> y(rows);
    const double* const first = values_.data() + size - context_;
    for (size_t i = 0; i < rows; ++i) {
      for (size_t k = 0; k < order_; ++k) a[i * order_ + k] = first[i + k];
      y[i] = first[i + order_];
    }
    weights_ = LeastSquares(rows, order_, std::move(a), std::move(y));
  }

  double Value(int steps) const override {
    if (weights_.empty()) return values_.empty() ? 0 : values_.back();
    std::vector<double> past(values_.end() - order_, values_.end());
    double value = 0;
    for (int step = 0; step < steps; ++step) {
      value = 0;
      for (size_t k = 0; k < order_; ++k) {
        value += weights_[k] * past[past.size() - order_ + k];
      }
      past.push_back(value);
    }
    return value;
  }

 private:
  const size_t order_;
  const size_t context_;
  std::vector<double> values_;
  std::vector<double> weights_;
};

// Runs several settings of one method; the one that erred least speaks.
template <typename Setting>
class Best final : public Baseline {
 public:
  explicit Best(std::vector<Setting> settings)
      : settings_(std::move(settings)), errors_(settings_.size(), 0.0) {}

  void Observe(double value) override {
    ++seen_;
    for (size_t i = 0; i < settings_.size(); ++i) {
      if (seen_ > 10) {
        const double miss = settings_[i].Value(1) - value;
        errors_[i] += miss * miss;
      }
      settings_[i].Observe(value);
      if (errors_[i] < errors_[best_]) best_ = i;
    }
  }
  double Value(int steps) const override {
    return settings_[best_].Value(steps);
  }

 private:
  std::vector<Setting> settings_;
  std::vector<double> errors_;
  size_t best_ = 0;
  int seen_ = 0;
};

// State (value, velocity, acceleration), driven by white jerk of variance
// `ratio` times that of the measurements.
class KalmanFilter {
 public:
  explicit KalmanFilter(double ratio) : ratio_(ratio) {}

  void Observe(double value) {
    if (!seen_) {
      x_ = {value, 0, 0};
      for (size_t i = 0; i < 3; ++i) p_[i][i] = 1e3;
      seen_ = true;
      return;
    }
    constexpr double kF[3][3] = {{1, 1, .5}, {0, 1, 1}, {0, 0, 1}};
    constexpr double kG[3] = {1.0 / 6, .5, 1};
    std::array<double, 3> x = {};
    double fp[3][3] = {};
    double p[3][3] = {};
    for (size_t i = 0; i < 3; ++i) {
      for (size_t k = 0; k < 3; ++k) {
        x[i] += kF[i][k] * x_[k];
        for (size_t j = 0; j < 3; ++j) fp[i][j] += kF[i][k] * p_[k][j];
      }
    }
    for (size_t i = 0; i < 3; ++i) {
      for (size_t j = 0; j < 3; ++j) {
        p[i][j] = ratio_ * kG[i] * kG[j];
        for (size_t k = 0; k < 3; ++k) p[i][j] += fp[i][k] * kF[j][k];
      }
    }
    const double certainty = p[0][0] + 1;
    const double surprise = value - x[0];
    for (size_t i = 0; i < 3; ++i) {
      x_[i] = x[i] + p[i][0] / certainty * surprise;
      for (size_t j = 0; j < 3; ++j) {
        p_[i][j] = p[i][j] - p[i][0] * p[0][j] / certainty;
      }
    }
  }
  double Value(int steps) const {
    return x_[0] + steps * x_[1] + steps * steps * x_[2] / 2;
  }

 private:
  double ratio_;
  bool seen_ = false;
  std::array<double, 3> x_ = {};
  double p_[3][3] = {};
};

class HoltSmoothing {
 public:
  HoltSmoothing(double level, double trend) : alpha_(level), beta_(trend) {}

  void Observe(double value) {
    if (!seen_) {
      level_ = value;
      seen_ = true;
      return;
    }
    const double before = level_;
    level_ = alpha_ * value + (1 - alpha_) * (level_ + trend_);
    trend_ = beta_ * (level_ - before) + (1 - beta_) * trend_;
  }
  double Value(int steps) const { return level_ + steps * trend_; }

 private:
  double alpha_;
  double beta_;
  bool seen_ = false;
  double level_ = 0;
  double trend_ = 0;
};

}  // namespace

std::unique_ptr<Baseline> NewPersistence() {
  return std::make_unique<Persistence>();
}

std::unique_ptr<Baseline> NewLinear() { return std::make_unique<Linear>(); }

std::unique_ptr<Baseline> NewAutoregression(size_t order, size_t context) {
  return std::make_unique<Autoregression>(order, context);
}

std::unique_ptr<Baseline> NewKalman() {
  std::vector<KalmanFilter> filters;
  for (double ratio = 1e-8; ratio < 2e8; ratio *= 100)
    filters.emplace_back(ratio);
  return std::make_unique<Best<KalmanFilter>>(std::move(filters));
}

std::unique_ptr<Baseline> NewHolt() {
  std::vector<HoltSmoothing> settings;
  for (const double level : {.1, .3, .5, .8, 1.0}) {
    for (const double trend : {.01, .1, .3, .6, 1.0}) {
      settings.emplace_back(level, trend);
    }
  }
  return std::make_unique<Best<HoltSmoothing>>(std::move(settings));
}

std::vector<NamedBaseline> AllBaselines() {
  std::vector<NamedBaseline> all;
  all.push_back({"last value", NewPersistence()});
  all.push_back({"linear", NewLinear()});
  all.push_back({"AR(4)", NewAutoregression(4, 100)});
  all.push_back({"AR(8)", NewAutoregression(8, 200)});
  all.push_back({"Kalman", NewKalman()});
  all.push_back({"Holt", NewHolt()});
  return all;
}

}  // namespace footnote
