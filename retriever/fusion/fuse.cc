#include "retriever/fusion/fuse.h"

#include <algorithm>
#include <cstddef>

#include "absl/container/flat_hash_map.h"
#include "retriever/fusion/features.h"
#include "retriever/fusion/weights.h"

namespace footnote {
namespace {

// First stage: tried on 20 languages in one collection; a tenth more or less
// changes no figure by more than .003.
constexpr float kStemWeight = 0.7f;
constexpr float kWordWeight = 0.3f;
constexpr float kBigramWeight = 1.0f;
constexpr float kPrefixWeight = 0.5f;

// Nine in ten pairs of unrelated texts stay below.
constexpr float kNear = 0.12f;

}  // namespace

float ChannelWeight(uint8_t channel) {
  switch (channel) {
    case kChannelStem:
      return kStemWeight;
    case kChannelBigram:
      return kBigramWeight;
    case kChannelPrefix:
      return kPrefixWeight;
    default:
      return kWordWeight;
  }
}

std::vector<WeightedTerm> LexicalTerms(const QueryTerms& query) {
  std::vector<WeightedTerm> terms;
  terms.reserve(query.terms.size());
  for (const QueryTerm& term : query.terms) {
    if (term.document_frequency == 0) continue;
    terms.push_back({term.key, term.channel,
                     term.rarity * ChannelWeight(term.channel) * (kBm25K1 + 1) *
                         kScoreUnit});
  }
  return terms;
}

std::vector<Candidate> Join(const std::vector<LexicalHit>& lexical,
                            const std::vector<VectorHit>& nearest,
                            const std::vector<VectorHit>& at_home,
                            const std::vector<LexicalHit>& translated,
                            const std::vector<LexicalHit>& named) {
  std::vector<Candidate> candidates;
  candidates.reserve(lexical.size() + nearest.size() + at_home.size() +
                     translated.size() + named.size());
  absl::flat_hash_map<uint64_t, size_t> seen;
  const auto at = [&](uint32_t segment, uint32_t passage) -> Candidate& {
    const auto [it, added] =
        seen.try_emplace(uint64_t{segment} << 32 | passage, candidates.size());
    if (added) {
      candidates.emplace_back();
      candidates.back().segment = segment;
      candidates.back().passage = passage;
    }
    return candidates[it->second];
  };
  for (size_t i = 0; i < lexical.size(); ++i) {
    at(lexical[i].segment, lexical[i].passage).lexical_rank = i + 1;
  }
  for (size_t i = 0; i < nearest.size(); ++i) {
    Candidate& candidate = at(nearest[i].segment, nearest[i].passage);
    candidate.vector_rank = i + 1;
    candidate.similarity = nearest[i].similarity;
  }
  for (const VectorHit& hit : at_home) {
    at(hit.segment, hit.passage).similarity = hit.similarity;
  }
  for (size_t i = 0; i < translated.size(); ++i) {
    at(translated[i].segment, translated[i].passage).translated_rank = i + 1;
  }
  for (size_t i = 0; i < named.size(); ++i) {
    at(named[i].segment, named[i].passage).named_rank = i + 1;
  }
  return candidates;
}

namespace {

void Score(const double (&weights)[kRankFeatureCount], bool encoder_speaks,
           Candidate* candidate) {
  const RankFeatures row = FeaturesOf(*candidate, encoder_speaks);
  candidate->total = 0;
  for (int f = 0; f < kRankFeatureCount; ++f) {
    candidate->total += weights[f] * row[f];
  }
}

}  // namespace

void ScoreAtHome(bool encoder_speaks, Candidate* candidate) {
  Score(kRankWeights, encoder_speaks, candidate);
}

void ScoreAcross(bool encoder_speaks, Candidate* candidate) {
  Score(kAcrossWeights, encoder_speaks, candidate);
}

void HearSecondOpinion(absl::Span<Candidate> candidates) {
  struct Both {
    double score;
    Candidate* candidate;
  };
  std::vector<Both> heard;
  std::vector<double> totals;
  for (Candidate& candidate : candidates) {
    if (candidate.second == 0) continue;
    heard.push_back(
        {candidate.total + kSecondWeight * candidate.second, &candidate});
    totals.push_back(candidate.total);
  }
  std::stable_sort(
      heard.begin(), heard.end(),
      [](const Both& a, const Both& b) { return a.score > b.score; });
  std::sort(totals.rbegin(), totals.rend());
  for (size_t i = 0; i < heard.size(); ++i) {
    const bool alike = i > 0 && heard[i].score == heard[i - 1].score;
    heard[i].candidate->total =
        alike ? heard[i - 1].candidate->total : totals[i];
  }
}

bool IsEvidence(const Candidate& candidate) {
  return candidate.has_content_term || candidate.translated_rank > 0 ||
         candidate.named_rank > 0 || candidate.similarity >= kNear;
}

bool BetterFirst(const Candidate& a, const Candidate& b) {
  if (a.total != b.total) return a.total > b.total;
  if (a.segment != b.segment) return a.segment < b.segment;
  return a.passage < b.passage;
}

}  // namespace footnote
