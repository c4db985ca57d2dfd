#include "generator/ahead/answer.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forecast/backtest.h"
#include "forecast/series.h"
#include "forecast/times.h"
#include "generator/ahead/summary.h"
#include "generator/citation/assemble.h"
#include "text/analyzer.h"

namespace footnote {
namespace {

constexpr int kMostWanted = 3;
// So many rows make a series worth reading the document for.
constexpr size_t kFewestRows = 3;
constexpr int kMostSteps = kMaxHorizon;
// Rows that the answer quotes: the newest.
constexpr size_t kQuotedRows = 8;
constexpr double kCoverage = 0.9;

// Stems of the words that mean something.
std::set<uint64_t> Stems(absl::string_view text, Language language,
                         Analyzer* analyzer) {
  std::vector<Token> tokens;
  analyzer->Analyze(text, language, &tokens);
  std::set<uint64_t> stems;
  for (const Token& token : tokens) {
    if (token.channel > kChannelSurface ||
        (token.flags & kTokenStopWord) != 0) {
      continue;
    }
    stems.insert(token.key);
  }
  return stems;
}

// The share of `name`'s stems that `question` has.
double Share(const std::set<uint64_t>& name,
             const std::set<uint64_t>& question) {
  if (name.empty()) return 0;
  size_t found = 0;
  for (const uint64_t stem : name) found += question.count(stem);
  return static_cast<double>(found) / static_cast<double>(name.size());
}

struct Candidate {
  const v1::Passage* text = nullptr;
  Series series;
};

// The series whose column, and then whose document, the question names best.
bool Choose(const v1::GenerateRequest& request, Language language,
            Candidate* best) {
  Analyzer analyzer;
  const std::set<uint64_t> question =
      Stems(request.question(), language, &analyzer);
  double best_score = 0;
  for (const v1::Passage& text : request.texts()) {
    std::vector<Series> all = FindSeries(text.text());
    std::string about = text.title();
    for (const std::string& heading : text.heading_path()) {
      absl::StrAppend(&about, " ", heading);
    }
    const double of_document =
        Share(Stems(absl::StrCat(about, " ", text.source().document()),
                    language, &analyzer),
              question);
    for (Series& series : all) {
      const double of_column =
          Share(Stems(series.value_column, language, &analyzer), question);
      // A document that is named speaks for its only column.
      double score = of_column + 0.1 * of_document;
      if (of_column == 0) score = all.size() == 1 ? 0.5 * of_document : 0;
      if (score <= best_score) continue;
      best_score = score;
      best->text = &text;
      best->series = std::move(series);
    }
  }
  return best_score > 0;
}

TextSpan SpanOf(size_t begin, size_t end) {
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

// From the last row to the time of the forecast.
Horizon HorizonOf(const Cadence& cadence, const Time& last, int steps) {
  const int64_t count = cadence.every * steps;
  switch (cadence.unit) {
    case TimeUnit::kYear:
      return {count, Period::kYear};
    case TimeUnit::kQuarter:
      return {3 * count, Period::kMonth};
    case TimeUnit::kMonth:
      return {count, Period::kMonth};
    case TimeUnit::kDay: {
      // Days of the calendar, where steps are days of business.
      const int64_t days = cadence.After(last, steps).count - last.count;
      if (days % 7 == 0) return {days / 7, Period::kWeek};
      return {days, Period::kDay};
    }
    case TimeUnit::kSecond:
      break;
  }
  if (count % 86400 == 0) return {count / 86400, Period::kDay};
  if (count % 3600 == 0) return {count / 3600, Period::kHour};
  if (count % 60 == 0) return {count / 60, Period::kMinute};
  return {count, Period::kSecond};
}

v1::SeriesForecast Describe(const Candidate& chosen,
                            const BacktestResult& result, int steps,
                            Language language) {
  const Series& series = chosen.series;
  const std::vector<SeriesPoint>& points = series.points;
  const Forecast& next = result.next[steps - 1];
  v1::SeriesForecast forecast;
  forecast.set_column(series.value_column);
  *forecast.mutable_source() = chosen.text->source();
  forecast.set_time(
      FormatTime(series.cadence.After(points.back().time, steps)));
  forecast.set_steps(steps);
  forecast.set_step(series.cadence.Name());
  forecast.set_value(next.value);
  forecast.set_coverage(kCoverage);
  if (std::isfinite(next.high)) {
    forecast.set_low(next.low);
    forecast.set_high(next.high);
  }
  forecast.set_last_time(FormatTime(points.back().time));
  forecast.set_last_value(points.back().value);
  forecast.set_rows(static_cast<int64_t>(points.size()));
  size_t begin = points[0].begin;
  size_t end = points[0].end;
  for (const SeriesPoint& point : points) {
    begin = std::min(begin, point.begin);
    end = std::max(end, point.end);
  }
  const v1::SourceSpan all = CiteSpan(*chosen.text, SpanOf(begin, end));
  *forecast.mutable_rows_span() = all.span();
  forecast.set_model(result.model);
  for (const HorizonError& error : result.errors) {
    if (error.steps != steps) continue;
    forecast.set_backtests(error.forecasts);
    forecast.set_rmse(error.rmse);
    forecast.set_last_value_rmse(error.last_value_rmse);
    if (!error.last_value_is_better()) continue;
    forecast.set_last_value_is_better(true);
    forecast.set_value(points.back().value);
    forecast.set_low(points.back().value - error.last_value_half_width);
    forecast.set_high(points.back().value + error.last_value_half_width);
  }
  forecast.set_summary(
      Summary(forecast, HorizonOf(series.cadence, points.back().time, steps),
              language));
  return forecast;
}

}  // namespace

void WantTexts(const v1::GenerateRequest& request, v1::Draft* draft) {
  std::set<std::string> named;
  for (const v1::Passage& passage : request.passages()) {
    const v1::DocumentVersion& source = passage.source();
    if (draft->wants_size() >= kMostWanted) return;
    if (named.count(source.document()) > 0 ||
        FindSeries(passage.text(), kFewestRows).empty()) {
      continue;
    }
    named.insert(source.document());
    *draft->add_wants() = source;
  }
}

bool AnswerAhead(const v1::GenerateRequest& request, const AheadQuestion& ahead,
                 Language language, const std::function<bool()>& is_cancelled,
                 v1::Draft* draft) {
  Candidate chosen;
  if (!Choose(request, language, &chosen)) return false;
  const std::vector<SeriesPoint>& points = chosen.series.points;
  int steps = 0;
  if (!StepsAhead(ahead, chosen.series.cadence, points.back().time, kMostSteps,
                  &steps)) {
    return false;
  }
  std::vector<Sample> samples;
  for (const SeriesPoint& point : points) {
    samples.push_back({point.value, point.spacing});
  }
  ForecasterOptions options;
  options.coverage = kCoverage;
  options.horizon = steps;
  options.seasons = chosen.series.cadence.Seasons();
  const absl::StatusOr<BacktestResult> result =
      Backtest(samples, options, {}, is_cancelled);
  if (!result.ok()) return false;

  std::vector<v1::Citation> citations;
  for (size_t i = points.size() - std::min(points.size(), kQuotedRows);
       i < points.size(); ++i) {
    v1::Citation citation;
    *citation.add_sources() =
        CiteSpan(*chosen.text, SpanOf(points[i].begin, points[i].end));
    citation.set_score(1);
    citations.push_back(std::move(citation));
  }
  *draft->mutable_forecast() = Describe(chosen, *result, steps, language);
  Assemble(std::move(citations), draft);
  draft->set_support(1);
  draft->set_abstention(v1::ABSTENTION_REASON_UNSPECIFIED);
  draft->clear_abstention_detail();
  return true;
}

}  // namespace footnote
