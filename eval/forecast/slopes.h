// How fast the error of a derivative read from a Legendre window falls with
// the order and with the step. The bound it is held against, and its
// conditions: docs/forecaster.md.
#ifndef FOOTNOTE_EVAL_FORECAST_SLOPES_H_
#define FOOTNOTE_EVAL_FORECAST_SLOPES_H_

#include <string>
#include <vector>

namespace footnote {

// One line: errors at growing orders or steps, and the slope fitted to their
// logarithms.
struct SlopeLine {
  std::string what;
  std::vector<double> at;      // orders, or steps in windows
  std::vector<double> errors;  // root mean square, relative to that of f'
  double slope = 0;
  double wanted = 0;  // what the bound says
};

// Exact projections of periodic signals whose k-th derivative is a square
// wave, k = 1 to 4, read by R1 and R2: slopes in the order.
std::vector<SlopeLine> SlopesInOrder();

// The sampled model of order 16 on a slow sine, by discretisation: slopes in
// the step.
std::vector<SlopeLine> SlopesInStep();

// The sampled model at 1,000 samples a window on a sum of sines (turns of 3 to
// 23 a window), by order: the cliff. No slope.
std::vector<SlopeLine> ErrorsByOrder();

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_FORECAST_SLOPES_H_
