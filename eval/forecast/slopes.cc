#include "eval/forecast/slopes.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "absl/strings/str_cat.h"
#include "eval/forecast/systems.h"
#include "kernels/ssm.h"

namespace footnote {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kPeriod = 0.83;
constexpr size_t kMoments = 2000;

struct Node {
  double x, weight;
};

// Gauss's nodes on [-1, 1], by Newton's steps on P_n.
std::vector<Node> GaussNodes(int n) {
  std::vector<Node> nodes;
  for (int i = 0; i < n; ++i) {
    double x = std::cos(kPi * (i + 0.75) / (n + 0.5));
    double slope = 1;
    for (int step = 0; step < 100; ++step) {
      double before = 1;
      double here = x;
      for (int k = 2; k <= n; ++k) {
        const double next = ((2 * k - 1) * x * here - (k - 1) * before) / k;
        before = here;
        here = next;
      }
      slope = n * (x * here - before) / (x * x - 1);
      const double by = here / slope;
      x -= by;
      if (std::fabs(by) < 1e-15) break;
    }
    nodes.push_back({x, 2 / ((1 - x * x) * slope * slope)});
  }
  return nodes;
}

// Euler's polynomials, and theirs one degree lower: pieces of a signal whose
// k-th derivative is a square wave of period kPeriod.
double EulerPolynomial(int k, double x) {
  switch (k) {
    case 0:
      return 1;
    case 1:
      return x - .5;
    case 2:
      return x * x - x;
    case 3:
      return x * x * x - 1.5 * x * x + .25;
    default:
      return x * x * x * x - 2 * x * x * x + x;
  }
}

double Factorial(int k) {
  double product = 1;
  for (int i = 2; i <= k; ++i) product *= i;
  return product;
}

double Piecewise(int k, double t, bool derivative) {
  const double x = 2 * t / kPeriod;
  const double cell = std::floor(x);
  const double sign = std::fmod(cell, 2) == 0 ? 1 : -1;
  const double size = std::pow(kPi, k);
  if (derivative) {
    return 2 / kPeriod * size / Factorial(k - 1) *
           EulerPolynomial(k - 1, x - cell) * sign;
  }
  return size / Factorial(k) * EulerPolynomial(k, x - cell) * sign;
}

// c_n = integral over the window before t of f R_n P_n, piece by piece: each
// piece is a polynomial, so that Gauss's rule is exact.
std::vector<double> Projection(int k, double t, size_t order,
                               const std::vector<Node>& nodes) {
  std::vector<double> ends = {t - 1};
  for (double cell = std::ceil(2 * (t - 1) / kPeriod); cell * kPeriod / 2 < t;
       ++cell) {
    if (cell * kPeriod / 2 > t - 1) ends.push_back(cell * kPeriod / 2);
  }
  ends.push_back(t);
  std::vector<double> sums(order, 0.0);
  for (size_t piece = 0; piece + 1 < ends.size(); ++piece) {
    const double half = (ends[piece + 1] - ends[piece]) / 2;
    const double middle = (ends[piece + 1] + ends[piece]) / 2;
    for (const Node& node : nodes) {
      const double s = middle + half * node.x;
      const double value = Piecewise(k, s, false) * node.weight * half;
      const double x = 2 * (s - t) + 1;
      double before = 1;
      double here = 1;
      for (size_t n = 0; n < order; ++n) {
        if (n == 1) here = x;
        if (n > 1) {
          const double next =
              ((2.0 * n - 1) * x * here - (n - 1.0) * before) / n;
          before = here;
          here = next;
        }
        sums[n] += value * std::sqrt(2.0 * n + 1) * here;
      }
    }
  }
  return sums;
}

double FittedSlope(const std::vector<double>& at,
                   const std::vector<double>& errors) {
  double x = 0, y = 0, xx = 0, xy = 0;
  const double n = static_cast<double>(at.size());
  for (size_t i = 0; i < at.size(); ++i) {
    const double a = std::log(at[i]);
    const double b = std::log(errors[i]);
    x += a;
    y += b;
    xx += a * a;
    xy += a * b;
  }
  return (n * xy - x * y) / (n * xx - x * x);
}

// Relative error of f' by R1 and R2 from a sampled model.
struct Errors {
  double r1, r2;
};
Errors SampledErrors(size_t order, int samples, SsmDiscretization how,
                     const std::function<double(double)>& f,
                     const std::function<double(double)>& slope) {
  std::vector<double> a(order * order), b(order), ad(order * order), b0(order),
      b1(order), r1(order), r2(order), state(order, 0.0), next(order);
  double d1 = 0;
  SsmLegT(order, a.data(), b.data());
  SsmDiscretize(order, a.data(), b.data(), 1.0 / samples, how, ad.data(),
                b0.data(), b1.data());
  SsmPresentSlope(order, r1.data(), &d1);
  SsmEndSlope(order, r2.data());
  double before = f(0);
  double wrong1 = 0, wrong2 = 0, all = 0;
  for (int k = 0; k < 12 * samples; ++k) {
    const double t = static_cast<double>(k) / samples;
    const double now = f(t);
    SsmStepChannels(order, 1, ad.data(), b0.data(), b1.data(), &before, &now,
                    state.data(), next.data());
    state.swap(next);
    before = now;
    if (k < 6 * samples) continue;
    double y1 = d1 * now;
    double y2 = 0;
    for (size_t n = 0; n < order; ++n) {
      y1 += r1[n] * state[n];
      y2 += r2[n] * state[n];
    }
    const double want = slope(t);
    wrong1 += (y1 - want) * (y1 - want);
    wrong2 += (y2 - want) * (y2 - want);
    all += want * want;
  }
  return {std::sqrt(wrong1 / all), std::sqrt(wrong2 / all)};
}

}  // namespace

std::vector<SlopeLine> SlopesInOrder() {
  const std::vector<size_t> orders = {32, 45, 64, 90, 128};
  const std::vector<Node> nodes = GaussNodes(80);
  std::vector<SlopeLine> lines;
  for (int k = 1; k <= 4; ++k) {
    SlopeLine lines_of[2];
    std::vector<double> wrong[2] = {std::vector<double>(orders.size(), 0.0),
                                    std::vector<double>(orders.size(), 0.0)};
    double all = 0;
    Draw draw(17);
    for (size_t m = 0; m < kMoments; ++m) {
      const double t = draw.Uniform(2, 40);
      const std::vector<double> c = Projection(k, t, orders.back(), nodes);
      const double f = Piecewise(k, t, false);
      const double want = Piecewise(k, t, true);
      all += want * want;
      for (size_t i = 0; i < orders.size(); ++i) {
        std::vector<double> r1(orders[i]), r2(orders[i]);
        double d1 = 0;
        SsmPresentSlope(orders[i], r1.data(), &d1);
        SsmEndSlope(orders[i], r2.data());
        double y1 = d1 * f;
        double y2 = 0;
        for (size_t n = 0; n < orders[i]; ++n) {
          y1 += r1[n] * c[n];
          y2 += r2[n] * c[n];
        }
        wrong[0][i] += (y1 - want) * (y1 - want);
        wrong[1][i] += (y2 - want) * (y2 - want);
      }
    }
    for (int r = 0; r < 2; ++r) {
      SlopeLine line;
      line.what = absl::StrCat("k = ", k, ", R", r + 1);
      line.wanted = -k + (r == 0 ? .5 : 1.5);
      for (size_t i = 0; i < orders.size(); ++i) {
        line.at.push_back(static_cast<double>(orders[i]));
        line.errors.push_back(std::sqrt(wrong[r][i] / all));
      }
      line.slope = FittedSlope(line.at, line.errors);
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

std::vector<SlopeLine> SlopesInStep() {
  struct Rule {
    const char* name;
    SsmDiscretization how;
    double wanted;
  };
  const std::vector<Rule> rules = {
      {"averaged Tustin", SsmDiscretization::kTustin, 2},
      {"first-order hold", SsmDiscretization::kFirstOrderHold, 2},
      {"bilinear (S4)", SsmDiscretization::kBilinear, 1},
      {"zero-order hold", SsmDiscretization::kZeroOrderHold, 1},
  };
  std::vector<SlopeLine> lines;
  for (const Rule& rule : rules) {
    SlopeLine line;
    line.what = absl::StrCat(rule.name, ", R1");
    line.wanted = rule.wanted;
    for (const int samples : {64, 128, 256, 512}) {
      const Errors errors = SampledErrors(
          16, samples, rule.how, [](double t) { return std::sin(6 * t); },
          [](double t) { return 6 * std::cos(6 * t); });
      line.at.push_back(1.0 / samples);
      line.errors.push_back(errors.r1);
    }
    line.slope = FittedSlope(line.at, line.errors);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<SlopeLine> ErrorsByOrder() {
  const auto sum = [](double t, bool derivative) {
    constexpr double kTurn[] = {3, 7, 11, 17, 23};
    constexpr double kSize[] = {1, .7, .5, .4, .3};
    constexpr double kPhase[] = {.1, 1, 2, 3, 4};
    double total = 0;
    for (int i = 0; i < 5; ++i) {
      const double angle = kTurn[i] * t + kPhase[i];
      total += derivative ? kSize[i] * kTurn[i] * std::cos(angle)
                          : kSize[i] * std::sin(angle);
    }
    return total;
  };
  SlopeLine r1, r2;
  r1.what = "sum of sines, R1";
  r2.what = "sum of sines, R2";
  for (const size_t order : {4, 8, 12, 16, 20, 24, 32, 48, 64}) {
    const Errors errors = SampledErrors(
        order, 1000, SsmDiscretization::kTustin,
        [&](double t) { return sum(t, false); },
        [&](double t) { return sum(t, true); });
    for (SlopeLine* line : {&r1, &r2}) {
      line->at.push_back(static_cast<double>(order));
      line->errors.push_back(line == &r1 ? errors.r1 : errors.r2);
    }
  }
  return {r1, r2};
}

}  // namespace footnote
