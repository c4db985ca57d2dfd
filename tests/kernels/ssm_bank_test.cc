#include "kernels/ssm_bank.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "kernels/dispatch.h"
#include "kernels/ssm.h"

namespace footnote {
namespace {

constexpr double kWindows[kSsmBankLanes] = {4, 6, 10, 16, 25, 32, 50, 100};

// The table of `order`, made from the plain functions.
std::vector<double> Table(size_t order) {
  std::vector<double> table(SsmBankTableSize(order));
  std::vector<double> a(order * order), b(order), ad(order * order), b0(order),
      b1(order), ahead(order);
  SsmLegT(order, a.data(), b.data());
  for (size_t lane = 0; lane < kSsmBankLanes; ++lane) {
    const double step = 1 / kWindows[lane];
    EXPECT_TRUE(SsmDiscretize(order, a.data(), b.data(), step,
                              SsmDiscretization::kTustin, ad.data(), b0.data(),
                              b1.data()));
    SsmAhead(order, step, ahead.data());
    size_t entry = 0;
    const auto write = [&](double value) {
      table[entry++ * kSsmBankLanes + lane] = value;
    };
    write(step);
    for (size_t n = 0; n < order; ++n) {
      for (size_t k = 0; k <= n; ++k) write(ad[n * order + k]);
    }
    for (const double value : ahead) write(value);
  }
  return table;
}

// One lane, by the definitions.
struct Plain {
  Plain(size_t order, double window)
      : order(order),
        step(1 / window),
        ad(order * order),
        b0(order),
        b1(order),
        r1(order),
        r2(order),
        ahead(order),
        present(order),
        state(order, 0.0) {
    std::vector<double> a(order * order), b(order);
    SsmLegT(order, a.data(), b.data());
    SsmDiscretize(order, a.data(), b.data(), step, SsmDiscretization::kTustin,
                  ad.data(), b0.data(), b1.data());
    SsmPresentSlope(order, r1.data(), &d1);
    SsmEndSlope(order, r2.data());
    SsmAhead(order, step, ahead.data());
    SsmAhead(order, 0, present.data());
  }
  double Read(const std::vector<double>& c) const {
    double sum = 0;
    for (size_t n = 0; n < order; ++n) sum += c[n] * state[n];
    return sum;
  }
  std::vector<double> Step(double before, double now) {
    for (size_t i = 0; i < kSsmSaid && !said.empty(); ++i) {
      const double miss = now - said[i];
      error[i] = 0.9 * error[i] + 0.1 * miss * miss;
    }
    const double e1 = said.empty() ? 0 : now - said[1];
    const double e2 = said.empty() ? 0 : now - said[2];
    const double e3 = said.empty() ? 0 : now - said[3];
    std::vector<double> next(order);
    SsmStepChannels(order, 1, ad.data(), b0.data(), b1.data(), &before, &now,
                    state.data(), next.data());
    state = next;
    const double gain = now + Read(ahead) - Read(present);
    const double end = now + step * Read(r2);
    said = {now + step * (Read(r1) + d1 * now),
            end,
            Read(ahead),
            gain,
            end + e1,
            gain + e3,
            gain + 2 * e3 - e3_before,
            Read(ahead) + 0.25 * e2};
    e3_before = e3;
    return said;
  }
  size_t order;
  double step;
  double d1 = 0;
  std::vector<double> ad, b0, b1, r1, r2, ahead, present, state, said;
  std::vector<double> error = std::vector<double>(kSsmSaid, 0.0);
  double e3_before = 0;
};

constexpr size_t kOrders = kSsmMaxBankOrder;
constexpr size_t kStates = kSsmBankLanes * kOrders * (kOrders + 1) / 2;

struct Work {
  std::vector<double> state = std::vector<double>(kStates, 0.0);
  std::vector<double> said = std::vector<double>(kOrders * kSsmSaidSize, 0.0);
  std::vector<double> error = said;
  std::vector<double> last = std::vector<double>(kOrders * kSsmLastSize, 0.0);
};

TEST(SsmBankTest, DoesWhatTheDefinitionsSay) {
  const std::vector<double> keep(kSsmBankLanes, 0.9);
  const std::vector<double> take(kSsmBankLanes, 0.1);
  std::vector<std::vector<double>> tables;
  std::vector<const double*> rows;
  std::vector<Plain> plain;
  for (size_t order = 1; order <= kOrders; ++order) {
    tables.push_back(Table(order));
    rows.push_back(tables.back().data());
    for (const double window : kWindows) plain.emplace_back(order, window);
  }
  Work work;
  double before = 0;
  for (int t = 0; t < 200; ++t) {
    const double now = std::sin(0.11 * t) + 0.5 * std::cos(0.031 * t + 1);
    SsmRunBank(rows.data(), before, now, t > 0, keep.data(), take.data(),
               work.state.data(), work.said.data(), work.error.data(),
               work.last.data());
    for (size_t i = 0; i < plain.size(); ++i) {
      const std::vector<double> want = plain[i].Step(before, now);
      const size_t order = i / kSsmBankLanes;
      const size_t lane = i % kSsmBankLanes;
      for (size_t k = 0; k < kSsmSaid; ++k) {
        const size_t at = order * kSsmSaidSize + k * kSsmBankLanes + lane;
        ASSERT_NEAR(work.said[at], want[k], 1e-10)
            << t << " order " << order + 1 << " window " << kWindows[lane]
            << " saying " << k;
        ASSERT_NEAR(work.error[at], plain[i].error[k], 1e-10);
      }
    }
    before = now;
  }
}

TEST(SsmBankTest, ChoosesTheLeastAndTheMeanOfTheNearest) {
  std::vector<double> said(3 * kSsmBankLanes, 100);
  std::vector<double> error(3 * kSsmBankLanes, 50);
  std::vector<double> scale(kSsmBankLanes, 1);
  error[kSsmBankLanes + 5] = 2;
  said[kSsmBankLanes + 5] = 7;
  error[2 * kSsmBankLanes + 1] = 2;
  said[2 * kSsmBankLanes + 1] = 9;
  SsmChoice choice = SsmChoose(3, said.data(), error.data(), scale.data());
  EXPECT_EQ(choice.best, static_cast<long>(kSsmBankLanes + 5));
  EXPECT_EQ(choice.least, 2);
  EXPECT_NEAR(choice.mean, 8, 1e-12);
  // A lane that may not be chosen, whatever its error.
  scale[5] = scale[1] = HUGE_VAL;
  error[5] = error[kSsmBankLanes + 5] = 0;
  choice = SsmChoose(3, said.data(), error.data(), scale.data());
  EXPECT_EQ(choice.best, 0);
  EXPECT_NEAR(choice.mean, 100, 1e-12);
  scale.assign(kSsmBankLanes, HUGE_VAL);
  EXPECT_EQ(SsmChoose(3, said.data(), error.data(), scale.data()).best, -1);
}

TEST(SsmBankTest, EveryInstructionSetGivesTheScalarBits) {
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  const SsmBankKernels& scalar = SsmBankKernelsFor(Isa::kScalar);
  // Nothing may depend on alignment: tables begin behind one number more.
  std::vector<std::vector<double>> tables;
  std::vector<const double*> rows;
  for (size_t order = 1; order <= kOrders; ++order) {
    tables.push_back(Table(order));
    tables.back().insert(tables.back().begin(), 0);
    rows.push_back(tables.back().data() + 1);
  }
  const std::vector<double> keep(kSsmBankLanes, 0.99);
  const std::vector<double> take(kSsmBankLanes, 0.01);
  const std::vector<double> scale(kSsmBankLanes, 1);
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    SCOPED_TRACE(IsaName(isa));
    const SsmBankKernels& kernels = SsmBankKernelsFor(isa);
    Work want;
    Work got;
    double before = 0;
    for (int t = 0; t < 50; ++t) {
      const double now = normal(random);
      const auto run = [&](const SsmBankKernels& of, Work* work) {
        of.run(rows.data(), before, now, t % 7 != 0, keep.data(), take.data(),
               work->state.data(), work->said.data(), work->error.data(),
               work->last.data());
        return of.choose(kOrders * kSsmSaid, work->said.data(),
                         work->error.data(), scale.data());
      };
      const SsmChoice a = run(scalar, &want);
      const SsmChoice b = run(kernels, &got);
      ASSERT_EQ(a.best, b.best);
      ASSERT_EQ(a.least, b.least);
      ASSERT_EQ(a.mean, b.mean);
      ASSERT_EQ(want.state, got.state);
      ASSERT_EQ(want.said, got.said);
      ASSERT_EQ(want.error, got.error);
      ASSERT_EQ(want.last, got.last);
      before = now;
    }
  }
}

}  // namespace
}  // namespace footnote
