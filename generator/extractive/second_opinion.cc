#include "generator/extractive/second_opinion.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "base/status_macros.h"
#include "base/utf8.h"

namespace footnote {
namespace extractive {
namespace {

constexpr uint32_t kPassages = 8;
constexpr int kSentences = 3;  // of each
// Of a longer sentence so much is heard.
constexpr size_t kHeardBytes = 400;
// What is not heard is so much farther than what is.
constexpr double kUnheard = 0.01;
// Sentences that are remembered: about 30 MB.
constexpr size_t kRemembered = 16384;

// The best of each of the first passages.
std::vector<size_t> WorthHearing(const std::vector<Candidate>& candidates,
                                 const std::vector<double>& scores) {
  std::vector<size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  std::vector<size_t> worth;
  int taken[kPassages] = {};
  for (const size_t i : order) {
    const uint32_t passage = candidates[i].passage;
    if (passage < kPassages && taken[passage]++ < kSentences) {
      worth.push_back(i);
    }
  }
  return worth;
}

}  // namespace

SecondOpinion::SecondOpinion(const E5Encoders* encoders)
    : encoders_(encoders), sentences_(encoders->passage.get(), kRemembered) {}

absl::StatusOr<std::vector<double>> SecondOpinion::Of(
    absl::string_view question, const std::vector<Candidate>& candidates,
    absl::Span<const absl::string_view> texts,
    const std::vector<double>& scores) {
  const std::vector<size_t> heard = WorthHearing(candidates, scores);
  if (heard.empty()) return std::vector<double>(candidates.size());
  std::vector<absl::string_view> sentences;
  for (const size_t i : heard) {
    const size_t bytes = std::min(texts[i].size(), kHeardBytes);
    sentences.push_back(texts[i].substr(0, FloorToCodePoint(texts[i], bytes)));
  }
  const size_t n = encoders_->passage->dimension();
  std::vector<float> asked(n);
  RETURN_IF_ERROR(encoders_->question->Encode({question}, asked.data()));
  std::vector<float> rows(heard.size() * n);
  RETURN_IF_ERROR(sentences_.Look(sentences, rows.data()));
  std::vector<double> cosines;
  for (size_t i = 0; i < heard.size(); ++i) {
    cosines.push_back(
        std::inner_product(asked.begin(), asked.end(), &rows[i * n], 0.0));
  }
  const auto ends = std::minmax_element(cosines.begin(), cosines.end());
  const double nearest = *ends.second;
  std::vector<double> opinion(candidates.size(),
                              *ends.first - nearest - kUnheard);
  for (size_t i = 0; i < heard.size(); ++i) {
    opinion[heard[i]] = cosines[i] - nearest;
  }
  return opinion;
}

}  // namespace extractive
}  // namespace footnote
