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

// A short line that is no sentence and has nothing of the question costs little
// to read and joins easily: "From: Ann Berg", "Last updated by Ann Berg". It
// has to be so much likelier.
constexpr double kFarUnlikelier = 0.15;
constexpr double kShortLine = 90;

bool IsFurniture(const Candidate& candidate) {
  return !candidate.is_sentence && !candidate.is_row &&
         !candidate.is_question && candidate.length < kShortLine &&
         std::all_of(candidate.strength.begin(), candidate.strength.end(),
                     [](float strength) { return strength <= 0; });
}

// Whether `candidate` may tell the day that no other has told: "Date: 5 March"
// above "It was signed today."
bool TellsTheDay(const Question& question, const Candidate& candidate,
                 const std::vector<Candidate>& candidates,
                 const std::vector<size_t>& chosen) {
  return question.type == AnswerType::kDate && candidate.has_new_number &&
         std::none_of(chosen.begin(), chosen.end(),
                      [&](size_t c) { return candidates[c].has_new_number; });
}

// "2.4.0 (2026-04-20)" tells when.
bool AnswersAsHeading(const Question& question, const Candidate& heading) {
  return question.type == AnswerType::kDate && heading.has_new_year;
}

// Whether the text goes on behind candidate `i`.
bool GoesOn(const std::vector<Candidate>& candidates, size_t i) {
  return candidates[i].ordinal + 1 < candidates[i].count &&
         i + 1 < candidates.size();
}

// Whether `candidate` has nothing that the question has not: "Head of Sales".
bool Repeats(const Question& question, const Candidate& candidate) {
  switch (question.type) {
    case AnswerType::kDate:
    case AnswerType::kNumber:
    case AnswerType::kPerson:
      return candidate.new_terms == 0 && !candidate.has_new_number &&
             !candidate.has_number_word && candidate.new_capitalised == 0;
    default:
      return false;
  }
}

// Asks, or says nothing, itself.
bool IsNoAnswer(const Question& question, const Candidate& candidate) {
  return candidate.is_question || Repeats(question, candidate);
}

bool IsNameAlone(const Candidate& candidate) {
  return !candidate.is_sentence && candidate.new_capitalised >= 2 &&
         candidate.new_capitalised == candidate.new_terms;
}

// The neighbour that answers candidate `i`, which is none itself; `i`: none.
size_t AnswerBeside(const Question& question,
                    const std::vector<Candidate>& candidates, size_t i) {
  if (!IsNoAnswer(question, candidates[i])) return i;
  if (!candidates[i].is_question && question.type == AnswerType::kPerson &&
      candidates[i].ordinal > 0 && i > 0 && IsNameAlone(candidates[i - 1])) {
    return i - 1;
  }
  if (!GoesOn(candidates, i) || candidates[i + 1].is_heading ||
      IsNoAnswer(question, candidates[i + 1])) {
    return i;
  }
  return i + 1;
}

// What is shorter says yes or no, in the unit of Candidate::length.
constexpr double kWord = 12;

// Of candidate `i` and what `answers` it, what there is room for and is not
// said yet.
template <typename IsSaid>
std::vector<size_t> Together(const std::vector<Candidate>& candidates, size_t i,
                             size_t answer, size_t room,
                             const IsSaid& is_said) {
  std::vector<size_t> all = {i, answer};
  if (candidates[i].is_question && candidates[answer].length < kWord &&
      GoesOn(candidates, answer) && !candidates[answer + 1].is_question &&
      !candidates[answer + 1].is_heading && !is_said(answer + 1)) {
    all.push_back(answer + 1);
  }
  if (all.size() > room) all.erase(all.begin());
  all.resize(std::min(all.size(), room));
  return all;
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
    if (IsNoAnswer(question, candidates[i]) &&
        AnswerBeside(question, candidates, i) == i) {
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
    double length = candidates[i].length;
    const size_t answer = AnswerBeside(question, candidates, i);
    if (answer != i) length += candidates[answer].length;
    const double share = length / limits.best_length;
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
  const auto is_said = [&](size_t i) {
    return std::any_of(chosen.begin(), chosen.end(),
                       [&](size_t c) { return texts[c] == texts[i]; });
  };
  // What is left out as furniture keeps its place from what is less likely.
  size_t most = limits.max_sentences;
  for (const size_t i : order) {
    if (chosen.size() >= most) break;
    if (!chosen.empty() && value[i] <= 0) break;
    const size_t best = order.front();
    const bool is_beside = i != best &&
                           probabilities[i] < kUnlikely * probabilities[best] &&
                           IsBeside(question, candidates, best, i);
    const bool is_furniture =
        i != best && IsFurniture(candidates[i]) &&
        probabilities[i] < kFarUnlikelier * probabilities[best] &&
        !TellsTheDay(question, candidates[i], candidates, chosen);
    most -= is_furniture;
    const bool is_left_out =
        is_beside || is_furniture || is_said(i) ||
        std::any_of(chosen.begin(), chosen.end(), [&](size_t c) {
          return HoldsMore(question, candidates[c], candidates[i]);
        });
    if (is_left_out) continue;
    const size_t answer = AnswerBeside(question, candidates, i);
    if (answer == i) {
      chosen.push_back(i);
      continue;
    }
    const bool is_chosen =
        std::find(chosen.begin(), chosen.end(), answer) != chosen.end();
    if (is_said(answer) && !is_chosen) continue;
    for (const size_t j :
         Together(candidates, i, answer, most - chosen.size(), is_said)) {
      if (!is_said(j)) chosen.push_back(j);
    }
  }
  return chosen;
}

}  // namespace extractive
}  // namespace footnote
