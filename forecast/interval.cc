#include "forecast/interval.h"

#include <algorithm>
#include <cmath>

namespace footnote {
namespace {

// Past the largest error, the width grows by this factor for each unit of
// level.
constexpr double kWiden = 16;
constexpr double kMostLevel = 1.5;
// How much of the way one miss moves the level: of the next value; of further
// ones, times the steps, and at most.
constexpr double kNextStep = 0.02;
constexpr double kFurtherStep = 0.15;
constexpr double kMostStep = 0.05;

}  // namespace

Interval::Interval(double coverage, size_t errors, int steps)
    : coverage_(coverage),
      step_(steps == 1 ? kNextStep : std::min(kMostStep, kFurtherStep / steps)),
      most_(std::max(errors, kFewest)),
      level_(coverage) {
  ring_.reserve(most_);
  sorted_.reserve(most_);
}

void Interval::Observe(double miss, double half_width) {
  if (std::isfinite(half_width)) {
    // The level falls slowly while values hold and jumps when one does not, so
    // that in the long run 1 - coverage of them miss.
    level_ += step_ * ((miss > half_width ? 1.0 : 0.0) - (1 - coverage_));
    level_ = std::min(std::max(level_, 0.0), kMostLevel);
  }
  const auto place = [this](double value) {
    return std::lower_bound(sorted_.begin(), sorted_.end(), value);
  };
  if (ring_.size() < most_) {
    ring_.push_back(miss);
    sorted_.insert(place(miss), miss);
  } else {
    // One leaves and one comes: only what lies between them moves.
    const auto leaves = place(ring_[next_]);
    const auto comes = place(miss);
    if (comes > leaves) {
      std::move(leaves + 1, comes, leaves);
      *(comes - 1) = miss;
    } else {
      std::move_backward(comes, leaves, leaves + 1);
      *comes = miss;
    }
    ring_[next_] = miss;
    next_ = next_ + 1 == most_ ? 0 : next_ + 1;
  }
  if (sorted_.size() < kFewest) return;
  const double rank = std::ceil(level_ * (sorted_.size() + 1));
  const size_t index = static_cast<size_t>(
      std::min<double>(std::max(rank, 1.0), sorted_.size()));
  half_width_ = sorted_[index - 1];
  if (level_ > 1) half_width_ *= std::pow(kWiden, level_ - 1);
}

}  // namespace footnote
