// `footnote forecast table`: the forecaster beside its peers, on systems whose
// next state is known.
#ifndef FOOTNOTE_EVAL_FORECAST_TABLE_H_
#define FOOTNOTE_EVAL_FORECAST_TABLE_H_

#include <string>
#include <vector>

#include "eval/forecast/pairs.h"
#include "eval/forecast/slopes.h"
#include "eval/forecast/systems.h"

namespace footnote {

// One method on one system at one level of noise, over the second half of the
// samples. Errors are against the clean signal, over those of its last value
// repeated.
struct TableCell {
  std::string method;
  double next = 0;
  // Roll-outs; NaN where the method has none.
  double ten = 0;
  double fifty = 0;
};

struct TableRow {
  std::string system;
  SystemKind kind = SystemKind::kSmooth;
  double decibels = 0;  // infinite: clean
  // The forecaster first.
  std::vector<TableCell> cells;
  // How often the 90 % interval held the sample 1 and 10 steps ahead.
  double held_next = 0;
  double held_ten = 0;
  // Its choice at the end: "mean near P(h), window 6, order 6".
  std::string choice;
};

struct ForecastTable {
  std::vector<SlopeLine> slopes_in_order, slopes_in_step, errors_by_order;
  std::vector<TableRow> rows;
  std::vector<PairRow> pairs;
  // Microseconds a sample of one series takes, the whole bank scored, stepped,
  // read, chosen and calibrated; the least of some runs.
  double sample_us = 0;
  // Of that, the bank alone.
  double bank_us = 0;
  // Milliseconds of one step of 100,000 series on two threads.
  double channels_ms = 0;
};

ForecastTable MeasureForecaster();

// For people, 80 columns; for programs.
std::string TableText(const ForecastTable& table);
std::string TableJson(const ForecastTable& table);

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_FORECAST_TABLE_H_
