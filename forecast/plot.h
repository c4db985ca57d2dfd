// A forecast as a picture.
#ifndef FOOTNOTE_FORECAST_PLOT_H_
#define FOOTNOTE_FORECAST_PLOT_H_

#include <string>
#include <vector>

#include "forecast/predictor.h"
#include "forecast/series.h"

namespace footnote {

// An SVG of 720 by 360: the last points of the series, the forecasts after
// them, and the band of their intervals where they have one.
// REQUIRES: series.points is not empty
std::string PlotForecast(const Series& series,
                         const std::vector<Forecast>& next);

}  // namespace footnote

#endif  // FOOTNOTE_FORECAST_PLOT_H_
