#include "forecast/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "forecast/backtest.h"
#include "forecast/coupled.h"
#include "forecast/plot.h"
#include "forecast/series.h"

namespace footnote {
namespace {

constexpr size_t kMaxFileBytes = size_t{64} << 20;

struct Options {
  std::string file;
  std::string column;
  int horizon = 1;
  double coverage = 0.9;
  std::string plot;
  std::vector<int> seasons;
  std::vector<std::string> with;
  bool every = false;
};

// Leaves in `series` the rows that all `others` have a value in; returns these
// values, by series.
std::vector<std::vector<double>> Align(const std::vector<Series>& others,
                                       Series* series) {
  std::vector<std::map<size_t, double>> by_row(others.size());
  for (size_t i = 0; i < others.size(); ++i) {
    for (const SeriesPoint& point : others[i].points) {
      by_row[i][point.begin] = point.value;
    }
  }
  std::vector<std::vector<double>> values(others.size());
  std::vector<SeriesPoint> kept;
  double skipped = 0;
  for (SeriesPoint point : series->points) {
    const bool everywhere =
        std::all_of(by_row.begin(), by_row.end(),
                    [&](const auto& rows) { return rows.count(point.begin); });
    if (!everywhere) {
      skipped += point.spacing;
      continue;
    }
    point.spacing += kept.empty() ? 0 : skipped;
    skipped = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      values[i].push_back(by_row[i][point.begin]);
    }
    kept.push_back(point);
  }
  series->points = std::move(kept);
  return values;
}

// The columns of `options.with`, as far as they stand beside `series`.
absl::StatusOr<std::vector<std::vector<double>>> OthersOf(
    const std::vector<Series>& all, const Options& options, Series* series) {
  std::vector<Series> others;
  for (const std::string& column : options.with) {
    ASSIGN_OR_RETURN(Series other, PickSeries(all, column));
    if (other.value_column == series->value_column) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--with ", column, ": the forecast column itself, want others"));
    }
    others.push_back(std::move(other));
  }
  std::vector<std::vector<double>> values = Align(others, series);
  if (series->points.size() < kFewestPoints) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--with ", absl::StrJoin(options.with, ","), ": ",
        series->points.size(), " rows have a value in each, want at least ",
        kFewestPoints));
  }
  return values;
}

nlohmann::ordered_json Number(double value) {
  if (!std::isfinite(value)) return nullptr;
  return value;
}

std::string Json(const Series& series, const BacktestResult& result,
                 const Options& options) {
  nlohmann::ordered_json json;
  json["file"] = options.file;
  json["column"] = series.value_column;
  json["time_column"] = series.time_column;
  json["samples"] = series.points.size();
  json["step"] = series.cadence.Name();
  json["coverage"] = options.coverage;
  json["model"] = result.model;
  json["change_points"] = result.change_points;
  json["last"] = {{"time", FormatTime(series.points.back().time)},
                  {"value", series.points.back().value}};
  for (size_t i = 0; i < result.next.size(); ++i) {
    const Forecast& next = result.next[i];
    const Time time = series.cadence.After(series.points.back().time,
                                           static_cast<int>(i) + 1);
    json["forecasts"].push_back({{"steps", i + 1},
                                 {"time", FormatTime(time)},
                                 {"value", next.value},
                                 {"low", Number(next.low)},
                                 {"high", Number(next.high)}});
  }
  json["backtest"] = nlohmann::ordered_json::array();
  for (const HorizonError& error : result.errors) {
    json["backtest"].push_back(
        {{"steps", error.steps},
         {"forecasts", error.forecasts},
         {"rmse", error.rmse},
         {"mae", error.mae},
         {"last_value_rmse", error.last_value_rmse},
         {"last_value_mae", error.last_value_mae},
         {"last_value_is_better", error.last_value_is_better()},
         {"held", error.intervals > 0 ? Number(error.held) : nullptr},
         {"intervals", error.intervals}});
    if (!options.with.empty()) {
      json["backtest"].back()["alone_rmse"] = error.alone_rmse;
    }
  }
  return json.dump();
}

void Print(const Series& series, const BacktestResult& result,
           const Options& options) {
  const SeriesPoint& last = series.points.back();
  PrintLine(absl::StrFormat(
      "%s: %d values, a %s apart; the last, of %s, is %.6g",
      series.value_column, series.points.size(), series.cadence.Name(),
      FormatTime(last.time), last.value));
  PrintLine("");
  const std::string percent =
      absl::StrFormat("%.4g %%", 100 * options.coverage);
  PrintLine(absl::StrFormat("%-20s %12s   %s of the time in", "time", "value",
                            percent));
  for (size_t i = 0; i < result.next.size(); ++i) {
    const Forecast& next = result.next[i];
    const Time time = series.cadence.After(last.time, static_cast<int>(i) + 1);
    PrintLine(absl::StrFormat(
        "%-20s %12.6g   %s", FormatTime(time), next.value,
        std::isfinite(next.high)
            ? absl::StrFormat("%.6g to %.6g", next.low, next.high)
            : "unknown: too few past errors"));
  }
  PrintLine("");
  if (result.errors.empty()) {
    PrintLine("Too few values to say what these forecasts are worth.");
    return;
  }
  PrintLine(absl::StrFormat(
      "%-20s %12s %14s %s%10s", "in the past, ahead", "error (RMS)",
      "last value's", options.with.empty() ? "" : "     without ", "held"));
  size_t better = 0;
  for (const HorizonError& error : result.errors) {
    better += error.last_value_is_better();
    PrintLine(absl::StrFormat(
        "%-20s %12.4g %14.4g %s%10s%s",
        absl::StrCat(error.steps, error.steps == 1 ? " step" : " steps"),
        error.rmse, error.last_value_rmse,
        options.with.empty() ? ""
                             : absl::StrFormat("%12.4g ", error.alone_rmse),
        error.intervals > 0 ? absl::StrFormat("%.0f %%", 100 * error.held)
                            : "-",
        error.last_value_is_better() ? "  the last value is better" : ""));
  }
  PrintLine("");
  PrintLine(absl::StrCat("Model: ", result.model));
  if (better == result.errors.size()) {
    PrintLine(absl::StrFormat(
        "In the past, repeating the last value (%.6g) erred less: take that.",
        last.value));
  }
}

nlohmann::ordered_json ForecastsJson(const std::vector<Forecast>& next) {
  auto list = nlohmann::ordered_json::array();
  for (const Forecast& forecast : next) {
    list.push_back({{"value", forecast.value},
                    {"low", Number(forecast.low)},
                    {"high", Number(forecast.high)}});
  }
  return list;
}

// A line for each sample: what was said after it.
absl::Status PrintEvery(const std::vector<Sample>& samples,
                        const ForecasterOptions& options) {
  Forecaster forecaster(options);
  for (size_t i = 0; i < samples.size(); ++i) {
    RETURN_IF_ERROR(forecaster.Observe(samples[i].value, samples[i].spacing));
    nlohmann::ordered_json json;
    json["after"] = i + 1;
    json["forecasts"] = ForecastsJson(forecaster.Next());
    PrintLine(json.dump());
  }
  return absl::OkStatus();
}

absl::Status RunForecast(const Options& options, CliContext* context) {
  if (options.file.empty()) {
    return absl::InvalidArgumentError(
        "forecast: no file, want a CSV, TSV or JSON lines file, or `table`");
  }
  ASSIGN_OR_RETURN(const std::string text,
                   ReadFile(options.file, kMaxFileBytes));
  if (!IsValidUtf8(text)) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.file, ": invalid UTF-8 at byte ",
                     ValidUtf8Prefix(text), ", want UTF-8"));
  }
  const std::vector<Series> all = FindSeries(text);
  absl::StatusOr<Series> picked = PickSeries(all, options.column);
  if (!picked.ok()) {
    return absl::Status(
        picked.status().code(),
        absl::StrCat(options.file, ": ", picked.status().message()));
  }
  Series series = *std::move(picked);
  ASSIGN_OR_RETURN(const std::vector<std::vector<double>> others,
                   OthersOf(all, options, &series));
  std::vector<Sample> samples;
  for (const SeriesPoint& point : series.points) {
    samples.push_back({point.value, point.spacing});
  }
  ForecasterOptions forecaster;
  forecaster.coverage = options.coverage;
  forecaster.horizon = options.horizon;
  forecaster.seasons =
      options.seasons.empty() ? series.cadence.Seasons() : options.seasons;
  if (options.every) return PrintEvery(samples, forecaster);
  ASSIGN_OR_RETURN(const BacktestResult result,
                   Backtest(samples, forecaster, others));
  if (!options.plot.empty()) {
    RETURN_IF_ERROR(
        WriteFileAtomically(options.plot, PlotForecast(series, result.next)));
  }
  if (context->json) {
    PrintLine(Json(series, result, options));
  } else {
    Print(series, result, options);
  }
  return absl::OkStatus();
}

}  // namespace

void RegisterForecastCommands(CLI::App* app, CliContext* context) {
  auto options = std::make_shared<Options>();
  CLI::App* forecast =
      AddCommand(app, context, "forecast",
                 "The next values of a series in a file", nullptr);
  // A command below this one (eval/cli.h adds `table`) goes before it.
  forecast->callback([options, context, forecast] {
    if (!forecast->get_subcommands().empty()) return;
    context->run = [options, context] {
      return RunForecast(*options, context);
    };
  });
  forecast->add_option("file", options->file,
                       "CSV, TSV or JSON lines: a column of times, others of "
                       "numbers");
  forecast->add_option("--column", options->column,
                       "the column of values (default: the only one)");
  forecast
      ->add_option("--horizon", options->horizon,
                   "how many steps ahead (default 1)")
      ->check(CLI::Range(1, kMaxHorizon));
  forecast
      ->add_option("--coverage", options->coverage,
                   "share of true values that intervals hold (default 0.9)")
      ->check(CLI::Range(0.5, 0.99));
  forecast
      ->add_option("--season", options->seasons,
                   "steps of a season, such as 12 (default: by the calendar "
                   "of the times; 0: none); others are looked for")
      ->delimiter(',')
      ->check(CLI::Range(0, kMaxSeason));
  forecast
      ->add_option("--with", options->with,
                   "other columns that may drive it: they are heard where "
                   "that lately made the forecast better")
      ->delimiter(',')
      ->expected(1, static_cast<int>(kMaxCoupled) - 1);
  forecast->add_option("--plot", options->plot, "write a picture here (SVG)");
  forecast
      ->add_flag("--every", options->every,
                 "what was said after every value, one JSON object a line")
      ->excludes("--with");
  forecast->footer(
      "Examples:\n"
      "  footnote forecast sales.csv --column revenue --horizon 12\n"
      "  footnote forecast plant.csv --column heat --with power,flow\n"
      "  footnote forecast load.jsonl --column cpu --plot cpu.svg --json\n"
      "Forecasts of the past stand beside the last value repeated; where that "
      "erred\nless, the command says so. Nothing is trained: "
      "docs/forecaster.md.");
}

}  // namespace footnote
