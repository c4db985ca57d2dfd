#include "generator/extractive/absent.h"

#include <algorithm>
#include <cstddef>

#include "generator/extractive/codes.h"
#include "text/span.h"

namespace footnote {
namespace extractive {
namespace {

// A row that is likelier than one of as many that are alike by so much was
// told apart by its meaning.
constexpr double kToldApart = 0.15;

bool IsThere(size_t term, const Candidates& candidates) {
  return std::any_of(candidates.items.begin(), candidates.items.end(),
                     [term](const Candidate& candidate) {
                       return candidate.strength[term] > 0;
                     }) ||
         std::any_of(candidates.heading_strength.begin(),
                     candidates.heading_strength.end(),
                     [term](const std::vector<float>& strength) {
                       return strength[term] > 0;
                     });
}

}  // namespace

bool NamesAnAbsentCode(absl::string_view text, const Question& question,
                       const Candidates& candidates) {
  const std::vector<TextSpan> codes = FindCodes(text);
  if (codes.empty()) return false;
  for (size_t t = 0; t < question.terms.size(); ++t) {
    const TextSpan& span = question.terms[t].span;
    const bool in_code =
        std::any_of(codes.begin(), codes.end(), [&](const TextSpan& code) {
          return span.begin >= code.begin && span.end <= code.end;
        });
    const absl::string_view word = text.substr(span.begin, span.size());
    if (in_code && !DigitRuns(word).empty() && !IsThere(t, candidates)) {
      return true;
    }
  }
  return false;
}

bool AsksForAnotherRow(const Question& question, const Candidates& candidates,
                       const std::vector<double>& probabilities) {
  if (probabilities.empty()) return false;
  const size_t best =
      std::max_element(probabilities.begin(), probabilities.end()) -
      probabilities.begin();
  const Candidate& own = candidates.items[best];
  if (!own.is_row) return false;
  const std::vector<float>& headings = candidates.heading_strength[own.passage];
  bool lacks = false;
  for (size_t t = 0; t < question.terms.size(); ++t) {
    const QuestionTerm& term = question.terms[t];
    lacks |= term.is_content() && !term.is_half_stop_word &&
             own.strength[t] <= 0 && headings[t] <= 0;
  }
  if (!lacks) return false;
  size_t rows = 0;
  double all = 0;
  for (size_t i = 0; i < candidates.items.size(); ++i) {
    const Candidate& other = candidates.items[i];
    if (other.passage != own.passage || !other.is_row) continue;
    if (other.strength != own.strength) return false;
    ++rows;
    all += probabilities[i];
  }
  return rows > 1 && probabilities[best] < (1.0 / rows + kToldApart) * all;
}

}  // namespace extractive
}  // namespace footnote
