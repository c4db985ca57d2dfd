#include "generator/extractive/second_opinion.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <numeric>
#include <string>

#include "base/hash.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace footnote {
namespace extractive {
namespace {

constexpr uint32_t kPassages = 16;
constexpr int kSentences = 3;  // of each
// Of a longer sentence so much is heard.
constexpr size_t kHeardBytes = 400;
// What is not heard is so much farther than what is.
constexpr double kUnheard = 0.01;

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

// What is heard of a candidate's text.
absl::string_view Heard(absl::string_view text) {
  const size_t bytes = std::min(text.size(), kHeardBytes);
  return text.substr(0, FloorToCodePoint(text, bytes));
}

}  // namespace

absl::StatusOr<SecondOpinion::Opinion> SecondOpinion::Of(
    absl::string_view question, const std::vector<Candidate>& candidates,
    absl::Span<const absl::string_view> texts,
    const std::vector<double>& scores, Cost cost,
    const std::vector<uint64_t>& where) {
  Opinion opinion;
  const std::vector<size_t> heard = WorthHearing(candidates, scores);
  if (heard.empty()) return opinion;
  const E5Encoders* const encoders =
      cost == Cost::kAny ? encoders_->Get() : encoders_->IfOpen();
  if (encoders == nullptr) return opinion;
  std::vector<absl::string_view> sentences;
  for (const size_t i : heard) sentences.push_back(Heard(texts[i]));
  if (cost == Cost::kNone) {
    std::vector<uint64_t> places;
    for (const size_t i : heard) {
      places.push_back(where[candidates[i].passage]);
    }
    if (!encoders_->passages()->Keeps(sentences, places)) return opinion;
  }
  const size_t n = encoders->passage->dimension();
  std::vector<float> asked(n);
  RETURN_IF_ERROR(encoders->question->Encode({question}, asked.data()));
  std::vector<float> rows(heard.size() * n);
  RETURN_IF_ERROR(encoders->passage->Encode(sentences, rows.data()));
  std::vector<double> cosines;
  for (size_t i = 0; i < heard.size(); ++i) {
    cosines.push_back(
        std::inner_product(asked.begin(), asked.end(), &rows[i * n], 0.0));
  }
  const auto ends = std::minmax_element(cosines.begin(), cosines.end());
  opinion.nearest = *ends.second;
  opinion.encoder = encoders->passage.get();
  opinion.by_candidate.assign(candidates.size(),
                              *ends.first - opinion.nearest - kUnheard);
  for (size_t i = 0; i < heard.size(); ++i) {
    opinion.by_candidate[heard[i]] = cosines[i] - opinion.nearest;
  }
  return opinion;
}

uint64_t SecondOpinion::Where(absl::string_view collection) {
  const std::string hash = Sha256(collection);
  uint64_t where = 0;
  std::memcpy(&where, hash.data(), sizeof(where));
  return where;
}

absl::Status SecondOpinion::Hear(absl::string_view text, uint64_t where,
                                 uint64_t round) {
  if (encoders_->Get() == nullptr) {
    return absl::FailedPreconditionError("there is no second encoder");
  }
  return encoders_->passages()->Keep(Heard(text), where, round);
}

void SecondOpinion::ForgetHeardBefore(uint64_t round) {
  if (encoders_->IfOpen() == nullptr) return;
  encoders_->passages()->ForgetKeptBefore(round);
}

}  // namespace extractive
}  // namespace footnote
