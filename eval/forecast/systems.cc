#include "eval/forecast/systems.h"

#include <cmath>
#include <functional>
#include <utility>

namespace footnote {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kSamplesPerUnit = 100;

using State = std::vector<double>;
using Flow = std::function<State(const State&)>;

State Moved(const State& from, double by, const State& along) {
  State to = from;
  for (size_t i = 0; i < to.size(); ++i) to[i] += by * along[i];
  return to;
}

// Runge and Kutta's fourth order, in steps so small that its error is below
// 1e-10 for all systems here.
State Advance(const Flow& flow, State state, double time) {
  const int steps = 1 + static_cast<int>(time / 5e-4);
  const double h = time / steps;
  for (int i = 0; i < steps; ++i) {
    const State k1 = flow(state);
    const State k2 = flow(Moved(state, h / 2, k1));
    const State k3 = flow(Moved(state, h / 2, k2));
    const State k4 = flow(Moved(state, h, k3));
    for (size_t j = 0; j < state.size(); ++j) {
      state[j] += h / 6 * (k1[j] + 2 * k2[j] + 2 * k3[j] + k4[j]);
    }
  }
  return state;
}

// The coordinates of a trajectory, one series each; `scale` is the system's
// time per unit, `warm` the time that passes before the first sample.
std::vector<std::vector<double>> Trajectory(const Flow& flow, State state,
                                            double scale, double warm,
                                            size_t samples) {
  std::vector<std::vector<double>> series(state.size());
  if (warm > 0) state = Advance(flow, std::move(state), warm);
  for (size_t k = 0; k < samples; ++k) {
    for (size_t i = 0; i < state.size(); ++i) series[i].push_back(state[i]);
    state = Advance(flow, std::move(state), scale / kSamplesPerUnit);
  }
  return series;
}

std::vector<double> Sampled(size_t samples,
                            const std::function<double(double)>& f) {
  std::vector<double> values(samples);
  for (size_t k = 0; k < samples; ++k) values[k] = f(k / kSamplesPerUnit);
  return values;
}

std::vector<double> SumOfSines(size_t samples) {
  constexpr double kTurn[] = {3, 7, 11, 17, 23};
  constexpr double kSize[] = {1, .7, .5, .4, .3};
  constexpr double kPhase[] = {.1, 1, 2, 3, 4};
  return Sampled(samples, [&](double t) {
    double sum = 0;
    for (int i = 0; i < 5; ++i)
      sum += kSize[i] * std::sin(kTurn[i] * t + kPhase[i]);
    return sum;
  });
}

std::vector<double> BandLimitedNoise(size_t samples) {
  Draw draw(1);
  std::vector<std::pair<double, double>> waves(300);
  for (auto& wave : waves) {
    wave = {draw.Uniform(0, 25), draw.Uniform(0, 2 * kPi)};
  }
  return Sampled(samples, [&](double t) {
    double sum = 0;
    for (const auto& wave : waves)
      sum += std::sin(wave.first * t + wave.second);
    return sum * std::sqrt(2.0 / waves.size());
  });
}

State VanDerPol(const State& y) {
  return {y[1], 2 * (1 - y[0] * y[0]) * y[1] - y[0]};
}

State Lorenz(const State& y) {
  return {10 * (y[1] - y[0]), y[0] * (28 - y[2]) - y[1],
          y[0] * y[1] - 8.0 / 3 * y[2]};
}

State DampedPendulum(const State& y) {
  return {y[1], -0.1 * y[1] - 25 * std::sin(y[0])};
}

// Two equal rods of one metre with equal weights at their ends.
State DoublePendulum(const State& y) {
  constexpr double kGravity = 9.81;
  const double apart = y[0] - y[2];
  const double under = 3 - std::cos(2 * apart);
  const double first =
      (-3 * kGravity * std::sin(y[0]) - kGravity * std::sin(y[0] - 2 * y[2]) -
       2 * std::sin(apart) * (y[3] * y[3] + y[1] * y[1] * std::cos(apart))) /
      under;
  const double second = 2 * std::sin(apart) *
                        (2 * y[1] * y[1] + 2 * kGravity * std::cos(y[0]) +
                         y[3] * y[3] * std::cos(apart)) /
                        under;
  return {y[1], first, y[3], second};
}

State LotkaVolterra(const State& y) {
  return {1.1 * y[0] - 0.4 * y[0] * y[1], 0.1 * y[0] * y[1] - 0.4 * y[1]};
}

// One coordinate of a linear equation of `dimension` whose eigenvalues are
// random pairs: decays of up to .05 a unit, turns of up to 20.
std::vector<double> LinearEquation(size_t dimension, uint64_t seed,
                                   size_t samples) {
  Draw draw(seed);
  struct Mode {
    double decay, turn, size, phase;
  };
  std::vector<Mode> modes(dimension / 2);
  for (Mode& mode : modes) {
    mode = {draw.Uniform(0, .05), draw.Uniform(0, 20), draw.Uniform(.2, 1),
            draw.Uniform(0, 2 * kPi)};
  }
  return Sampled(samples, [&](double t) {
    double sum = 0;
    for (const Mode& mode : modes) {
      sum += mode.size * std::exp(-mode.decay * t) *
             std::sin(mode.turn * t + mode.phase);
    }
    return sum;
  });
}

std::vector<double> LogisticMap(double growth, size_t samples) {
  std::vector<double> values(samples);
  double x = 0.3;
  for (int k = 0; k < 1000; ++k) x = growth * x * (1 - x);
  for (double& value : values) value = x = growth * x * (1 - x);
  return values;
}

// White noise through two poles at `pole`; 0 leaves it white.
std::vector<double> FilteredNoise(double pole, uint64_t seed, size_t samples) {
  Draw draw(seed);
  std::vector<double> values(samples);
  double first = 0;
  double second = 0;
  for (double& value : values) {
    first = pole * first + draw.Normal();
    value = second = pole * second + first;
  }
  return values;
}

std::vector<double> RandomWalk(uint64_t seed, size_t samples) {
  Draw draw(seed);
  std::vector<double> values(samples);
  double sum = 0;
  for (double& value : values) value = sum += draw.Normal();
  return values;
}

}  // namespace

double Draw::Uniform(double low, double high) {
  return low +
         (high - low) * std::ldexp(static_cast<double>(bits_() >> 11), -53);
}

double Draw::Normal() {
  const double radius = std::sqrt(-2 * std::log(1 - Uniform(0, 1)));
  return radius * std::cos(Uniform(0, 2 * kPi));
}

std::vector<System> TestSystems(size_t samples) {
  const auto van_der_pol = Trajectory(VanDerPol, {2, 0}, 2, 30, samples);
  const auto lorenz = Trajectory(Lorenz, {1, 1, 1}, 0.4, 30, samples);
  const auto pendulum = Trajectory(DampedPendulum, {2, 0}, 1, 0, samples);
  const auto two = Trajectory(DoublePendulum, {1.5, 0, 1.5, 0}, 1, 0, samples);
  const auto prey = Trajectory(LotkaVolterra, {10, 5}, 3, 0, samples);
  const SystemKind smooth = SystemKind::kSmooth;
  const SystemKind tabled = SystemKind::kTabled;
  const SystemKind failure = SystemKind::kFailure;
  return {
      {"sines", smooth, SumOfSines(samples)},
      {"band-limited noise", smooth, BandLimitedNoise(samples)},
      {"Van der Pol x", smooth, van_der_pol[0]},
      {"Van der Pol v", smooth, van_der_pol[1]},
      {"Lorenz x", smooth, lorenz[0]},
      {"Lorenz z", smooth, lorenz[2]},
      {"damped pendulum", tabled, pendulum[0]},
      {"double pendulum 1", tabled, two[0]},
      {"double pendulum 2", tabled, two[2]},
      {"Lotka-Volterra prey", tabled, prey[0]},
      {"Lotka-Volterra predators", tabled, prey[1]},
      {"linear, dimension 10", tabled, LinearEquation(10, 3, samples)},
      {"linear, dimension 20", tabled, LinearEquation(20, 4, samples)},
      {"logistic map, chaotic", failure, LogisticMap(3.9, samples)},
      {"logistic map, period 4", failure, LogisticMap(3.5, samples)},
      {"filtered white noise", failure, FilteredNoise(.8, 5, samples)},
      {"white noise", failure, FilteredNoise(0, 6, samples)},
      {"random walk", failure, RandomWalk(7, samples)},
  };
}

std::vector<double> WithNoise(const std::vector<double>& values,
                              double decibels, uint64_t seed) {
  double mean = 0;
  for (const double value : values) mean += value / values.size();
  double variance = 0;
  for (const double value : values) {
    variance += (value - mean) * (value - mean) / values.size();
  }
  const double size = std::sqrt(variance) * std::pow(10, -decibels / 20);
  Draw draw(seed);
  std::vector<double> noisy = values;
  for (double& value : noisy) value += size * draw.Normal();
  return noisy;
}

}  // namespace footnote
