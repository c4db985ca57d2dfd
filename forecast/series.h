// Finds time series in text: a column that holds times and columns that hold
// numbers.
//
// Tables are read as the indexer writes them into canonical text ("Month:
// 2024-05 | Sales: 117", a row a line), and as files hold them: a header and
// rows of cells parted by commas, semicolons, tabs or bars, or one flat JSON
// object a line. Every value keeps the bytes of its row, so that it can be
// cited.
#ifndef FOOTNOTE_FORECAST_SERIES_H_
#define FOOTNOTE_FORECAST_SERIES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "forecast/times.h"

namespace footnote {

struct SeriesPoint {
  Time time;
  // Samples since the point before, 1 where none is missing; 1 for the first.
  double spacing = 1;
  double value = 0;
  // The row in the text, in bytes, without its newline.
  size_t begin = 0;
  size_t end = 0;
};

struct Series {
  std::string time_column;
  std::string value_column;
  Cadence cadence;
  // In the order of time, whatever the order of rows.
  std::vector<SeriesPoint> points;
};

// Fewer points are no series.
inline constexpr size_t kFewestPoints = 8;

// All series of `text` (UTF-8), in the order of its tables and their columns.
// A row whose time or value can't be read is left out; where more than one in
// ten can't, times repeat, or there are fewer than `fewest` points (2 or more),
// the column is no series.
std::vector<Series> FindSeries(absl::string_view text,
                               size_t fewest = kFewestPoints);

// The one whose value column is called `column` (letter case aside; the only
// one when empty).
//   NotFound         no such column; the message lists those that there are
//   InvalidArgument  several columns and none named
absl::StatusOr<Series> PickSeries(std::vector<Series> all,
                                  absl::string_view column);

// "1,234.5", "1.234,5", "-3", "12 %", "$5": the number; false for all else.
bool ParseNumber(absl::string_view text, double* value);

}  // namespace footnote

#endif  // FOOTNOTE_FORECAST_SERIES_H_
