#include "forecast/forecaster.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kMaxHistory = 4096;
// Seasons are looked for when so many samples have been seen, and whenever
// their number has doubled.
constexpr int64_t kFirstSearch = 32;
// A lag this well correlated (of first differences) may be a season.
constexpr double kSeasonCorrelation = 0.3;
constexpr double kHalfLife = 200;
// See predictor.cc.
constexpr double kFresh = 3;
constexpr int kFewestScores = 4;
constexpr size_t kCalibration = 200;
// How sharply the better views are preferred, and how much of a view's mark is
// its error at the horizon in question; the rest is that over all horizons.
constexpr double kSharpness = 2;
constexpr double kOwn = 0.8;
// Rates at which a value relaxes to the mean, or its last change dies away.
constexpr double kRelaxing[] = {.3, .5, .7, .8, .9, .95};
constexpr double kDamping[] = {.3, .5, .7, .9};

double Share(int score) {
  return std::max(1 - std::exp2(-1 / kHalfLife), kFresh / (score + kFresh));
}

}  // namespace

// A view, with what it said and how it erred, by horizon.
struct Forecaster::Track {
  Track(std::unique_ptr<View> of, size_t horizon)
      : view(std::move(of)),
        pending(horizon * horizon, kNan),
        error(horizon, 0),
        scores(horizon, 0) {}
  std::unique_ptr<View> view;
  // What was said of the moments to come: a ring of the last `horizon` sayings
  // of `horizon` values.
  std::vector<double> pending;
  size_t newest = 0;
  std::vector<double> error;
  std::vector<int> scores;

  // Scores the sayings that come due with `value`.
  void Settle(double value) {
    const size_t horizon = error.size();
    for (size_t i = 0; i < horizon; ++i) {
      // Slot (newest - i) holds what was said i steps before the last; its
      // horizon i + 1 is due.
      const size_t slot = (newest + horizon - i) % horizon;
      const double said = pending[slot * horizon + i];
      if (std::isnan(said)) continue;
      const double miss = said - value;
      error[i] += Share(scores[i]++) * (miss * miss - error[i]);
    }
  }

  void Observe(const std::vector<double>& history, int64_t now, double gap) {
    view->Observe(history, now, gap);
    view->Say(history, now);
    newest = (newest + 1) % error.size();
    std::copy(view->next().begin(), view->next().end(),
              pending.begin() + newest * error.size());
  }

  // What was said held for other moments.
  void Forget() { std::fill(pending.begin(), pending.end(), kNan); }
};

// What was said at one horizon, and of the last value repeated.
struct Forecaster::Score {
  explicit Score(Interval of) : interval(std::move(of)) {}
  struct Said {
    double value = kNan;
    double still = kNan;
    double half_width = 0;
  };
  std::vector<Said> said;  // a ring of the last `steps`
  size_t newest = 0;
  size_t waiting = 0;
  double error = 0;
  double still_error = 0;
  int scores = 0;
  Interval interval;
  const View* most = nullptr;
};

Forecaster::Forecaster(const ForecasterOptions& options)
    : options_(options), next_search_(kFirstSearch) {
  options_.coverage = std::min(std::max(options_.coverage, 0.01), 0.999);
  options_.horizon = std::min(std::max(options_.horizon, 1), kMaxHorizon);
  for (int steps = 1; steps <= options_.horizon; ++steps) {
    scores_.emplace_back(Interval(options_.coverage, kCalibration, steps));
    scores_.back().said.resize(steps);
  }
  AddViews(0);
  for (const int season : options_.seasons) {
    if (season < 2 || season > kMaxSeason || seasons_.size() >= kMaxSeasons ||
        std::count(seasons_.begin(), seasons_.end(), season) > 0) {
      continue;
    }
    AddViews(season);
  }
}

Forecaster::~Forecaster() = default;
Forecaster::Forecaster(Forecaster&&) noexcept = default;
Forecaster& Forecaster::operator=(Forecaster&&) noexcept = default;

// The plain views of season 0, or those that take a season away; what is
// known of the series is played to them.
void Forecaster::AddViews(int season) {
  PredictorOptions options;
  options.horizon = options_.horizon;
  options.coverage = options_.coverage;
  using Kind = View::Kind;
  const std::vector<Kind> kinds =
      season == 0
          ? std::vector<Kind>{Kind::kPlain}
          : std::vector<Kind>{Kind::kDifference, Kind::kProfile, Kind::kRepeat};
  const auto add = [&](Kind kind, bool logarithm, View::Model model,
                       double rate) {
    tracks_.emplace_back(
        std::make_unique<View>(kind, season, logarithm, model, rate, options),
        scores_.size());
    if (!history_.empty()) Replay(&tracks_.back());
  };
  for (const Kind kind : kinds) {
    for (const bool logarithm : {false, true}) {
      if (logarithm && (!positive_ || kind == Kind::kRepeat)) continue;
      add(kind, logarithm, View::Model::kBank, 0);
      if (kind == Kind::kRepeat) continue;
      for (const double rate : kRelaxing) {
        add(kind, logarithm, View::Model::kRelax, rate);
      }
      if (kind == Kind::kDifference) continue;
      for (const double rate : kDamping) {
        add(kind, logarithm, View::Model::kDamped, rate);
      }
    }
  }
  if (season > 0) seasons_.push_back(season);
}

void Forecaster::Replay(Track* track) {
  std::vector<double> past;
  double gap = 1;
  for (size_t i = 0; i < history_.size(); ++i) {
    past.push_back(history_[i]);
    if (std::isnan(history_[i])) {
      ++gap;
      continue;
    }
    if (gap == 1) {
      track->Settle(history_[i]);
    } else {
      track->Forget();
    }
    track->Observe(past, first_ + static_cast<int64_t>(i), gap);
    gap = 1;
  }
}

// The lag at which the differences of the series are most like themselves.
void Forecaster::FindSeasons() {
  if (seasons_.size() >= kMaxSeasons) return;
  const size_t size = history_.size();
  std::vector<double> change(size, 0);
  double sum = 0;
  for (size_t i = 1; i < size; ++i) {
    const double by = history_[i] - history_[i - 1];
    change[i] = std::isnan(by) ? 0 : by;
    sum += change[i] * change[i];
  }
  if (!(sum > 0)) return;
  const size_t most = std::min<size_t>(kMaxSeason, size / 3);
  std::vector<double> correlation(most + 2, 0);
  for (size_t lag = 1; lag <= most + 1 && lag < size; ++lag) {
    double product = 0;
    for (size_t i = lag + 1; i < size; ++i) {
      product += change[i] * change[i - lag];
    }
    correlation[lag] = product / sum;
  }
  size_t best = 0;
  for (size_t lag = 3; lag <= most; ++lag) {
    // The mean of products over fewer pairs is scaled to all of them.
    const double scale = static_cast<double>(size) / (size - lag);
    const double here = correlation[lag] * scale;
    if (here < kSeasonCorrelation || correlation[lag] < correlation[lag - 1] ||
        correlation[lag] < correlation[lag + 1]) {
      continue;
    }
    if (best == 0 || correlation[lag] > correlation[best]) best = lag;
  }
  if (best == 0) return;
  const int season = static_cast<int>(best);
  for (const int known : seasons_) {
    if (std::abs(season - known) <= 1 || season % known == 0) return;
  }
  AddViews(season);
}

absl::Status Forecaster::Observe(double value, double spacing) {
  if (!(std::fabs(value) <= kMaxValue)) {
    return absl::InvalidArgumentError(
        absl::StrCat("value ", value, ", want a number within ", kMaxValue));
  }
  if (!(spacing > 0) || !std::isfinite(spacing)) {
    return absl::InvalidArgumentError(
        absl::StrCat("spacing ", spacing, ", want a positive number"));
  }
  if (observed_ == 0) spacing = 1;
  const bool settles = observed_ > 0 && spacing == 1;
  if (settles) {
    Settle(value);
  } else {
    for (Score& score : scores_) score.waiting = 0;
    for (Track& track : tracks_) track.Forget();
  }
  if (positive_ && !(value > 0)) {
    positive_ = false;
    Drop([](const View& view) { return view.logarithm(); });
  }
  if (whole_ && (spacing != std::floor(spacing) || spacing > kMaxSeason)) {
    whole_ = false;
    Drop([](const View& view) { return view.season() > 0; });
  }
  if (whole_) {
    for (int missing = 1; missing < spacing; ++missing) {
      history_.push_back(kNan);
    }
  }
  history_.push_back(value);
  if (history_.size() > kMaxHistory) {
    const size_t gone = kMaxHistory / 4;
    history_.erase(history_.begin(), history_.begin() + gone);
    first_ += static_cast<int64_t>(gone);
  }
  ++observed_;
  const int64_t now = first_ + static_cast<int64_t>(history_.size()) - 1;
  for (Track& track : tracks_) track.Observe(history_, now, spacing);
  if (whole_ && options_.find_seasons && observed_ >= next_search_) {
    next_search_ = 2 * observed_;
    FindSeasons();
  }
  Say();
  return absl::OkStatus();
}

template <typename Condition>
void Forecaster::Drop(Condition condition) {
  for (Score& score : scores_) score.most = nullptr;
  tracks_.erase(std::remove_if(
                    tracks_.begin(), tracks_.end(),
                    [&](const Track& track) { return condition(*track.view); }),
                tracks_.end());
}

void Forecaster::Settle(double value) {
  const size_t horizon = scores_.size();
  for (Track& track : tracks_) track.Settle(value);
  for (size_t i = 0; i < horizon; ++i) {
    Score& score = scores_[i];
    if (score.waiting < i + 1) continue;
    const Score::Said& said = score.said[(score.newest + 1) % (i + 1)];
    const double share = Share(score.scores++);
    const double miss = said.value - value;
    const double still = said.still - value;
    score.error += share * (miss * miss - score.error);
    score.still_error += share * (still * still - score.still_error);
    score.interval.Observe(std::fabs(miss), said.half_width);
  }
}

void Forecaster::Say() {
  const size_t horizon = scores_.size();
  const double last = history_.back();
  // How each view does over all horizons, beside the last value.
  std::vector<double> overall(tracks_.size(), 0);
  for (size_t v = 0; v < tracks_.size(); ++v) {
    int number = 0;
    for (size_t i = 0; i < horizon; ++i) {
      if (tracks_[v].scores[i] < kFewestScores ||
          !(scores_[i].still_error > 0)) {
        continue;
      }
      overall[v] += tracks_[v].error[i] / scores_[i].still_error;
      ++number;
    }
    overall[v] = number > 0 ? overall[v] / number : kNan;
  }
  next_.resize(horizon);
  for (size_t i = 0; i < horizon; ++i) {
    Score& score = scores_[i];
    std::vector<double> marks(tracks_.size(), kNan);
    double best = std::numeric_limits<double>::infinity();
    for (size_t v = 0; v < tracks_.size(); ++v) {
      const Track& track = tracks_[v];
      if (track.scores[i] < kFewestScores ||
          std::isnan(track.view->next()[i])) {
        continue;
      }
      const double own = score.still_error > 0
                             ? track.error[i] / score.still_error
                             : track.error[i];
      marks[v] =
          std::isnan(overall[v]) ? own : kOwn * own + (1 - kOwn) * overall[v];
      best = std::min(best, marks[v]);
    }
    double value = 0;
    double weight = 0;
    double most = 0;
    score.most = nullptr;
    for (size_t v = 0; v < tracks_.size(); ++v) {
      if (!(marks[v] <= 2 * best)) continue;
      const double w =
          best > 0 ? std::pow(best / marks[v], kSharpness) : marks[v] == 0;
      weight += w;
      value += w * tracks_[v].view->next()[i];
      if (w <= most) continue;
      most = w;
      score.most = tracks_[v].view.get();
    }
    value = weight > 0 ? value / weight : last;
    if (!(std::fabs(value) <= kMaxValue)) value = last;
    score.newest = (score.newest + 1) % (i + 1);
    const double half_width = score.interval.half_width();
    score.said[score.newest] = {value, last, half_width};
    score.waiting = std::min(score.waiting + 1, i + 1);
    next_[i] = {value, value - half_width, value + half_width};
  }
}

double Forecaster::RelativeError(int steps) const {
  const Score& score = scores_[steps - 1];
  return score.still_error > 0 ? score.error / score.still_error : 1;
}

std::string Forecaster::Model(int steps) const {
  const View* const view = scores_[steps - 1].most;
  return view == nullptr ? "the last value repeated" : view->Name();
}

int64_t Forecaster::resets() const {
  return tracks_.front().view->predictor()->resets();
}

}  // namespace footnote
