// Thousands of series that tick together: the next value of each, one bank of
// state-space models stepped over all of them at once, in single precision.
//
// Each series is forecast by the model and reading that erred least on it so
// far. For one series with seasons, gaps and intervals: forecast/forecaster.h.
#ifndef FOOTNOTE_FORECAST_CHANNELS_H_
#define FOOTNOTE_FORECAST_CHANNELS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/ssm_channels.h"

namespace footnote {

// Not thread-safe, except as StepBlocks says. 1.8 KB a series.
class Channels {
 public:
  explicit Channels(size_t channels);

  // Takes the next value of every series (finite numbers of magnitudes that
  // floats can square) and writes what follows it to `next`.
  void Step(const float* values, float* next);

  // The same in parts, for several threads: Begin, then StepBlocks over all of
  // [0, blocks()) in any number of disjoint ranges at once, then End.
  void Begin(const float* values);
  void StepBlocks(size_t first, size_t last, float* next);
  void End();
  size_t blocks() const { return blocks_; }

 private:
  const size_t channels_;
  const size_t blocks_;
  std::vector<std::vector<float>> tables_;
  std::vector<SsmChannelModel> models_;
  std::vector<double> warm_;  // steps after which a model's errors count
  std::vector<int64_t> scores_;
  int64_t steps_ = 0;
  size_t state_size_ = 0;  // of a block
  std::vector<float> state_, error_, before_, now_;
};

}  // namespace footnote

#endif  // FOOTNOTE_FORECAST_CHANNELS_H_
