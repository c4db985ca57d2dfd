#include "generator/extractive/select.h"

#include <algorithm>
#include <numeric>

#include "generator/extractive/weights.h"

namespace footnote {
namespace extractive {

std::vector<size_t> Select(const std::vector<Candidate>& candidates,
                           const std::vector<absl::string_view>& texts,
                           const std::vector<double>& probabilities,
                           const SelectionLimits& limits) {
  std::vector<double> value(candidates.size());
  for (size_t i = 0; i < candidates.size(); ++i) {
    const double share = candidates[i].length / limits.best_length;
    value[i] = probabilities[i] - kLengthPrice * (kSentenceShare + share);
  }
  std::vector<size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return value[a] > value[b]; });
  const auto likeliest = std::max_element(
      order.begin(), order.end(),
      [&](size_t a, size_t b) { return probabilities[a] < probabilities[b]; });
  if (likeliest != order.end()) {
    std::rotate(order.begin(), likeliest, likeliest + 1);
  }
  std::vector<size_t> chosen;
  for (const size_t i : order) {
    if (chosen.size() >= limits.max_sentences) break;
    if (!chosen.empty() && value[i] <= 0) break;
    const bool repeats =
        std::any_of(chosen.begin(), chosen.end(),
                    [&](size_t c) { return texts[c] == texts[i]; });
    if (!repeats) chosen.push_back(i);
  }
  return chosen;
}

}  // namespace extractive
}  // namespace footnote
