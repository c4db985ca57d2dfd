#include "eval/forecast/table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "eval/forecast/baselines.h"
#include "forecast/bank.h"
#include "forecast/channels.h"
#include "forecast/predictor.h"

namespace footnote {
namespace {

constexpr size_t kSamples = 4000;
// The first fifth warms up, the next two fifths are for choosing, the rest is
// measured.
constexpr size_t kFirst = 2400;
constexpr int kTen = 10;
constexpr int kFifty = 50;
constexpr double kClean = std::numeric_limits<double>::infinity();

// Sums of squared errors at 1, 10 and 50 steps.
struct Sums {
  double next = 0, ten = 0, fifty = 0;
  void Add(size_t now, const std::vector<double>& clean, double at_next,
           double at_ten, double at_fifty) {
    const auto add = [&](size_t steps, double said, double* sum) {
      if (now + steps >= clean.size()) return;
      const double miss = said - clean[now + steps];
      *sum += miss * miss;
    };
    add(1, at_next, &next);
    add(kTen, at_ten, &ten);
    add(kFifty, at_fifty, &fifty);
  }
};

TableCell Over(const std::string& method, const Sums& sums, const Sums& still) {
  return {method, sums.next / still.next, sums.ten / still.ten,
          sums.fifty / still.fifty};
}

std::string ChoiceText(const Predictor::Choice& choice) {
  if (choice.voice == Predictor::Voice::kLast || choice.window == 0) {
    return "last value";
  }
  return absl::StrCat(
      choice.voice == Predictor::Voice::kMean ? "mean near " : "",
      ReadoutName(choice.readout), " W", choice.window, " N", choice.order);
}

TableRow MeasureRow(const System& system, double decibels, uint64_t seed) {
  const std::vector<double>& clean = system.values;
  const std::vector<double> seen =
      std::isinf(decibels) ? clean : WithNoise(clean, decibels, seed);
  TableRow row;
  row.system = system.name;
  row.kind = system.kind;
  row.decibels = decibels;
  Sums still;
  for (size_t t = kFirst; t < clean.size(); ++t) {
    still.Add(t, clean, clean[t], clean[t], clean[t]);
  }

  // Next states by the predictor of one step, roll-outs by one of fifty.
  Predictor one;
  PredictorOptions further;
  further.horizon = kFifty;
  Predictor fifty(further);
  Sums sums;
  size_t held_next = 0, held_ten = 0, said_next = 0, said_ten = 0;
  for (size_t t = 0; t < seen.size(); ++t) {
    one.Observe(seen[t]).IgnoreError();
    fifty.Observe(seen[t]).IgnoreError();
    if (t < kFirst) continue;
    sums.Add(t, clean, one.Value(1), fifty.Value(kTen), fifty.Value(kFifty));
    const auto check = [&](const Forecast& said, size_t steps, size_t* held,
                           size_t* all) {
      if (t + steps >= seen.size()) return;
      ++*all;
      *held += seen[t + steps] >= said.low && seen[t + steps] <= said.high;
    };
    check(one.Predict(1)[0], 1, &held_next, &said_next);
    check(fifty.Predict(kTen)[kTen - 1], kTen, &held_ten, &said_ten);
  }
  row.cells.push_back(Over("forecaster", sums, still));
  row.held_next = static_cast<double>(held_next) / said_next;
  row.held_ten = static_cast<double>(held_ten) / said_ten;
  row.choice = ChoiceText(one.choice());

  for (NamedBaseline& named : AllBaselines()) {
    Sums of;
    for (size_t t = 0; t < seen.size(); ++t) {
      named.baseline->Observe(seen[t]);
      if (t < kFirst) continue;
      of.Add(t, clean, named.baseline->Value(1), named.baseline->Value(kTen),
             named.baseline->Value(kFifty));
    }
    row.cells.push_back(Over(named.name, of, still));
  }
  return row;
}

double Fastest(const std::function<void()>& run) {
  absl::Duration least = absl::InfiniteDuration();
  for (int i = 0; i < 30; ++i) {
    const absl::Time start = absl::Now();
    run();
    least = std::min(least, absl::Now() - start);
  }
  return absl::ToDoubleMicroseconds(least);
}

void MeasureSpeed(const std::vector<double>& values, ForecastTable* table) {
  const double samples = static_cast<double>(values.size());
  table->sample_us = Fastest([&] {
                       Predictor predictor;
                       for (const double value : values) {
                         predictor.Observe(value).IgnoreError();
                       }
                     }) /
                     samples;
  const auto bank = Bank::For(1);
  auto run = std::make_unique<Bank::Run>();
  Bank::Prime(0, run.get());
  std::array<double, kBankLanes> keep, take;
  keep.fill(0.99);
  take.fill(0.01);
  table->bank_us =
      Fastest([&] {
        double before = 0;
        for (const double value : values) {
          bank->Step(before, value, true, keep.data(), take.data(), run.get());
          before = value;
        }
      }) /
      samples;
}

void MeasureChannels(ForecastTable* table) {
  constexpr size_t kSeries = 100000;
  Channels channels(kSeries);
  std::vector<float> values(kSeries), next(kSeries);
  double least = std::numeric_limits<double>::infinity();
  // The windows of 100 samples are warm after 125 steps.
  for (int t = 0; t < 200; ++t) {
    for (size_t i = 0; i < kSeries; ++i) {
      values[i] = static_cast<float>(std::sin(0.1 * t + 0.001 * i));
    }
    const absl::Time start = absl::Now();
    channels.Begin(values.data());
    std::thread other(
        [&] { channels.StepBlocks(0, channels.blocks() / 2, next.data()); });
    channels.StepBlocks(channels.blocks() / 2, channels.blocks(), next.data());
    other.join();
    channels.End();
    if (t < 150) continue;
    least = std::min(least, absl::ToDoubleMilliseconds(absl::Now() - start));
  }
  table->channels_ms = least;
}

std::string NoiseName(double decibels) {
  return std::isinf(decibels) ? "clean" : absl::StrCat(decibels, " dB");
}

// Geometric mean over the smooth systems of what `of` gives for a cell.
double SmoothMean(const ForecastTable& table, double decibels, size_t cell,
                  double TableCell::*figure) {
  double sum = 0;
  int number = 0;
  for (const TableRow& row : table.rows) {
    if (row.kind != SystemKind::kSmooth || row.decibels != decibels) continue;
    sum += std::log(row.cells[cell].*figure);
    ++number;
  }
  return std::exp(sum / number);
}

void AppendSlopes(const char* title, const char* at,
                  const std::vector<SlopeLine>& lines, bool slope,
                  std::string* text) {
  absl::StrAppendFormat(text, "%s\n%-22s", title, at);
  for (const double x : lines[0].at) absl::StrAppendFormat(text, " %8.4g", x);
  absl::StrAppend(text, slope ? "   slope  wanted\n" : "\n");
  for (const SlopeLine& line : lines) {
    absl::StrAppendFormat(text, "%-22s", line.what);
    for (const double e : line.errors) absl::StrAppendFormat(text, " %8.1e", e);
    if (slope) {
      absl::StrAppendFormat(text, " %7.2f %7.2f", line.slope, line.wanted);
    }
    absl::StrAppend(text, "\n");
  }
  absl::StrAppend(text, "\n");
}

void AppendFigures(const ForecastTable& table, const char* title,
                   double TableCell::*figure, std::string* text) {
  absl::StrAppend(text, title, "\n");
  double decibels = 0;
  for (const TableRow& row : table.rows) {
    if (row.decibels != decibels) {
      decibels = row.decibels;
      absl::StrAppendFormat(text, "%-24s", NoiseName(decibels));
      for (const TableCell& cell : row.cells) {
        absl::StrAppendFormat(text, " %10s", cell.method);
      }
      absl::StrAppend(text, "\n");
    }
    absl::StrAppendFormat(text, "%-24s", row.system);
    for (const TableCell& cell : row.cells) {
      absl::StrAppendFormat(text, " %10.2e", cell.*figure);
    }
    absl::StrAppend(text, "\n");
    const bool last =
        &row == &table.rows.back() || (&row + 1)->decibels != decibels;
    if (!last) continue;
    absl::StrAppendFormat(text, "%-24s", "mean of the six smooth");
    for (size_t i = 0; i < row.cells.size(); ++i) {
      absl::StrAppendFormat(text, " %10.2e",
                            SmoothMean(table, decibels, i, figure));
    }
    absl::StrAppend(text, "\n\n");
  }
}

std::string JsonNumber(double value) {
  return std::isfinite(value) ? absl::StrFormat("%.6g", value) : "null";
}

std::string JsonNumbers(const std::vector<double>& values) {
  std::string text = "[";
  for (const double value : values) {
    absl::StrAppend(&text, text.size() > 1 ? ", " : "", JsonNumber(value));
  }
  return text + "]";
}

void AppendSlopesJson(const char* name, const std::vector<SlopeLine>& lines,
                      std::string* text) {
  absl::StrAppend(text, " \"", name, "\": [");
  for (const SlopeLine& line : lines) {
    absl::StrAppend(text, &line == &lines[0] ? "\n" : ",\n", "  {\"what\": \"",
                    line.what, "\", \"at\": ", JsonNumbers(line.at),
                    ", \"errors\": ", JsonNumbers(line.errors),
                    ", \"slope\": ", JsonNumber(line.slope),
                    ", \"wanted\": ", JsonNumber(line.wanted), "}");
  }
  absl::StrAppend(text, "\n ],\n");
}

}  // namespace

ForecastTable MeasureForecaster() {
  ForecastTable table;
  table.slopes_in_order = SlopesInOrder();
  table.slopes_in_step = SlopesInStep();
  table.errors_by_order = ErrorsByOrder();
  const std::vector<System> systems = TestSystems(kSamples);
  for (const double decibels : {kClean, 60.0, 40.0, 20.0}) {
    for (size_t i = 0; i < systems.size(); ++i) {
      table.rows.push_back(MeasureRow(systems[i], decibels, 100 + i));
    }
  }
  table.pairs = MeasurePairs(systems);
  MeasureSpeed(systems[0].values, &table);
  MeasureChannels(&table);
  return table;
}

std::string TableText(const ForecastTable& table) {
  std::string text;
  AppendSlopes(
      "Error of f' at the window's end, exact projection; the k-th derivative "
      "is a square wave",
      "order", table.slopes_in_order, true, &text);
  AppendSlopes("The same from samples, order 16, f = sin 6t", "step in windows",
               table.slopes_in_step, true, &text);
  AppendSlopes("The same from 1,000 samples a window", "order",
               table.errors_by_order, false, &text);
  AppendFigures(table,
                "Mean squared error of the next state, over that of the clean "
                "last value",
                &TableCell::next, &text);
  AppendFigures(table, "The same, rolled out 10 steps", &TableCell::ten, &text);
  AppendFigures(table, "The same, rolled out 50 steps", &TableCell::fifty,
                &text);
  absl::StrAppend(&text, PairsText(table.pairs));
  absl::StrAppend(&text, "How often the 90 % interval held\n");
  absl::StrAppendFormat(&text, "%-24s %8s %8s %9s  %s\n", "", "noise", "1 step",
                        "10 steps", "spoke last");
  for (const TableRow& row : table.rows) {
    absl::StrAppendFormat(&text, "%-24s %8s %8.3f %9.3f  %s\n", row.system,
                          NoiseName(row.decibels), row.held_next, row.held_ten,
                          row.choice);
  }
  absl::StrAppendFormat(&text,
                        "\nOne series, one core: %.2f us a sample, of which "
                        "the bank %.2f\n"
                        "100,000 series, two threads: %.1f ms a step\n",
                        table.sample_us, table.bank_us, table.channels_ms);
  return text;
}

std::string TableJson(const ForecastTable& table) {
  std::string text = "{\n";
  AppendSlopesJson("slopes_in_order", table.slopes_in_order, &text);
  AppendSlopesJson("slopes_in_step", table.slopes_in_step, &text);
  AppendSlopesJson("errors_by_order", table.errors_by_order, &text);
  absl::StrAppend(&text, " \"rows\": [");
  for (const TableRow& row : table.rows) {
    absl::StrAppend(&text, &row == &table.rows[0] ? "\n" : ",\n",
                    "  {\"system\": \"", row.system,
                    "\", \"decibels\": ", JsonNumber(row.decibels),
                    ", \"held_next\": ", JsonNumber(row.held_next),
                    ", \"held_ten\": ", JsonNumber(row.held_ten),
                    ", \"choice\": \"", row.choice, "\"");
    for (const TableCell& cell : row.cells) {
      absl::StrAppend(&text, ",\n   \"", cell.method,
                      "\": {\"next\": ", JsonNumber(cell.next),
                      ", \"ten\": ", JsonNumber(cell.ten),
                      ", \"fifty\": ", JsonNumber(cell.fifty), "}");
    }
    absl::StrAppend(&text, "}");
  }
  absl::StrAppend(&text, "\n ],\n \"pairs\": ", PairsJson(table.pairs),
                  ",\n \"sample_us\": ", JsonNumber(table.sample_us),
                  ",\n \"bank_us\": ", JsonNumber(table.bank_us),
                  ",\n \"channels_ms\": ", JsonNumber(table.channels_ms),
                  "\n}\n");
  return text;
}

}  // namespace footnote
