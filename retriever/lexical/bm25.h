// BM25 in whole numbers: what a term adds to a passage's score.
//
//   idf(term)  = ln(1 + (N - df + 0.5) / (df + 0.5))
//   impact     = weight * tf / (tf + k1 * (1 - b + b * length / average))
//
// Impacts are rounded to 1 / kScoreUnit and added as integers, so that a sum
// does not depend on the order of its terms: pruning can change what is
// computed, never the result.
#ifndef FOOTNOTE_RETRIEVER_LEXICAL_BM25_H_
#define FOOTNOTE_RETRIEVER_LEXICAL_BM25_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "storage/generation.h"
#include "storage/segment_reader.h"

namespace footnote {

constexpr float kBm25K1 = 0.9f;
constexpr float kBm25B = 0.4f;

// Integer scores of 1.0.
constexpr float kScoreUnit = 65536.0f;

// The inverse document frequency of a term in `df` of `passages` passages;
// never negative.
double Idf(uint64_t passages, uint64_t df);

// What a term of this `weight` (in score units, k1 + 1 included) adds. Rises
// with `frequency`, falls with `norm`, within one unit.
inline uint32_t Impact(float weight, uint32_t frequency, float norm) {
  const float tf = static_cast<float>(frequency);
  return static_cast<uint32_t>(weight * (tf / (tf + norm)) + 0.5f);
}

// k1 * (1 - b + b * length / average) for one length group of a segment.
struct LengthNorms {
  // The norm of a length is base + slope * length.
  float base = 0;
  float slope = 0;
  // By passage.
  const uint16_t* lengths = nullptr;

  float OfLength(uint32_t length) const {
    return base + slope * static_cast<float>(length);
  }
  float OfPassage(uint32_t passage) const { return OfLength(lengths[passage]); }
};

// What scoring needs of one generation, worked out once and shared by every
// search of it. Immutable.
class Corpus {
 public:
  // What `before`, of an earlier generation, knows of segments that are still
  // there is taken over; it may be null, and may go afterwards.
  explicit Corpus(std::shared_ptr<const Generation> generation,
                  const Corpus* before = nullptr);

  const Generation& generation() const { return *generation_; }
  // Passages that can be found.
  uint64_t passages() const { return passages_; }

  const LengthNorms& Norms(size_t segment, int group) const {
    return norms_[segment][group];
  }
  // The norms that score a channel's terms.
  const LengthNorms& ChannelNorms(size_t segment, int channel) const;

  // Passages that hold the term, in all segments; those deleted since the
  // segments were written are counted too.
  uint64_t DocumentFrequency(uint64_t key) const;

 private:
  // The lengths of a segment's passages, by group: of the 64 bytes that a row
  // has, those that every posting needs.
  using Lengths = std::array<std::vector<uint16_t>, kLengthGroups>;

  std::shared_ptr<const Generation> generation_;
  uint64_t passages_ = 0;
  std::vector<std::shared_ptr<const Lengths>> lengths_;  // by segment
  std::vector<std::array<LengthNorms, kLengthGroups>> norms_;
};

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_LEXICAL_BM25_H_
