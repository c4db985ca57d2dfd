#include "generator/extractive/select.h"

#include <algorithm>
#include <numeric>

#include "generator/extractive/weights.h"

namespace footnote {
namespace extractive {
namespace {

// Whether row `a` holds what row `b` has of the question's words, and one of
// which `b` has not even something like it.
bool HoldsMore(const Question& question, const Candidate& a,
               const Candidate& b) {
  if (!a.is_row || !b.is_row) return false;
  bool more = false;
  for (size_t i = 0; i < question.terms.size(); ++i) {
    if (!question.terms[i].is_content()) continue;
    if (a.strength[i] < b.strength[i]) return false;
    more |= a.strength[i] >= 1 && b.strength[i] == 0;
  }
  return more;
}

// What is this much less likely than the likeliest, and holds, with the
// sentences beside it, so much less of what is asked, only happens to be near.
constexpr double kUnlikely = 0.3;
constexpr double kBeside = 0.3;

bool IsBeside(const Question& question,
              const std::vector<Candidate>& candidates, size_t best, size_t i) {
  std::vector<float> around = candidates[i].strength;
  const auto join = [&](const Candidate& other) {
    for (size_t t = 0; t < around.size(); ++t) {
      around[t] = std::max(around[t], other.strength[t]);
    }
  };
  if (candidates[i].ordinal > 0) join(candidates[i - 1]);
  if (candidates[i].ordinal + 1 < candidates[i].count) join(candidates[i + 1]);
  return HeldShare(question, around) <
         kBeside * HeldShare(question, candidates[best].strength);
}

// "2.4.0 (2026-04-20)" tells when.
bool AnswersAsHeading(const Question& question, const Candidate& heading) {
  return question.type == AnswerType::kDate && heading.has_new_year;
}

}  // namespace

std::vector<size_t> Select(const Question& question,
                           const std::vector<Candidate>& candidates,
                           const std::vector<absl::string_view>& texts,
                           const std::vector<double>& probabilities,
                           const SelectionLimits& limits) {
  std::vector<size_t> order;
  double all = 0;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].is_heading &&
        !AnswersAsHeading(question, candidates[i])) {
      continue;
    }
    order.push_back(i);
    all += probabilities[i];
  }
  if (all <= 0) {
    all = 1;
    order.resize(candidates.size());
    std::iota(order.begin(), order.end(), 0);
  }
  std::vector<double> value(candidates.size());
  for (const size_t i : order) {
    const double share = candidates[i].length / limits.best_length;
    value[i] = probabilities[i] / all - kLengthPrice * (kSentenceShare + share);
  }
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
    const size_t best = order.front();
    const bool is_beside = i != best &&
                           probabilities[i] < kUnlikely * probabilities[best] &&
                           IsBeside(question, candidates, best, i);
    const bool is_left_out =
        is_beside || std::any_of(chosen.begin(), chosen.end(), [&](size_t c) {
          return texts[c] == texts[i] ||
                 HoldsMore(question, candidates[c], candidates[i]);
        });
    if (!is_left_out) chosen.push_back(i);
  }
  return chosen;
}

}  // namespace extractive
}  // namespace footnote
