#include "eval/forecast/pairs.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "forecast/coupled.h"

namespace footnote {
namespace {

constexpr int kTen = 10;
// As in table.cc.
constexpr size_t kFirst = 2400;

constexpr const char* kPairs[][2] = {
    {"Van der Pol x", "Van der Pol v"},
    {"Lorenz x", "Lorenz z"},
    {"double pendulum 1", "double pendulum 2"},
    {"Lotka-Volterra prey", "Lotka-Volterra predators"},
    {"band-limited noise", "random walk"},
};

const std::vector<double>& Named(const std::vector<System>& systems,
                                 const std::string& name) {
  static const auto* const none = new std::vector<double>;
  for (const System& system : systems) {
    if (system.name == name) return system.values;
  }
  return *none;
}

// Sums over the samples that are measured, of one series at one horizon.
struct Sums {
  double still = 0, alone = 0, coupled = 0;
  double held = 0, said = 0;

  void Add(double now, double clean, double seen, double by_itself,
           const Forecast& next) {
    still += (now - clean) * (now - clean);
    alone += (by_itself - clean) * (by_itself - clean);
    coupled += (next.value - clean) * (next.value - clean);
    held += seen >= next.low && seen <= next.high;
    ++said;
  }
};

void MeasurePair(const std::vector<System>& systems, const char* const* names,
                 double decibels, std::vector<PairRow>* rows) {
  std::vector<std::vector<double>> clean, seen;
  for (uint64_t i = 0; i < 2; ++i) {
    clean.push_back(Named(systems, names[i]));
    seen.push_back(std::isinf(decibels)
                       ? clean[i]
                       : WithNoise(clean[i], decibels, 200 + i));
  }
  ForecasterOptions options;
  options.horizon = kTen;
  options.find_seasons = false;
  CoupledForecaster forecaster(2, options);
  Sums next[2], ten[2];
  for (size_t t = 0; t + kTen < clean[0].size(); ++t) {
    forecaster.Observe({seen[0][t], seen[1][t]}).IgnoreError();
    if (t < kFirst) continue;
    for (size_t c = 0; c < 2; ++c) {
      const auto add = [&](int steps, Sums* sums) {
        sums->Add(clean[c][t], clean[c][t + steps], seen[c][t + steps],
                  forecaster.Alone(c).Next()[steps - 1].value,
                  forecaster.Next(c)[steps - 1]);
      };
      add(1, &next[c]);
      add(kTen, &ten[c]);
    }
  }
  for (size_t c = 0; c < 2; ++c) {
    PairRow row;
    row.system = names[c];
    row.decibels = decibels;
    row.alone_next = next[c].alone / next[c].still;
    row.coupled_next = next[c].coupled / next[c].still;
    row.alone_ten = ten[c].alone / ten[c].still;
    row.coupled_ten = ten[c].coupled / ten[c].still;
    row.held_next = next[c].held / next[c].said;
    row.held_ten = ten[c].held / ten[c].said;
    rows->push_back(row);
  }
}

}  // namespace

std::vector<PairRow> MeasurePairs(const std::vector<System>& systems) {
  std::vector<PairRow> rows;
  for (const double decibels :
       {std::numeric_limits<double>::infinity(), 60.0, 40.0, 20.0}) {
    for (const auto& pair : kPairs) {
      MeasurePair(systems, pair, decibels, &rows);
    }
  }
  return rows;
}

std::string PairsText(const std::vector<PairRow>& rows) {
  std::string text =
      "Coupled: each series with its partner heard, over each by itself\n";
  double decibels = 0;
  for (const PairRow& row : rows) {
    if (row.decibels != decibels) {
      decibels = row.decibels;
      absl::StrAppendFormat(
          &text, "%-24s %9s %9s %6s %9s %9s %6s\n",
          std::isinf(decibels) ? "clean" : absl::StrCat(decibels, " dB"),
          "alone", "coupled", "held", "alone 10", "coupled", "held");
    }
    absl::StrAppendFormat(&text, "%-24s %9.2e %9.2e %6.3f %9.2e %9.2e %6.3f\n",
                          row.system, row.alone_next, row.coupled_next,
                          row.held_next, row.alone_ten, row.coupled_ten,
                          row.held_ten);
  }
  return text + "\n";
}

std::string PairsJson(const std::vector<PairRow>& rows) {
  std::string text = "[";
  for (const PairRow& row : rows) {
    absl::StrAppendFormat(
        &text,
        "%s\n  {\"system\": \"%s\", \"decibels\": %s, \"alone_next\": %.6g, "
        "\"coupled_next\": %.6g, \"held_next\": %.4g, \"alone_ten\": %.6g, "
        "\"coupled_ten\": %.6g, \"held_ten\": %.4g}",
        text.size() > 1 ? "," : "", row.system,
        std::isinf(row.decibels) ? "null" : absl::StrCat(row.decibels),
        row.alone_next, row.coupled_next, row.held_next, row.alone_ten,
        row.coupled_ten, row.held_ten);
  }
  return text + "\n ]";
}

}  // namespace footnote
