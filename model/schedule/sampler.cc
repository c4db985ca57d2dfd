#include "model/schedule/sampler.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "kernels/draw.h"
#include "kernels/weigh.h"

namespace footnote {
namespace {

// Smaller for larger logits, of equals for lower ids.
uint64_t RankOf(float logit, int32_t id) {
  logit = CleanLogit(logit) + 0.0f;  // -0 is 0
  uint32_t bits;
  memcpy(&bits, &logit, sizeof(bits));
  bits = bits >> 31 != 0 ? bits : ~bits & 0x7fffffff;
  return uint64_t{bits} << 32 | static_cast<uint32_t>(id);
}

int32_t IdOf(uint64_t rank) { return static_cast<int32_t>(rank & 0xffffffff); }

}  // namespace

Sampler::Sampler(const DecodeRequest& request, int vocabulary)
    : request_(request) {
  const Sampling& sampling = request.sampling;
  penalizes_ = sampling.repetition_penalty != 1 ||
               sampling.frequency_penalty != 0 ||
               sampling.presence_penalty != 0;
  if (penalizes_) {
    for (const int32_t id : request.prompt) counts_[id].prompt = true;
  }
  if (request.constraint != nullptr) allowed_.resize((vocabulary + 63) / 64);
}

void Sampler::Accept(int32_t id) {
  if (penalizes_) ++counts_[id].answer;
  if (request_.constraint != nullptr) request_.constraint->Accept(id);
}

void Sampler::Penalize(std::vector<float>* logits) const {
  const Sampling& sampling = request_.sampling;
  for (const auto& [id, count] : counts_) {
    float& logit = (*logits)[id];
    logit = logit > 0 ? logit / sampling.repetition_penalty
                      : logit * sampling.repetition_penalty;
    if (count.answer == 0) continue;
    logit -= static_cast<float>(count.answer) * sampling.frequency_penalty +
             sampling.presence_penalty;
  }
}

void Sampler::RankFirst(absl::Span<const float> logits, size_t count) {
  // So few are sorted that nearly all logits are compared once.
  const size_t room = std::max<size_t>(2 * count, 1024);
  ranks_.clear();
  // Of those kept so far; a later id of the same logit comes after it. At first
  // no number, which nothing is at most.
  float last = std::numeric_limits<float>::quiet_NaN();
  for (size_t i = 0; i < logits.size(); ++i) {
    if (logits[i] <= last) continue;
    ranks_.push_back(RankOf(logits[i], static_cast<int32_t>(i)));
    if (ranks_.size() < room) continue;
    std::nth_element(ranks_.begin(), ranks_.begin() + (count - 1),
                     ranks_.end());
    ranks_.resize(count);
    last = CleanLogit(logits[IdOf(ranks_.back())]);
  }
  std::partial_sort(ranks_.begin(), ranks_.begin() + count, ranks_.end());
  ranks_.resize(count);
}

int32_t Sampler::Draw(absl::Span<const float> logits, int32_t best,
                      int position) {
  const Sampling& sampling = request_.sampling;
  const float most = CleanLogit(logits[best]);
  const double inverse = 1.0 / sampling.temperature;
  const auto weight = [&](uint64_t rank) {
    return LogitWeight(CleanLogit(logits[IdOf(rank)]), most, inverse);
  };
  const bool cuts_k = sampling.top_k > 0 && sampling.top_k < logits.size();
  const bool cuts = cuts_k || sampling.top_p < 1;
  uint64_t whole = 0;
  if (cuts_k) {
    RankFirst(logits, sampling.top_k);
    for (const uint64_t rank : ranks_) whole += weight(rank);
  } else {
    weights_.resize(logits.size());
    whole = WeighLogits(logits.data(), logits.size(), most, inverse,
                        weights_.data());
  }
  if (sampling.top_p < 1) {
    const uint64_t wanted = TopPWeight(sampling.top_p, whole);
    if (!cuts_k) ranks_.clear();
    uint64_t sum = 0;
    size_t kept = 0;
    for (; sum < wanted; ++kept) {
      // As a rule a few hundred reach top_p: sorting all would take longer than
      // all the rest.
      if (kept == ranks_.size()) {
        RankFirst(logits,
                  std::min(logits.size(), std::max<size_t>(256, kept * 4)));
      }
      sum += weight(ranks_[kept]);
    }
    ranks_.resize(kept);
  }
  if (cuts) {
    std::sort(ranks_.begin(), ranks_.end(),
              [](uint64_t a, uint64_t b) { return IdOf(a) < IdOf(b); });
    weights_.clear();
    for (const uint64_t rank : ranks_) weights_.push_back(weight(rank));
  }
  const uint64_t least = MinPWeight(sampling.min_p);
  if (cuts || least > 1) {
    whole = 0;
    for (uint64_t& w : weights_) {
      if (w < least) w = 0;
      whole += w;
    }
  }
  uint64_t left = DrawnWeight(sampling.seed, position, whole);
  size_t drawn = 0;
  for (; left >= weights_[drawn]; ++drawn) left -= weights_[drawn];
  return cuts ? IdOf(ranks_[drawn]) : static_cast<int32_t>(drawn);
}

absl::Span<const uint64_t> Sampler::Mask() {
  std::fill(allowed_.begin(), allowed_.end(), ~uint64_t{0});
  request_.constraint->Mask(absl::MakeSpan(allowed_));
  return allowed_;
}

bool Sampler::Choose(absl::Span<const float> logits, int position,
                     GeneratedToken* token) {
  absl::Span<const float> used = logits;
  if (penalizes_ || request_.constraint != nullptr) {
    changed_.assign(logits.begin(), logits.end());
    if (penalizes_) Penalize(&changed_);
    if (request_.constraint != nullptr) {
      const absl::Span<const uint64_t> allowed = Mask();
      for (size_t i = 0; i < changed_.size(); ++i) {
        if ((allowed[i / 64] >> (i % 64) & 1) == 0) changed_[i] = NeverLogit();
      }
    }
    used = changed_;
  }
  const int32_t best = MostLikely(used.data(), used.size());
  if (best < 0) return false;
  token->id =
      request_.sampling.temperature > 0 ? Draw(used, best, position) : best;
  token->logprob = 0;
  token->top.clear();
  if (request_.logprobs < 0) return true;
  const bool same = used.data() == logits.data();
  const float most = CleanLogit(
      logits[same ? best : MostLikely(logits.data(), logits.size())]);
  weights_.resize(logits.size());
  const uint64_t weights =
      WeighLogits(logits.data(), logits.size(), most, 1, weights_.data());
  const auto logprob = [&](int32_t id) {
    return WeighedLogprob(CleanLogit(logits[id]), most, weights);
  };
  token->logprob = logprob(token->id);
  if (request_.logprobs > 0) {
    RankFirst(logits, std::min<size_t>(request_.logprobs, logits.size()));
    for (const uint64_t rank : ranks_) {
      const int32_t id = IdOf(rank);
      token->top.push_back({id, logprob(id)});
    }
  }
  return true;
}

}  // namespace footnote
