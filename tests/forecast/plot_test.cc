#include "forecast/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace footnote {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Series Ramp(int points) {
  Series series;
  series.value_column = "a < b & c";
  for (int i = 0; i < points; ++i) {
    SeriesPoint point;
    point.time = {TimeUnit::kMonth, 2020 * 12 + i};
    point.value = i;
    series.points.push_back(point);
  }
  return series;
}

TEST(PlotTest, DrawsSeriesForecastsAndBand) {
  const std::string svg =
      PlotForecast(Ramp(100), {{100, 98, 102}, {101, 98, 104}});
  EXPECT_THAT(svg, StartsWith("<svg "));
  EXPECT_THAT(svg, EndsWith("</svg>\n"));
  EXPECT_THAT(svg, HasSubstr("a &lt; b &amp; c"));
  EXPECT_THAT(svg, HasSubstr("fill-opacity"));
  EXPECT_THAT(svg, HasSubstr("2028-04"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(PlotTest, LeavesOutWhatIsNotKnown) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::string svg = PlotForecast(Ramp(1), {{0, -infinity, infinity}});
  EXPECT_THAT(svg, Not(HasSubstr("fill-opacity")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace footnote
