// Tables of any bytes: what is found is finite, in order, and where it says.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmath>
#include <vector>

#include "absl/strings/string_view.h"
#include "forecast/series.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (const footnote::Series& series : footnote::FindSeries(text, 2)) {
    if (series.points.size() < 2) abort();
    for (size_t i = 0; i < series.points.size(); ++i) {
      const footnote::SeriesPoint& point = series.points[i];
      if (!std::isfinite(point.value) || !(point.spacing > 0) ||
          point.begin > point.end || point.end > size) {
        abort();
      }
      if (i > 0 && point.time.count <= series.points[i - 1].time.count) abort();
    }
    footnote::FormatTime(series.cadence.After(series.points.back().time, 3));
    series.cadence.Seasons();
  }
  return 0;
}
