// Coupled forecasts beside those of each series alone: pairs of coordinates of
// one dynamical system, and one pair that has nothing in common.
#ifndef FOOTNOTE_EVAL_FORECAST_PAIRS_H_
#define FOOTNOTE_EVAL_FORECAST_PAIRS_H_

#include <string>
#include <vector>

#include "eval/forecast/systems.h"

namespace footnote {

// One series of a pair at one level of noise; second half of the samples.
struct PairRow {
  std::string system;
  double decibels = 0;  // infinite: clean
  // Mean squared errors against the clean signal, over those of its last value
  // repeated, 1 and 10 steps ahead.
  double alone_next = 0, coupled_next = 0;
  double alone_ten = 0, coupled_ten = 0;
  // How often the 90 % interval of the coupled forecast held.
  double held_next = 0, held_ten = 0;
};

std::vector<PairRow> MeasurePairs(const std::vector<System>& systems);

// For people; for programs: a JSON list.
std::string PairsText(const std::vector<PairRow>& rows);
std::string PairsJson(const std::vector<PairRow>& rows);

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_FORECAST_PAIRS_H_
