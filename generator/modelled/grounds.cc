#include "generator/modelled/grounds.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

// Chosen on 650 answers in en, de and zh: what is asked of a ground trades the
// share of a model's answers that stand for how many of them are right.
constexpr double kEnough = 0.5;
constexpr double kProbable = 0.2;
// Of the best ground's probability.
constexpr double kNearBest = 0.5;

// Each sentence that was weighed once, where it stands best. Sentences share
// one probability, so that copies have but parts of what each had alone.
std::vector<Ground> WithoutCopies(
    const ExtractiveWriter::Explanation& weighed) {
  std::vector<Ground> found;
  std::vector<double> best;
  absl::flat_hash_map<absl::string_view, size_t> places;
  for (size_t i = 0; i < weighed.candidates.items.size(); ++i) {
    const extractive::Candidate& candidate = weighed.candidates.items[i];
    const double probability = weighed.probabilities[i];
    const absl::string_view text =
        absl::string_view(weighed.passages[candidate.passage].text)
            .substr(candidate.span.begin, candidate.span.size());
    const auto [place, is_new] = places.emplace(text, found.size());
    if (is_new) {
      found.emplace_back();
      best.push_back(-1);
    }
    Ground& ground = found[place->second];
    ground.probability += probability;
    if (probability <= best[place->second]) continue;
    best[place->second] = probability;
    ground.passage = static_cast<int>(candidate.passage);
    ground.span = candidate.span;
  }
  return found;
}

}  // namespace

Grounds::Grounds(const ExtractiveWriter::Explanation& weighed)
    : second_encoder_(weighed.second_encoder) {
  for (const extractive::SourcePassage& passage : weighed.passages) {
    texts_.push_back(passage.text);
  }
  std::vector<Ground> found = WithoutCopies(weighed);
  std::stable_sort(found.begin(), found.end(),
                   [](const Ground& a, const Ground& b) {
                     return a.probability > b.probability;
                   });
  if (found.size() > kMax) found.resize(kMax);
  for (const Ground& ground : found) {
    if (std::find(passages_.begin(), passages_.end(), ground.passage) ==
        passages_.end()) {
      passages_.push_back(ground.passage);
    }
  }
  std::sort(found.begin(), found.end(), [](const Ground& a, const Ground& b) {
    return std::make_pair(a.passage, a.span.begin) <
           std::make_pair(b.passage, b.span.begin);
  });
  grounds_ = std::move(found);
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
  const bool stands = best != nullptr && most >= kEnough &&
                      best->probability >= kProbable && IsNearBest(*best);
  return stands ? best : nullptr;
}

const Ground* Grounds::Beside(const Ground& ground) const {
  for (const Ground& other : grounds_) {
    if (&other != &ground && IsNearBest(other)) return &other;
  }
  return nullptr;
}

bool Grounds::IsNearBest(const Ground& ground) const {
  return std::all_of(
      grounds_.begin(), grounds_.end(), [&](const Ground& other) {
        return ground.probability >= kNearBest * other.probability;
      });
}

}  // namespace footnote
