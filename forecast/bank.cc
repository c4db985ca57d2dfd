#include "forecast/bank.h"

#include <algorithm>
#include <map>
#include <mutex>

namespace footnote {
namespace {

// Irregular series have few distinct spacings, or endless ones: a cache is
// emptied when it grows past this.
constexpr size_t kMaxBanks = 256;
constexpr size_t kMaxAheads = 2048;

template <typename Key, typename Value, size_t kMaxCached>
std::shared_ptr<const Value> Shared(Key key) {
  static std::mutex mutex;
  static auto* const cache = new std::map<Key, std::shared_ptr<const Value>>;
  const std::lock_guard<std::mutex> lock(mutex);
  if (cache->size() > kMaxCached) cache->clear();
  std::shared_ptr<const Value>& value = (*cache)[key];
  if (value == nullptr) value = std::make_shared<const Value>(key);
  return value;
}

}  // namespace

const char* ReadoutName(Readout readout) {
  switch (readout) {
    case kReadPresentSlope:
      return "u + h R1";
    case kReadEndSlope:
      return "u + h R2";
    case kReadAhead:
      return "P(h)";
    case kReadGain:
      return "u + P(h) - P(0)";
    case kReadEndSlopeCorrected:
      return "u + h R2 + e";
    case kReadGainCorrected:
      return "u + P(h) - P(0) + e";
    case kReadGainTwiceCorrected:
      return "u + P(h) - P(0) + 2e - e'";
    case kReadAheadCorrected:
      return "P(h) + e/4";
  }
  return "";
}

std::shared_ptr<const Bank> Bank::For(double spacing) {
  return Shared<double, Bank, kMaxBanks>(spacing);
}

Bank::Bank(double spacing) {
  for (size_t order = kMinOrder; order <= kMaxOrder; ++order) {
    std::vector<double>& table = tables_[order - kMinOrder];
    std::vector<double>& ahead = ahead_[order - kMinOrder];
    table.resize(SsmBankTableSize(order));
    rows_[order - kMinOrder] = table.data();
    ahead.resize(order * kBankLanes);
    std::vector<double> a(order * order), b(order), ad(order * order),
        b0(order), b1(order), c(order);
    SsmLegT(order, a.data(), b.data());
    for (size_t lane = 0; lane < kBankLanes; ++lane) {
      const double window = kBankWindows[lane];
      step_[lane] = spacing / window;
      SsmDiscretize(order, a.data(), b.data(), spacing / window,
                    SsmDiscretization::kTustin, ad.data(), b0.data(),
                    b1.data());
      double* entry = table.data() + lane;
      const auto write = [&entry](double value) {
        *entry = value;
        entry += kBankLanes;
      };
      // The next value is wanted one nominal sample on, whatever came before.
      write(1 / window);
      for (size_t n = 0; n < order; ++n) {
        for (size_t k = 0; k <= n; ++k) write(ad[n * order + k]);
      }
      SsmAhead(order, 1 / window, c.data());
      for (const double value : c) write(value);
      SsmAhead(order, spacing / window, c.data());
      for (size_t n = 0; n < order; ++n) ahead[n * kBankLanes + lane] = c[n];
    }
  }
}

void Bank::Step(double before, double now, bool scored, const double* keep,
                const double* take, Run* run) const {
  SsmRunBank(rows_.data(), before, now, scored, keep, take, run->state.data(),
             run->said.data(), run->error.data(), run->last.data());
}

void Bank::SayAgain(double now, Run* run) const {
  for (size_t order = kMinOrder; order <= kMaxOrder; ++order) {
    const size_t i = order - kMinOrder;
    const double* const last = run->last.data() + i * kSsmLastSize;
    const double* const state = run->state.data() + StateOffset(order);
    double* const said = run->said.data() + i * kSsmSaidSize;
    std::vector<double> end(order), present(order);
    SsmEndSlope(order, end.data());
    SsmAhead(order, 0, present.data());
    std::array<double, kBankLanes> later;
    SsmReadLanes(order, ahead_[i].data(), state, later.data());
    for (size_t l = 0; l < kBankLanes; ++l) {
      double slope = 0;
      double residual = now;
      for (size_t n = 0; n < order; ++n) {
        slope += end[n] * state[n * kBankLanes + l];
        residual -= present[n] * state[n * kBankLanes + l];
      }
      const auto say = [&](Readout readout) -> double& {
        return said[readout * kBankLanes + l];
      };
      const double euler = now + step_[l] * slope;
      const double gain = residual + later[l];
      const double error = last[kBankLanes + l];
      say(kReadPresentSlope) =
          euler + step_[l] * static_cast<double>(order * order) * residual;
      say(kReadEndSlope) = euler;
      say(kReadAhead) = later[l];
      say(kReadGain) = gain;
      say(kReadEndSlopeCorrected) = euler + last[l];
      say(kReadGainCorrected) = gain + error;
      say(kReadGainTwiceCorrected) =
          gain + 2 * error - last[2 * kBankLanes + l];
      say(kReadAheadCorrected) = later[l] + 0.25 * last[3 * kBankLanes + l];
    }
  }
}

void Bank::Prime(double value, Run* run) {
  run->state.fill(0);
  for (size_t order = kMinOrder; order <= kMaxOrder; ++order) {
    std::fill_n(run->state.data() + StateOffset(order), kBankLanes, value);
  }
  run->said.fill(value);
  run->error.fill(0);
  run->last.fill(0);
}

std::shared_ptr<const BankAhead> BankAhead::For(int steps) {
  return Shared<int, BankAhead, kMaxAheads>(steps);
}

BankAhead::BankAhead(int steps) {
  for (size_t order = kMinOrder; order <= kMaxOrder; ++order) {
    std::vector<double>& ahead = ahead_[order - kMinOrder];
    std::vector<double>& gain = gain_[order - kMinOrder];
    ahead.resize(order * kBankLanes);
    gain.resize(order * kBankLanes);
    std::vector<double> later(order), present(order);
    SsmAhead(order, 0, present.data());
    for (size_t lane = 0; lane < kBankLanes; ++lane) {
      SsmAhead(order, steps / kBankWindows[lane], later.data());
      for (size_t n = 0; n < order; ++n) {
        ahead[n * kBankLanes + lane] = later[n];
        gain[n * kBankLanes + lane] = later[n] - present[n];
      }
    }
  }
}

void BankAhead::Read(double now, const double* state, double* said) const {
  for (size_t order = kMinOrder; order <= kMaxOrder; ++order) {
    const size_t i = order - kMinOrder;
    const double* const of_order = state + Bank::StateOffset(order);
    SsmReadLanes(order, ahead_[i].data(), of_order, said);
    said += kBankLanes;
    SsmReadLanes(order, gain_[i].data(), of_order, said);
    for (size_t lane = 0; lane < kBankLanes; ++lane) said[lane] += now;
    said += kBankLanes;
  }
}

}  // namespace footnote
