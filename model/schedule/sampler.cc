#include "model/schedule/sampler.h"

#include <algorithm>
#include <numeric>

#include "kernels/draw.h"

namespace footnote {
namespace {

// Of equals the lowest id. -1 when none can be.
int32_t MostLikely(absl::Span<const float> logits) {
  float most = NeverLogit();
  int32_t best = -1;
  for (size_t i = 0; i < logits.size(); ++i) {
    const float logit = CleanLogit(logits[i]);
    if (logit > most) {
      most = logit;
      best = static_cast<int32_t>(i);
    }
  }
  return best;
}

// The first `count` of `order`, which holds all ids, become the most likely.
void SortFirst(absl::Span<const float> logits, size_t count,
               std::vector<int32_t>* order) {
  count = std::min(count, order->size());
  std::partial_sort(order->begin(), order->begin() + count, order->end(),
                    [&](int32_t a, int32_t b) {
                      const float x = CleanLogit(logits[a]);
                      const float y = CleanLogit(logits[b]);
                      return x != y ? x > y : a < b;
                    });
}

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

int32_t Sampler::Draw(absl::Span<const float> logits, int position) {
  const Sampling& sampling = request_.sampling;
  const float most = CleanLogit(logits[MostLikely(logits)]);
  const double inverse = 1.0 / sampling.temperature;
  const auto weight = [&](int32_t id) {
    return LogitWeight(CleanLogit(logits[id]), most, inverse);
  };
  order_.resize(logits.size());
  std::iota(order_.begin(), order_.end(), 0);
  size_t kept = order_.size();
  size_t sorted = 0;
  if (sampling.top_k > 0 && static_cast<size_t>(sampling.top_k) < kept) {
    kept = sampling.top_k;
    sorted = kept;
    SortFirst(logits, kept, &order_);
  }
  if (sampling.top_p < 1) {
    uint64_t whole = 0;
    for (size_t i = 0; i < kept; ++i) whole += weight(order_[i]);
    const uint64_t wanted = TopPWeight(sampling.top_p, whole);
    // As a rule a few hundred reach top_p: sorting all would take longer than
    // all the rest.
    uint64_t sum = 0;
    size_t i = 0;
    for (; i < kept && sum < wanted; ++i) {
      if (i == sorted) {
        sorted = std::min(kept, std::max<size_t>(256, sorted * 4));
        SortFirst(logits, sorted, &order_);
      }
      sum += weight(order_[i]);
    }
    kept = i;
  }
  if (sorted > 0) std::sort(order_.begin(), order_.begin() + kept);
  const uint64_t least = MinPWeight(sampling.min_p);
  uint64_t whole = 0;
  for (size_t i = 0; i < kept; ++i) {
    const uint64_t w = weight(order_[i]);
    if (w >= least) whole += w;
  }
  uint64_t left = DrawnWeight(sampling.seed, position, whole);
  int32_t drawn = -1;
  for (size_t i = 0; i < kept && drawn < 0; ++i) {
    const uint64_t w = weight(order_[i]);
    if (w < least) continue;
    if (left < w) drawn = order_[i];
    left -= w;
  }
  return drawn;
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
  token->id = MostLikely(used);
  if (token->id < 0) return false;
  if (request_.sampling.temperature > 0) token->id = Draw(used, position);
  token->logprob = 0;
  token->top.clear();
  if (request_.logprobs < 0) return true;
  const float most = CleanLogit(logits[MostLikely(logits)]);
  uint64_t weights = 0;
  for (const float logit : logits) {
    weights += LogitWeight(CleanLogit(logit), most, 1);
  }
  const auto logprob = [&](int32_t id) {
    return WeighedLogprob(CleanLogit(logits[id]), most, weights);
  };
  token->logprob = logprob(token->id);
  if (request_.logprobs > 0) {
    order_.resize(logits.size());
    std::iota(order_.begin(), order_.end(), 0);
    SortFirst(logits, request_.logprobs, &order_);
    for (int i = 0; i < request_.logprobs && i < logits.size(); ++i) {
      token->top.push_back({order_[i], logprob(order_[i])});
    }
  }
  return true;
}

}  // namespace footnote
