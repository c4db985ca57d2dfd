#include "model/schedule/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace footnote {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

// A number in [0, 1) that depends on both arguments alone (SplitMix64).
double Uniform(uint64_t seed, uint64_t position) {
  uint64_t x = seed * 0x9e3779b97f4a7c15u + position + 1;
  for (int i = 0; i < 2; ++i) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    x ^= x >> 31;
  }
  return static_cast<double>(x >> 11) * 0x1p-53;
}

// Of equals the lowest id. -1 when all are kNever.
int32_t MostLikely(absl::Span<const float> logits) {
  float most = kNever;
  int32_t best = -1;
  for (size_t i = 0; i < logits.size(); ++i) {
    if (logits[i] > most) {
      most = logits[i];
      best = static_cast<int32_t>(i);
    }
  }
  return best;
}

// Natural logarithm of the sum of exponentials.
double LogSum(absl::Span<const float> logits) {
  const double most = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - most);
  return most + std::log(sum);
}

// The first `count` of `order`, which holds all ids, become the most likely.
void SortFirst(absl::Span<const float> logits, size_t count,
               std::vector<int32_t>* order) {
  count = std::min(count, order->size());
  std::partial_sort(order->begin(), order->begin() + count, order->end(),
                    [&](int32_t a, int32_t b) {
                      return logits[a] != logits[b] ? logits[a] > logits[b]
                                                    : a < b;
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
  const double u = Uniform(sampling.seed, position);
  const double most = logits[MostLikely(logits)];
  const auto weight = [&](int32_t id) {
    return std::exp((logits[id] - most) / sampling.temperature);
  };
  order_.resize(logits.size());
  std::iota(order_.begin(), order_.end(), 0);
  size_t kept = order_.size();
  if (sampling.top_k > 0) {
    kept = std::min<size_t>(kept, sampling.top_k);
    SortFirst(logits, kept, &order_);
  }
  const bool cuts = sampling.top_p < 1 || sampling.min_p > 0;
  if (cuts) {
    double whole = 0;
    for (size_t i = 0; i < kept; ++i) whole += weight(order_[i]);
    // As a rule a few hundred reach top_p: sorting all would take longer than
    // all the rest.
    size_t sorted = sampling.top_k > 0 ? kept : 0;
    double sum = 0;
    size_t i = 0;
    for (; i < kept; ++i) {
      if (i == sorted) {
        sorted = std::min(kept, std::max<size_t>(256, sorted * 4));
        SortFirst(logits, sorted, &order_);
      }
      const double w = weight(order_[i]);
      if (i > 0 && (sum >= sampling.top_p * whole || w < sampling.min_p)) break;
      sum += w;
    }
    kept = i;
  }
  double whole = 0;
  for (size_t i = 0; i < kept; ++i) whole += weight(order_[i]);
  double left = u * whole;
  int32_t last = order_[0];
  for (size_t i = 0; i < kept; ++i) {
    const double w = weight(order_[i]);
    if (w <= 0) continue;
    last = order_[i];
    left -= w;
    if (left < 0) break;
  }
  return last;
}

bool Sampler::Choose(absl::Span<const float> logits, int position,
                     GeneratedToken* token) {
  absl::Span<const float> used = logits;
  if (penalizes_ || request_.constraint != nullptr) {
    changed_.assign(logits.begin(), logits.end());
    if (penalizes_) Penalize(&changed_);
    if (request_.constraint != nullptr) {
      std::fill(allowed_.begin(), allowed_.end(), ~uint64_t{0});
      request_.constraint->Mask(absl::MakeSpan(allowed_));
      for (size_t i = 0; i < changed_.size(); ++i) {
        if ((allowed_[i / 64] >> (i % 64) & 1) == 0) changed_[i] = kNever;
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
  const double sum = LogSum(logits);
  token->logprob = static_cast<float>(logits[token->id] - sum);
  if (request_.logprobs > 0) {
    order_.resize(logits.size());
    std::iota(order_.begin(), order_.end(), 0);
    SortFirst(logits, request_.logprobs, &order_);
    for (int i = 0; i < request_.logprobs && i < logits.size(); ++i) {
      token->top.push_back(
          {order_[i], static_cast<float>(logits[order_[i]] - sum)});
    }
  }
  return true;
}

}  // namespace footnote
