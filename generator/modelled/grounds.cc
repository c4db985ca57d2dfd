#include "generator/modelled/grounds.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

// Chosen on 360 answers in en, de and zh: what is asked of a ground trades the
// share of a model's answers that stand for how many of them are right.
constexpr double kEnough = 0.5;
constexpr double kProbable = 0.2;
// Of the best ground's probability.
constexpr double kNearBest = 0.9;

}  // namespace

Grounds::Grounds(const ExtractiveWriter::Explanation& weighed) {
  for (const extractive::SourcePassage& passage : weighed.passages) {
    texts_.push_back(passage.text);
  }
  const auto& candidates = weighed.candidates.items;
  std::vector<size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return weighed.probabilities[a] > weighed.probabilities[b];
  });
  if (order.size() > kMax) order.resize(kMax);
  for (const size_t i : order) {
    const int passage = static_cast<int>(candidates[i].passage);
    if (std::find(passages_.begin(), passages_.end(), passage) ==
        passages_.end()) {
      passages_.push_back(passage);
    }
  }
  std::sort(order.begin(), order.end());
  for (const size_t i : order) {
    grounds_.push_back({static_cast<int>(candidates[i].passage),
                        candidates[i].span, weighed.probabilities[i]});
  }
}

std::string Grounds::Shown(int passage) const {
  std::string shown;
  size_t end = 0;
  for (const Ground& ground : grounds_) {
    if (ground.passage != passage) continue;
    // White space alone is no gap.
    const absl::string_view between =
        texts_[passage].substr(end, ground.span.begin - end);
    if (!shown.empty()) {
      const bool gap = between.find_first_not_of(" \t\r\n") != between.npos;
      absl::StrAppend(&shown, gap ? " … " : " ");
    }
    absl::StrAppend(&shown, TextOf(ground));
    end = ground.span.end;
  }
  return shown;
}

const Ground* Grounds::Under(absl::string_view sentence,
                             const Aligner& aligner) const {
  const Ground* best = nullptr;
  double most = 0;
  for (const Ground& ground : grounds_) {
    const double share = aligner.FreshShare(sentence, TextOf(ground));
    const bool better =
        share > most || (best != nullptr && share == most &&
                         ground.probability > best->probability);
    if (!better) continue;
    best = &ground;
    most = share;
  }
  const auto top = std::max_element(grounds_.begin(), grounds_.end(),
                                    [](const Ground& a, const Ground& b) {
                                      return a.probability < b.probability;
                                    });
  const bool stands = best != nullptr && most >= kEnough &&
                      best->probability >= kProbable &&
                      best->probability >= kNearBest * top->probability;
  return stands ? best : nullptr;
}

}  // namespace footnote
