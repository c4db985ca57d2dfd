#include "kernels/ssm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "kernels/dispatch.h"

namespace footnote {
namespace {

// One LegT system of `order` over `window` samples, with what it predicts.
struct System {
  System(size_t order, double window,
         SsmDiscretization how = SsmDiscretization::kTustin)
      : order(order),
        step(1 / window),
        ad(order * order),
        b0(order),
        b1(order),
        present_slope(order),
        end_slope(order),
        ahead(order),
        present(order),
        state(order, 0.0) {
    std::vector<double> a(order * order);
    std::vector<double> b(order);
    SsmLegT(order, a.data(), b.data());
    EXPECT_TRUE(SsmDiscretize(order, a.data(), b.data(), step, how, ad.data(),
                              b0.data(), b1.data()));
    SsmPresentSlope(order, present_slope.data(), &feedthrough);
    SsmEndSlope(order, end_slope.data());
    SsmAhead(order, step, ahead.data());
    SsmAhead(order, 0, present.data());
  }

  void Step(double before, double now) {
    std::vector<double> next(order);
    SsmStepChannels(order, 1, ad.data(), b0.data(), b1.data(), &before, &now,
                    state.data(), next.data());
    state = next;
  }

  double Read(const std::vector<double>& c) const {
    double sum = 0;
    for (size_t n = 0; n < order; ++n) sum += c[n] * state[n];
    return sum;
  }

  size_t order;
  double step;
  double feedthrough = 0;
  std::vector<double> ad, b0, b1, present_slope, end_slope, ahead, present;
  std::vector<double> state;
};

double Relative(double got, double want) {
  return std::fabs(got - want) / std::max(1.0, std::fabs(want));
}

TEST(SsmTest, AgreesWithReferenceVectors) {
  std::ifstream file("tests/kernels/testdata/hippo_golden.json");
  ASSERT_TRUE(file.good());
  const nlohmann::json golden = nlohmann::json::parse(file);
  const std::vector<double> u = golden["u"];
  ASSERT_THAT(u, ::testing::SizeIs(300));
  int systems = 0;
  for (const auto& item : golden.items()) {
    size_t order = 0;
    double window = 0;
    if (sscanf(item.key().c_str(), "N%zu_W%lf", &order, &window) != 2) continue;
    SCOPED_TRACE(item.key());
    ++systems;
    const nlohmann::json& want = item.value();
    System system(order, window);
    for (size_t n = 0; n < order; ++n) {
      EXPECT_LE(Relative(system.present_slope[n], want["C1"][n]), 1e-12);
      EXPECT_LE(Relative(system.end_slope[n], want["C2"][n]), 1e-12);
      EXPECT_LE(Relative(system.ahead[n], want["Ca"][n]), 1e-12);
      EXPECT_LE(Relative(system.b0[n] + system.b1[n], want["Bd"][n]), 1e-12);
      for (size_t k = 0; k < order; ++k) {
        EXPECT_LE(Relative(system.ad[n * order + k], want["Ad"][n][k]), 1e-12);
      }
    }
    std::vector<std::vector<double>> seen;
    double before = u[0];
    for (const double now : u) {
      system.Step(before, now);
      before = now;
      const double present = system.Read(system.present);
      const double r1 =
          system.Read(system.present_slope) + system.feedthrough * now;
      const double r2 = system.Read(system.end_slope);
      const double ahead = system.Read(system.ahead);
      const double gain = static_cast<double>(order * order);
      EXPECT_LE(Relative(r1 - r2, gain * (now - present)), 1e-9);
      seen.push_back({present, now + system.step * r1, now + system.step * r2,
                      ahead, now + ahead - present});
    }
    for (size_t i = 0; i < 5; ++i) {
      for (size_t column = 0; column < 5; ++column) {
        EXPECT_LE(Relative(seen[295 + i][column], want["last5"][i][column]),
                  1e-12);
        EXPECT_LE(Relative(seen[10][column], want["k10"][column]), 1e-12);
      }
    }
    for (size_t n = 0; n < order; ++n) {
      EXPECT_LE(Relative(system.state[n], want["c_final"][n]), 1e-12);
    }
  }
  EXPECT_EQ(systems, 3);
}

TEST(SsmTest, PredictsPolynomialsToDegreeTwoExactly) {
  for (const auto& size :
       {std::pair<size_t, double>{4, 16}, {5, 16}, {8, 32}}) {
    for (int degree = 0; degree <= 2; ++degree) {
      SCOPED_TRACE(std::to_string(size.first) + " degree " +
                   std::to_string(degree));
      System system(size.first, size.second);
      const auto f = [&](double t) { return std::pow(t - 20, degree); };
      const auto slope = [&](double t) {
        return degree == 0 ? 0 : degree * std::pow(t - 20, degree - 1);
      };
      double before = f(0);
      double worst = 0;
      for (int k = 0; k < 1200; ++k) {
        const double t = k * system.step;
        system.Step(before, f(t));
        before = f(t);
        if (k < 900) continue;
        worst = std::max(
            worst, Relative(system.Read(system.ahead), f(t + system.step)));
        worst = std::max(worst, Relative(system.Read(system.present_slope) +
                                             system.feedthrough * f(t),
                                         slope(t)));
        worst =
            std::max(worst, Relative(system.Read(system.end_slope), slope(t)));
      }
      EXPECT_LE(worst, 1e-10);
    }
  }
}

// d/dt of a band-limited signal: averaged Tustin has no N^2 / (2 W) error,
// which S4's rule shows.
TEST(SsmTest, AveragedTustinHasNoInputShift) {
  double errors[2];
  int i = 0;
  for (const auto how :
       {SsmDiscretization::kTustin, SsmDiscretization::kBilinear}) {
    System system(16, 1000, how);
    double sum = 0;
    double size = 0;
    double before = 0;
    for (int k = 0; k < 8000; ++k) {
      const double t = k * system.step;
      const double now = std::sin(3 * t);
      system.Step(before, now);
      before = now;
      if (k < 4000) continue;
      const double got =
          system.Read(system.present_slope) + system.feedthrough * now;
      sum += std::pow(got - 3 * std::cos(3 * t), 2);
      size += std::pow(3 * std::cos(3 * t), 2);
    }
    errors[i++] = std::sqrt(sum / size);
  }
  EXPECT_LT(errors[0], 1e-5);
  EXPECT_NEAR(errors[1], 16.0 * 16.0 / 2000, 0.02);
}

TEST(SsmTest, HoldsIntegrateConstantsAndRampsExactly) {
  // c' = -2 c + f has closed forms for f = 1 and f = t.
  const double a = -2;
  const double b = 1;
  const double h = 0.3;
  double ad, b0, b1;
  ASSERT_TRUE(SsmDiscretize(1, &a, &b, h, SsmDiscretization::kZeroOrderHold,
                            &ad, &b0, &b1));
  EXPECT_NEAR(ad, std::exp(-0.6), 1e-15);
  EXPECT_NEAR(b1, (1 - std::exp(-0.6)) / 2, 1e-15);
  EXPECT_EQ(b0, 0);
  ASSERT_TRUE(SsmDiscretize(1, &a, &b, h, SsmDiscretization::kFirstOrderHold,
                            &ad, &b0, &b1));
  // From 0 under f = t: c(h) = h/2 - 1/4 + exp(-2h)/4.
  EXPECT_NEAR(b1 * h, h / 2 - 0.25 + std::exp(-0.6) / 4, 1e-15);
}

TEST(SsmTest, FourierSeriesFollowsPeriodicSignals) {
  const size_t order = 8;
  std::vector<double> a(order * order), b(order), ad(order * order), b0(order),
      b1(order), state(order, 0.0), next(order);
  SsmFouT(order, a.data(), b.data());
  const double step = 1e-3;
  ASSERT_TRUE(SsmDiscretize(order, a.data(), b.data(), step,
                            SsmDiscretization::kFirstOrderHold, ad.data(),
                            b0.data(), b1.data()));
  const double turn = 2 * std::acos(-1.0);
  const auto f = [&](double t) {
    return std::sin(turn * t) + 0.5 * std::cos(3 * turn * t);
  };
  double before = f(0);
  double worst = 0;
  for (int k = 1; k < 12000; ++k) {
    const double now = f(k * step);
    SsmStepChannels(order, 1, ad.data(), b0.data(), b1.data(), &before, &now,
                    state.data(), next.data());
    state.swap(next);
    before = now;
    double present = 0;
    for (size_t n = 0; n < order; ++n) present += b[n] / 2 * state[n];
    if (k > 6000) worst = std::max(worst, std::fabs(present - now));
  }
  EXPECT_LT(worst, 1e-3);
}

TEST(SsmTest, ScaledLegendreHoldsConstants) {
  const size_t order = 6;
  std::vector<double> a(order * order), b(order);
  SsmLegS(order, a.data(), b.data());
  // The projection of 1 is (1, 0, …): its derivative must vanish.
  for (size_t n = 0; n < order; ++n) {
    EXPECT_NEAR(a[n * order] + b[n], 0, 1e-12);
  }
}

TEST(SsmTest, RefusesStepsThatAreNoSteps) {
  const double a = -1;
  const double b = 1;
  double ad = 7, b0 = 7, b1 = 7;
  for (const double step : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    EXPECT_FALSE(SsmDiscretize(1, &a, &b, step, SsmDiscretization::kTustin, &ad,
                               &b0, &b1));
  }
  EXPECT_EQ(ad, 7);
}

TEST(SsmTest, EveryInstructionSetGivesTheScalarBits) {
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  const auto draw = [&](size_t n) {
    std::vector<double> values(n + 1);
    for (double& value : values) value = normal(random);
    return values;
  };
  const SsmKernels& scalar = SsmKernelsFor(Isa::kScalar);
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    SCOPED_TRACE(IsaName(isa));
    const SsmKernels& kernels = SsmKernelsFor(isa);
    for (const size_t order : {1, 2, 3, 8, 17}) {
      // + 1: nothing may depend on alignment.
      for (const size_t channels : {0, 1, 3, 4, 7, 8, 9, 1000}) {
        const auto ad = draw(order * order), b0 = draw(order), b1 = draw(order),
                   u = draw(channels), v = draw(channels),
                   state = draw(order * channels);
        std::vector<double> want(order * channels + 1, 0), got = want;
        scalar.step_channels(order, channels, ad.data() + 1, b0.data() + 1,
                             b1.data() + 1, u.data() + 1, v.data() + 1,
                             state.data() + 1, want.data() + 1);
        kernels.step_channels(order, channels, ad.data() + 1, b0.data() + 1,
                              b1.data() + 1, u.data() + 1, v.data() + 1,
                              state.data() + 1, got.data() + 1);
        EXPECT_EQ(0, std::memcmp(want.data(), got.data(),
                                 want.size() * sizeof(double)));
      }
      const auto ad = draw(order * order * kSsmLanes),
                 b0 = draw(order * kSsmLanes), b1 = draw(order * kSsmLanes),
                 state = draw(order * kSsmLanes);
      std::vector<double> want(order * kSsmLanes + 1, 0), got = want;
      scalar.step_lanes(order, ad.data() + 1, b0.data() + 1, b1.data() + 1, 0.3,
                        -1.7, state.data() + 1, want.data() + 1);
      kernels.step_lanes(order, ad.data() + 1, b0.data() + 1, b1.data() + 1,
                         0.3, -1.7, state.data() + 1, got.data() + 1);
      EXPECT_EQ(0, std::memcmp(want.data(), got.data(),
                               want.size() * sizeof(double)));
      double read[2][kSsmLanes];
      scalar.read_lanes(order, b0.data() + 1, state.data() + 1, read[0]);
      kernels.read_lanes(order, b0.data() + 1, state.data() + 1, read[1]);
      EXPECT_EQ(0, std::memcmp(read[0], read[1], sizeof(read[0])));
    }
  }
}

}  // namespace
}  // namespace footnote
