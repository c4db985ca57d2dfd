#include "generator/extractive/section.h"

#include <algorithm>

namespace footnote {
namespace extractive {
namespace {

// The share of the question that headings have to say.
constexpr double kSaysIt = 0.75;
// The same of the best passage of all, where its text says the rest.
constexpr double kNamesIt = 0.35;
constexpr size_t kMaxSteps = 8;

// Whether the candidate is the heading that its passage begins with, and
// something stands below it.
bool BeginsSection(const std::vector<Candidate>& items, size_t i) {
  if (i >= items.size() || items[i].ordinal != 0 || !items[i].is_heading) {
    return false;
  }
  const uint32_t passage = items[i].passage;
  for (++i; i < items.size() && items[i].passage == passage; ++i) {
    if (!items[i].is_heading) return true;
  }
  return false;
}

// Whether the headings of a passage name what is asked about, and its text
// says the rest: below "Deleting files" stands how to delete one.
bool SaysItTogether(const Question& question, const Candidates& candidates,
                    uint32_t passage) {
  std::vector<float> strength = candidates.heading_strength[passage];
  if (HeldShare(question, strength) < kNamesIt) return false;
  for (const Candidate& candidate : candidates.items) {
    if (candidate.passage != passage) continue;
    for (size_t t = 0; t < strength.size(); ++t) {
      strength[t] = std::max(strength[t], candidate.strength[t]);
    }
  }
  return HeldShare(question, strength) >= kSaysIt;
}

// Whether passage `inner` is of a section in that of passage `outer`.
bool IsWithin(const Candidates& candidates, uint32_t inner, uint32_t outer) {
  const std::vector<absl::string_view>& a = candidates.headings[outer];
  const std::vector<absl::string_view>& b = candidates.headings[inner];
  return a.size() < b.size() && std::equal(a.begin(), a.end(), b.begin());
}

// The heading within the section of heading `outer` that says no less of the
// question, and no more else; `outer` where there is none. "Screenshots and
// screencasts" introduces, "Taking a screenshot" in it has the steps.
size_t HeadingOfSteps(const Question& question, const Candidates& candidates,
                      size_t outer) {
  const std::vector<Candidate>& items = candidates.items;
  const double named = HeldShare(question, items[outer].strength);
  for (size_t i = 0; i < items.size(); ++i) {
    const double share = HeldShare(question, items[i].strength);
    if (BeginsSection(items, i) && share >= std::max(named, kNamesIt) &&
        items[i].new_terms <= items[outer].new_terms &&
        IsWithin(candidates, items[i].passage, items[outer].passage) &&
        SaysItTogether(question, candidates, items[i].passage)) {
      return i;
    }
  }
  return outer;
}

}  // namespace

bool AsksForASection(absl::string_view text, const Question& question) {
  return question.type == AnswerType::kManner ||
         question.type == AnswerType::kDefinition || !Asks(text, question);
}

SelectionLimits SectionLimits(const Question& question, size_t max_sentences,
                              double best_length) {
  SelectionLimits limits;
  limits.best_length = best_length;
  if (question.type == AnswerType::kManner) {
    limits.max_sentences = kMaxSteps;
    limits.best_length = 2 * best_length;
  }
  if (max_sentences > 0) limits.max_sentences = max_sentences;
  return limits;
}

std::vector<size_t> FromSection(const Question& question,
                                const Candidates& candidates,
                                const SelectionLimits& limits) {
  if (question.spoken != question.language) return {};
  const std::vector<Candidate>& items = candidates.items;
  // The heading that the best section begins with.
  size_t best = items.size();
  double best_share = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!BeginsSection(items, i)) continue;
    const double share =
        HeldShare(question, candidates.heading_strength[items[i].passage]);
    if (share < kSaysIt || share < best_share) continue;
    if (share > best_share || items[i].new_terms < items[best].new_terms) {
      best = i;
      best_share = share;
    }
  }
  const bool asks_how = question.type == AnswerType::kManner;
  if (best < items.size() && !asks_how &&
      std::any_of(items.begin(), items.end(), [&](const Candidate& candidate) {
        return HeldShare(question, candidate.strength) > best_share;
      })) {
    return {};
  }
  if (best == items.size() && asks_how && BeginsSection(items, 0) &&
      items[0].passage == 0 && SaysItTogether(question, candidates, 0)) {
    best = 0;
  }
  if (best < items.size() && asks_how) {
    best = HeadingOfSteps(question, candidates, best);
  }
  std::vector<size_t> chosen;
  double length = 0;
  for (size_t i = best + 1;
       i < items.size() && items[i].passage == items[best].passage; ++i) {
    if (items[i].is_heading) continue;
    length += items[i].length;
    if (!chosen.empty() && (chosen.size() >= limits.max_sentences ||
                            length > limits.best_length)) {
      break;
    }
    chosen.push_back(i);
  }
  // What it announces is not there any more.
  if (chosen.size() > 1 && items[chosen.back()].ends_with_colon) {
    chosen.pop_back();
  }
  return chosen;
}

}  // namespace extractive
}  // namespace footnote
