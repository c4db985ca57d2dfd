#include "forecast/view.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
// A profile takes up this share of what it misses.
constexpr double kProfileShare = 0.05;
// The mean that a view relaxes to takes up this share of what it misses.
constexpr double kMeanShare = 0.02;
// exp() of more is no number that a series has.
constexpr double kMaxLogarithm = 230;

}  // namespace

View::View(Kind kind, int season, bool logarithm, Model model, double rate,
           const PredictorOptions& options)
    : kind_(kind),
      season_(season),
      logarithm_(logarithm),
      model_(model),
      rate_(rate),
      horizon_(options.horizon),
      said_(options.horizon, kNan),
      next_(options.horizon, kNan) {
  if (model == Model::kBank) predictor_ = std::make_unique<Predictor>(options);
  if (kind == Kind::kProfile) {
    profile_.assign(season, 0);
    visits_.assign(season, 0);
  }
}

double View::Of(double value) const {
  return logarithm_ ? std::log(value) : value;
}

double View::Back(double value) const {
  return logarithm_ ? std::exp(std::min(value, kMaxLogarithm)) : value;
}

void View::Observe(const std::vector<double>& history, int64_t now,
                   double gap) {
  const double value = Of(history.back());
  since_ += gap;
  switch (kind_) {
    case Kind::kPlain:
      Feed(value);
      break;
    case Kind::kDifference: {
      const double before = At(history, season_);
      if (!std::isnan(before)) Feed(value - before);
      break;
    }
    case Kind::kProfile:
      ObserveProfile(history, now, value);
      break;
    case Kind::kRepeat:
      fed_ = history.size() > static_cast<size_t>(season_);
      break;
  }
}

void View::Say(const std::vector<double>& history, int64_t now) {
  if (!fed_) return;
  for (int steps = 1; steps <= horizon_; ++steps) {
    double value = kNan;
    switch (kind_) {
      case Kind::kPlain:
        value = Ahead(steps);
        break;
      case Kind::kDifference:
      case Kind::kRepeat: {
        const double base = steps > season_
                                ? said_[steps - season_ - 1]
                                : SeasonBefore(history, season_ - steps);
        value = base + (kind_ == Kind::kRepeat ? 0 : Ahead(steps));
        break;
      }
      case Kind::kProfile:
        value = Ahead(steps) + profile_[(now + steps) % season_];
        break;
    }
    said_[steps - 1] = value;
    next_[steps - 1] = std::isnan(value) ? kNan : Back(value);
  }
}

// The value `back` samples before the last; NaN where there is none.
double View::At(const std::vector<double>& history, size_t back) const {
  if (back >= history.size()) return kNan;
  return Of(history[history.size() - 1 - back]);
}

// The same, or where it is missing the one of the season before it.
double View::SeasonBefore(const std::vector<double>& history,
                          size_t back) const {
  for (; back < history.size(); back += season_) {
    const double value = At(history, back);
    if (!std::isnan(value)) return value;
  }
  return kNan;
}

void View::Feed(double value) {
  if (!(std::fabs(value) <= kMaxValue)) return;
  if (model_ == Model::kBank) {
    predictor_->Observe(value, fed_ ? since_ : 1).IgnoreError();
  } else {
    change_ = fed_ ? (value - last_) / since_ : 0;
    ++met_;
    mean_ += std::max(1.0 / met_, kMeanShare) * (value - mean_);
    last_ = value;
  }
  fed_ = true;
  since_ = 0;
}

// What remains after the season was taken away, `steps` on.
double View::Ahead(int steps) const {
  switch (model_) {
    case Model::kBank:
      return predictor_->Value(steps);
    case Model::kRelax:
      return mean_ + std::pow(rate_, steps) * (last_ - mean_);
    case Model::kDamped:
      return last_ +
             change_ * rate_ * (1 - std::pow(rate_, steps)) / (1 - rate_);
  }
  return last_;
}

void View::ObserveProfile(const std::vector<double>& history, int64_t now,
                          double value) {
  if (history.size() < static_cast<size_t>(season_)) return;
  // The level: the mean of the last season.
  double sum = 0;
  int number = 0;
  for (int back = 0; back < season_; ++back) {
    const double one = At(history, back);
    if (std::isnan(one)) continue;
    sum += one;
    ++number;
  }
  if (number < season_ / 2) return;
  const size_t phase = now % season_;
  // Until every phase was met, there is nothing to take away.
  if (seen_ >= season_) Feed(value - profile_[phase]);
  const double share = std::max(kProfileShare, 1.0 / ++visits_[phase]);
  profile_[phase] += share * (value - sum / number - profile_[phase]);
  ++seen_;
}

std::string View::Name() const {
  std::string name = logarithm_ ? "logarithms" : "";
  switch (kind_) {
    case Kind::kPlain:
      break;
    case Kind::kDifference:
      name = absl::StrCat("difference to ", season_, " samples before",
                          logarithm_ ? ", of logarithms" : "");
      break;
    case Kind::kProfile:
      name = absl::StrCat("without the profile of ", season_, " samples",
                          logarithm_ ? ", of logarithms" : "");
      break;
    case Kind::kRepeat:
      return absl::StrCat("the value of ", season_, " samples before");
  }
  if (!name.empty()) name += ": ";
  if (model_ == Model::kRelax) {
    return absl::StrCat(name, "relaxes to its mean by ", rate_, " a step");
  }
  if (model_ == Model::kDamped) {
    return absl::StrCat(name, "its last change dies away by ", rate_,
                        " a step");
  }
  const Predictor::Choice choice = predictor_->choice();
  if (choice.voice == Predictor::Voice::kLast || choice.window == 0) {
    return name + "the last value repeated";
  }
  return absl::StrCat(
      name,
      choice.voice == Predictor::Voice::kMean ? "mean of models near " : "",
      ReadoutName(choice.readout), ", window ", choice.window, ", order ",
      choice.order);
}

}  // namespace footnote
