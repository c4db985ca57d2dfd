#include "forecast/plot.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace footnote {
namespace {

constexpr double kWidth = 720, kHeight = 360;
constexpr double kLeft = 70, kRight = 15, kTop = 30, kBottom = 35;
constexpr size_t kFewestShown = 40;

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text,
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
}

}  // namespace

std::string PlotForecast(const Series& series,
                         const std::vector<Forecast>& next) {
  const std::vector<SeriesPoint>& points = series.points;
  const size_t shown =
      std::min(points.size(), std::max(kFewestShown, 4 * next.size()));
  // Steps from the first point shown.
  std::vector<double> at;
  double low = HUGE_VAL, high = -HUGE_VAL;
  double steps = 0;
  for (size_t i = points.size() - shown; i < points.size(); ++i) {
    if (!at.empty()) steps += points[i].spacing;
    at.push_back(steps);
    low = std::min(low, points[i].value);
    high = std::max(high, points[i].value);
  }
  for (const Forecast& forecast : next) {
    low = std::min(low, forecast.value);
    high = std::max(high, forecast.value);
    if (!std::isfinite(forecast.high)) continue;
    low = std::min(low, forecast.low);
    high = std::max(high, forecast.high);
  }
  if (!(high > low)) {
    low -= 1;
    high += 1;
  }
  const double last = steps;
  const double all = std::max(last + static_cast<double>(next.size()), 1.0);
  const auto x = [&](double step) {
    return kLeft + step / all * (kWidth - kLeft - kRight);
  };
  const auto y = [&](double value) {
    return kTop + (high - value) / (high - low) * (kHeight - kTop - kBottom);
  };
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"%.0f\" height=\"%.0f\" fill=\"#fff\"/>\n"
      "<text x=\"%.0f\" y=\"18\">%s</text>\n",
      kWidth, kHeight, kWidth, kHeight, kLeft, Escaped(series.value_column));
  for (int i = 0; i <= 4; ++i) {
    const double value = low + (high - low) * i / 4;
    absl::StrAppendFormat(
        &svg,
        "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#ddd\"/>"
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.5g</text>\n",
        kLeft, y(value), kWidth - kRight, kLeft - 6, y(value) + 4, value);
  }
  const auto label = [&](double step, const Time& time, const char* anchor) {
    absl::StrAppendFormat(
        &svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
        x(step), kHeight - 12, anchor, FormatTime(time));
  };
  label(0, points[points.size() - shown].time, "start");
  label(last, points.back().time, "middle");
  std::string above, below;
  for (size_t i = 0; i < next.size(); ++i) {
    if (!std::isfinite(next[i].high)) continue;
    const double step = last + static_cast<double>(i) + 1;
    absl::StrAppendFormat(&above, "%s%.1f %.1f", above.empty() ? "M" : "L",
                          x(step), y(next[i].high));
    below = absl::StrFormat("L%.1f %.1f", x(step), y(next[i].low)) + below;
  }
  if (!above.empty()) {
    absl::StrAppend(&svg, "<path d=\"", above, below,
                    "Z\" fill=\"#2a6fb0\" fill-opacity=\"0.2\"/>\n");
  }
  std::string line;
  for (size_t i = 0; i < at.size(); ++i) {
    absl::StrAppendFormat(&line, "%s%.1f %.1f", i == 0 ? "M" : "L", x(at[i]),
                          y(points[points.size() - shown + i].value));
  }
  absl::StrAppend(&svg, "<path d=\"", line,
                  "\" fill=\"none\" stroke=\"#222\" stroke-width=\"1.5\"/>\n");
  line = absl::StrFormat("M%.1f %.1f", x(last), y(points.back().value));
  for (size_t i = 0; i < next.size(); ++i) {
    absl::StrAppendFormat(&line, "L%.1f %.1f",
                          x(last + static_cast<double>(i) + 1),
                          y(next[i].value));
  }
  absl::StrAppend(&svg, "<path d=\"", line,
                  "\" fill=\"none\" stroke=\"#2a6fb0\" stroke-width=\"2\" "
                  "stroke-dasharray=\"5 3\"/>\n</svg>\n");
  return svg;
}

}  // namespace footnote
