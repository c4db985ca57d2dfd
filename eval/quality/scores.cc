#include "eval/quality/scores.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "text/word_characters.h"

namespace footnote {

int RankOf(absl::string_view gold, const std::vector<std::string>& ranked) {
  const auto it = std::find(ranked.begin(), ranked.end(), gold);
  return it == ranked.end() ? 0 : static_cast<int>(it - ranked.begin()) + 1;
}

double ReciprocalRank(int rank, int depth) {
  return rank >= 1 && rank <= depth ? 1.0 / rank : 0.0;
}

bool ContainsAnswer(absl::string_view text,
                    const std::vector<std::string>& answers) {
  const std::string words = WordCharacters(text);
  return std::any_of(
      answers.begin(), answers.end(), [&](const std::string& answer) {
        const std::string wanted = WordCharacters(answer);
        return !wanted.empty() && absl::StrContains(words, wanted);
      });
}

bool CitationExact(absl::string_view text, const v1::Citation& citation,
                   const std::vector<std::string>& stored) {
  const v1::Span& span = citation.answer_span();
  if (span.begin() >= span.end() || span.end() > text.size()) return false;
  if (citation.sources().empty() ||
      stored.size() != static_cast<size_t>(citation.sources_size())) {
    return false;
  }
  const absl::string_view claim =
      text.substr(span.begin(), span.end() - span.begin());
  for (int i = 0; i < citation.sources_size(); ++i) {
    const std::string& quote = citation.sources(i).quote();
    if (quote != stored[i] || quote != claim) return false;
  }
  return true;
}

double Percentile(std::vector<double> values, double share) {
  const size_t rank = static_cast<size_t>(
      std::ceil(share * static_cast<double>(values.size())));
  const size_t index = std::min(std::max<size_t>(rank, 1), values.size()) - 1;
  std::nth_element(values.begin(), values.begin() + index, values.end());
  return values[index];
}

double NearestIsAligned(absl::Span<const float> a, absl::Span<const float> b,
                        size_t dimension) {
  const size_t rows = a.size() / dimension;
  size_t aligned = 0;
  for (size_t i = 0; i < rows; ++i) {
    const float* left = a.data() + i * dimension;
    size_t best = 0;
    float best_product = 0;
    for (size_t j = 0; j < rows; ++j) {
      const float* right = b.data() + j * dimension;
      // Eight sums, so that the compiler need not keep one order of addition.
      float sums[8] = {};
      size_t k = 0;
      for (; k + 8 <= dimension; k += 8) {
        for (size_t lane = 0; lane < 8; ++lane) {
          sums[lane] += left[k + lane] * right[k + lane];
        }
      }
      float product = 0;
      for (const float sum : sums) product += sum;
      for (; k < dimension; ++k) product += left[k] * right[k];
      if (j == 0 || product > best_product) {
        best = j;
        best_product = product;
      }
    }
    aligned += best == i;
  }
  return static_cast<double>(aligned) / static_cast<double>(rows);
}

}  // namespace footnote
