#include "generator/extractive/section.h"

#include <algorithm>

namespace footnote {
namespace extractive {
namespace {

// The share of the question that headings have to say.
constexpr double kSaysIt = 0.75;
constexpr size_t kMaxSteps = 8;

// The share of what the question is about that `strength` holds.
double HeldShare(const Question& question, const std::vector<float>& strength) {
  double held = 0;
  double total = 0;
  for (size_t t = 0; t < question.terms.size(); ++t) {
    if (!question.terms[t].is_content()) continue;
    const double rarity = question.rarity.empty() ? 1 : question.rarity[t];
    held += rarity * strength[t];
    total += rarity;
  }
  return total > 0 ? held / total : 0;
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
    if (items[i].ordinal != 0 || !items[i].is_heading) continue;
    const double share =
        HeldShare(question, candidates.heading_strength[items[i].passage]);
    if (share < kSaysIt || share < best_share) continue;
    if (share > best_share || items[i].new_terms < items[best].new_terms) {
      best = i;
      best_share = share;
    }
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
