#include "forecast/bank.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <mutex>

namespace footnote {
namespace {

// Irregular series have few distinct spacings, or endless ones: the table is
// emptied when it grows past this.
constexpr size_t kMaxCachedBanks = 64;

double WindowOfLane(size_t lane) {
  return kBankWindows[std::min(lane, kBankWindows.size() - 1)];
}

}  // namespace

std::shared_ptr<const Bank> Bank::For(double spacing) {
  static std::mutex mutex;
  static auto* const banks = new std::map<double, std::shared_ptr<const Bank>>;
  std::lock_guard<std::mutex> lock(mutex);
  std::shared_ptr<const Bank>& bank = (*banks)[spacing];
  if (bank == nullptr) {
    if (banks->size() > kMaxCachedBanks) {
      banks->clear();
      return (*banks)[spacing] = std::make_shared<const Bank>(spacing);
    }
    bank = std::make_shared<const Bank>(spacing);
  }
  return bank;
}

Bank::Bank(double spacing) {
  for (size_t n = kMinOrder; n <= kMaxOrder; ++n) {
    Order& order = orders_[n - kMinOrder];
    order.ad.resize(n * n * kBankLanes);
    order.b0.resize(n * kBankLanes);
    order.b1.resize(n * kBankLanes);
    for (auto& c : order.c) c.resize(n * kBankLanes);
    std::vector<double> a(n * n), b(n), ad(n * n), b0(n), b1(n);
    std::vector<double> r1(n), r2(n), ahead(n), present(n);
    double d1 = 0;
    SsmLegT(n, a.data(), b.data());
    SsmPresentSlope(n, r1.data(), &d1);
    SsmEndSlope(n, r2.data());
    SsmAhead(n, 0, present.data());
    for (size_t lane = 0; lane < kBankLanes; ++lane) {
      const double step = spacing / WindowOfLane(lane);
      // The next value is wanted one nominal sample on, whatever came before.
      const double next = 1 / WindowOfLane(lane);
      SsmDiscretize(n, a.data(), b.data(), step, SsmDiscretization::kTustin,
                    ad.data(), b0.data(), b1.data());
      SsmAhead(n, next, ahead.data());
      for (size_t i = 0; i < n; ++i) {
        const size_t at = i * kBankLanes + lane;
        order.b0[at] = b0[i];
        order.b1[at] = b1[i];
        for (size_t k = 0; k < n; ++k) {
          order.ad[(i * n + k) * kBankLanes + lane] = ad[i * n + k];
        }
        order.c[kReadPresentSlope][at] = next * r1[i];
        order.c[kReadEndSlope][at] = next * r2[i];
        order.c[kReadAhead][at] = ahead[i];
        order.c[kReadGain][at] = ahead[i] - present[i];
      }
      order.feedthrough[kReadPresentSlope][lane] = 1 + next * d1;
      order.feedthrough[kReadEndSlope][lane] = 1;
      order.feedthrough[kReadAhead][lane] = 0;
      order.feedthrough[kReadGain][lane] = 1;
    }
  }
}

void Bank::Step(double before, double now, const double* state,
                double* scratch) const {
  for (size_t n = kMinOrder; n <= kMaxOrder; ++n) {
    const Order& order = orders_[n - kMinOrder];
    SsmStepLanes(n, order.ad.data(), order.b0.data(), order.b1.data(), before,
                 now, state + StateOffset(n), scratch + StateOffset(n));
  }
}

void Bank::Predict(double now, const double* state, double* next) const {
  for (size_t n = kMinOrder; n <= kMaxOrder; ++n) {
    const Order& order = orders_[n - kMinOrder];
    for (size_t readout = 0; readout < kReadouts; ++readout) {
      double* out = next + Index(n, static_cast<Readout>(readout), 0);
      SsmReadLanes(n, order.c[readout].data(), state + StateOffset(n), out);
      for (size_t lane = 0; lane < kBankLanes; ++lane) {
        out[lane] += order.feedthrough[readout][lane] * now;
      }
    }
  }
}

void Bank::Prime(double value, double* state) {
  std::memset(state, 0, kBankState * sizeof(double));
  for (size_t n = kMinOrder; n <= kMaxOrder; ++n) {
    std::fill_n(state + StateOffset(n), kBankLanes, value);
  }
}

Bank::Member Bank::Alone(size_t n, size_t lane, Readout readout) const {
  const Order& order = orders_[n - kMinOrder];
  Member member;
  member.order = n;
  member.feedthrough = order.feedthrough[readout][lane];
  for (size_t i = 0; i < n; ++i) {
    const size_t at = i * kBankLanes + lane;
    member.b0.push_back(order.b0[at]);
    member.b1.push_back(order.b1[at]);
    member.c.push_back(order.c[readout][at]);
    for (size_t k = 0; k < n; ++k) {
      member.ad.push_back(order.ad[(i * n + k) * kBankLanes + lane]);
    }
  }
  return member;
}

}  // namespace footnote
