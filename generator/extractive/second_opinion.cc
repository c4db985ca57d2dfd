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
// Of a passage so many sentences are read where they stand.
constexpr size_t kSentencesRead = 64;
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

// Sentences of a passage that are heard where they stand.
struct Read {
  uint32_t passage = 0;
  std::vector<size_t> candidates;
  std::vector<absl::string_view> sentences;
};

// The first sentences of the first passages. Candidates are in the order of the
// passages and of their text.
std::vector<Read> ToRead(const std::vector<SourcePassage>& passages,
                         const std::vector<Candidate>& candidates) {
  std::vector<Read> reads;
  uint32_t end = 0;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    if (candidate.passage >= kPassages) break;
    if (reads.empty() || reads.back().passage != candidate.passage) {
      reads.push_back({candidate.passage, {}, {}});
      end = 0;
    }
    Read& read = reads.back();
    if (candidate.span.begin < end || read.sentences.size() == kSentencesRead) {
      continue;
    }
    end = candidate.span.end;
    read.candidates.push_back(i);
    read.sentences.push_back(TextOf(passages, candidate));
  }
  return reads;
}

// Cosines less the largest; `kUnread` becomes the least of the others.
constexpr double kUnread = -2;
void FromNearest(std::vector<double>* cosines) {
  const double largest = *std::max_element(cosines->begin(), cosines->end());
  double least = largest;
  for (const double cosine : *cosines) {
    if (cosine != kUnread) least = std::min(least, cosine);
  }
  for (double& cosine : *cosines) cosine = std::max(cosine, least) - largest;
}

double Product(const std::vector<float>& a, const float* b) {
  return std::inner_product(a.begin(), a.end(), b, 0.0);
}

}  // namespace

absl::StatusOr<SecondOpinion::Opinion> SecondOpinion::Of(const Asked& asked,
                                                         Cost cost) {
  Opinion opinion;
  const std::vector<size_t> heard =
      WorthHearing(*asked.candidates, *asked.scores);
  if (heard.empty()) return opinion;
  const E5Encoders* const encoders =
      cost == Cost::kAny ? encoders_->Get() : encoders_->IfOpen();
  if (encoders == nullptr) return opinion;
  std::vector<absl::string_view> sentences;
  for (const size_t i : heard) {
    sentences.push_back(Heard(TextOf(*asked.passages, (*asked.candidates)[i])));
  }
  std::vector<Read> reads;
  if (asked.in_context) reads = ToRead(*asked.passages, *asked.candidates);
  const auto text_of = [&](const Read& read) {
    return (*asked.passages)[read.passage].text;
  };
  if (cost == Cost::kNone) {
    std::vector<uint64_t> places;
    for (const size_t i : heard) {
      places.push_back(asked.where[(*asked.candidates)[i].passage]);
    }
    if (!encoders_->passages()->Keeps(sentences, places)) return opinion;
    for (const Read& read : reads) {
      if (!encoders_->contexts()->Keeps(text_of(read), read.sentences,
                                        asked.where[read.passage])) {
        return opinion;
      }
    }
  }
  const size_t n = encoders->passage->dimension();
  std::vector<float> question(n);
  RETURN_IF_ERROR(
      encoders->question->Encode({asked.question}, question.data()));
  std::vector<float> rows(heard.size() * n);
  RETURN_IF_ERROR(encoders->passage->Encode(sentences, rows.data()));
  std::vector<double> cosines;
  for (size_t i = 0; i < heard.size(); ++i) {
    cosines.push_back(Product(question, &rows[i * n]));
  }
  const auto ends = std::minmax_element(cosines.begin(), cosines.end());
  opinion.nearest = *ends.second;
  opinion.encoder = encoders->passage.get();
  const size_t count = asked.candidates->size();
  opinion.by_candidate.assign(count, *ends.first - opinion.nearest - kUnheard);
  for (size_t i = 0; i < heard.size(); ++i) {
    opinion.by_candidate[heard[i]] = cosines[i] - opinion.nearest;
  }
  if (!asked.in_context) return opinion;
  opinion.in_context.assign(count, kUnread);
  for (const Read& read : reads) {
    rows.resize(read.sentences.size() * n);
    RETURN_IF_ERROR(
        encoders->context->Encode(text_of(read), read.sentences, rows.data()));
    for (size_t i = 0; i < read.sentences.size(); ++i) {
      const float* const row = &rows[i * n];
      if (std::any_of(row, row + n, [](float x) { return x != 0; })) {
        opinion.in_context[read.candidates[i]] = Product(question, row);
      }
    }
  }
  FromNearest(&opinion.in_context);
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

absl::Status SecondOpinion::HearInContext(
    const std::vector<SourcePassage>& passages,
    const std::vector<Candidate>& candidates, uint64_t where, uint64_t round) {
  if (encoders_->Get() == nullptr) {
    return absl::FailedPreconditionError("there is no second encoder");
  }
  for (const Read& read : ToRead(passages, candidates)) {
    RETURN_IF_ERROR(encoders_->contexts()->Keep(passages[read.passage].text,
                                                read.sentences, where, round));
  }
  return absl::OkStatus();
}

void SecondOpinion::ForgetHeardBefore(uint64_t round) {
  if (encoders_->IfOpen() == nullptr) return;
  encoders_->passages()->ForgetKeptBefore(round);
  encoders_->contexts()->ForgetKeptBefore(round);
}

}  // namespace extractive
}  // namespace footnote
