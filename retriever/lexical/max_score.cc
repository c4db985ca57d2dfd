#include "retriever/lexical/max_score.h"

#include <algorithm>
#include <array>
#include <memory>

#include "base/status_macros.h"

namespace footnote {
namespace {

// Passages per window: its sums fit the first-level cache.
constexpr uint32_t kWindow = 2048;
static_assert(kWindow % 64 == 0, "windows share no word of a bitmap");

// The k best so far. Passages come in rising order, so one that only equals
// the worst of them is too late.
class Best {
 public:
  explicit Best(size_t k) : k_(k) {}

  // What a passage must exceed.
  uint32_t threshold() const {
    return heap_.size() < k_ ? 0 : heap_.front().score;
  }

  void Add(const LexicalHit& hit) {
    if (hit.score <= threshold()) return;
    if (heap_.size() == k_) {
      std::pop_heap(heap_.begin(), heap_.end(), Before);
      heap_.pop_back();
    }
    heap_.push_back(hit);
    std::push_heap(heap_.begin(), heap_.end(), Before);
  }

  std::vector<LexicalHit> Take() {
    std::sort(heap_.begin(), heap_.end(), Before);
    return std::move(heap_);
  }

 private:
  static bool Before(const LexicalHit& a, const LexicalHit& b) {
    if (a.score != b.score) return a.score > b.score;
    if (a.segment != b.segment) return a.segment < b.segment;
    return a.passage < b.passage;
  }

  const size_t k_;
  std::vector<LexicalHit> heap_;
};

// One term's list in one segment.
struct List {
  float weight;
  const LengthNorms* norms;
  // Runs over headers only, to bound a window before it is entered.
  PostingsIterator headers;
  // Runs over the postings that are added up.
  PostingsIterator values;
  // The most that a posting of the present window adds.
  uint32_t bound;

  uint32_t BoundOf(const BlockPair& pair) const {
    // One more, because Impact is monotone but for its rounding.
    return Impact(weight, pair.frequency, norms->OfLength(pair.length)) + 1;
  }

  void EnterWindow(uint32_t begin, uint32_t end) {
    bound = 0;
    if (!headers.Valid()) return;
    headers.SkipTo(begin);
    while (headers.Valid()) {
      for (const BlockPair& pair : headers.pairs()) {
        bound = std::max(bound, BoundOf(pair));
      }
      if (headers.last_ordinal() + 1 >= end) return;
      headers.NextBlock();
    }
  }
};

class SegmentSearch {
 public:
  SegmentSearch(const Corpus& corpus, uint32_t segment,
                absl::Span<const WeightedTerm> terms,
                const AllowedPassages& allowed, Best* best)
      : reader_(*corpus.generation().segments[segment].reader),
        segment_(segment),
        allowed_(allowed),
        best_(best) {
    lists_.reserve(terms.size());
    for (const WeightedTerm& term : terms) {
      PostingsIterator postings = reader_.Postings(term.key);
      if (!postings.Valid()) continue;
      lists_.push_back({term.weight,
                        &corpus.ChannelNorms(segment, term.channel), postings,
                        postings, 0});
    }
  }

  absl::Status Run() {
    const uint32_t passages = reader_.passage_count();
    for (uint32_t begin = 0; begin < passages; begin += kWindow) {
      SearchWindow(begin, std::min(begin + kWindow, passages));
    }
    for (const List& list : lists_) {
      RETURN_IF_ERROR(list.values.status());
      RETURN_IF_ERROR(list.headers.status());
    }
    return absl::OkStatus();
  }

 private:
  void SearchWindow(uint32_t begin, uint32_t end) {
    order_.clear();
    for (List& list : lists_) {
      list.EnterWindow(begin, end);
      if (list.bound > 0) order_.push_back(&list);
    }
    std::sort(order_.begin(), order_.end(),
              [](const List* a, const List* b) { return a->bound < b->bound; });

    // The first `optional` lists together can't lift a passage high enough.
    const uint32_t threshold = best_->threshold();
    size_t optional = 0;
    uint32_t optional_sum = 0;
    while (optional < order_.size() &&
           optional_sum + order_[optional]->bound <= threshold) {
      optional_sum += order_[optional++]->bound;
    }
    if (optional == order_.size()) return;

    sums_.fill(0);
    touched_.fill(0);
    for (size_t i = optional; i < order_.size(); ++i) {
      AddAll(order_[i], begin, end);
    }
    CollectCandidates(begin, end, optional_sum);
    for (size_t i = optional; i-- > 0 && !candidates_.empty();) {
      LookUp(order_[i], begin);
      optional_sum -= order_[i]->bound;
      DropHopeless(begin, optional_sum);
    }
    for (uint32_t passage : candidates_) {
      best_->Add({segment_, passage, sums_[passage - begin]});
    }
  }

  void AddAll(List* list, uint32_t begin, uint32_t end) {
    PostingsIterator& it = list->values;
    const LengthNorms norms = *list->norms;
    for (it.SkipTo(begin); it.Valid(); it.NextBlock()) {
      const uint32_t last = it.last_ordinal();
      const PostingsIterator::Postings& block = it.Block();
      const uint32_t* from = block.ordinals;
      const uint32_t* to = block.ordinals + block.count;
      if (block.count > 0 && *from < begin) {
        from = std::lower_bound(from, to, begin);
      }
      for (const uint32_t* p = from; p != to && *p < end; ++p) {
        const uint32_t passage = *p;
        sums_[passage - begin] +=
            Impact(list->weight, block.frequencies[p - block.ordinals],
                   norms.OfPassage(passage));
        touched_[(passage - begin) / 64] |= uint64_t{1} << (passage % 64);
      }
      // The block may reach into the next window: stay on it.
      if (last + 1 >= end) return;
    }
  }

  void CollectCandidates(uint32_t begin, uint32_t end, uint32_t reserve) {
    candidates_.clear();
    const uint32_t threshold = best_->threshold();
    for (uint32_t word = begin / 64; word * 64 < end; ++word) {
      uint64_t bits = touched_[word - begin / 64] & allowed_.Word(word);
      for (; bits != 0; bits &= bits - 1) {
        const uint32_t passage = word * 64 + __builtin_ctzll(bits);
        if (sums_[passage - begin] + reserve > threshold) {
          candidates_.push_back(passage);
        }
      }
    }
  }

  void LookUp(List* list, uint32_t begin) {
    PostingsIterator& it = list->values;
    const LengthNorms norms = *list->norms;
    for (uint32_t passage : candidates_) {
      it.SkipTo(passage);
      if (!it.Valid()) return;
      const PostingsIterator::Postings& block = it.Block();
      const uint32_t* to = block.ordinals + block.count;
      const uint32_t* p = std::lower_bound(block.ordinals + 0, to, passage);
      if (p == to || *p != passage) continue;
      sums_[passage - begin] +=
          Impact(list->weight, block.frequencies[p - block.ordinals],
                 norms.OfPassage(passage));
    }
  }

  void DropHopeless(uint32_t begin, uint32_t reserve) {
    const uint32_t threshold = best_->threshold();
    candidates_.erase(
        std::remove_if(candidates_.begin(), candidates_.end(),
                       [&](uint32_t passage) {
                         return sums_[passage - begin] + reserve <= threshold;
                       }),
        candidates_.end());
  }

  const SegmentReader& reader_;
  const uint32_t segment_;
  const AllowedPassages& allowed_;
  Best* const best_;
  std::vector<List> lists_;
  std::vector<List*> order_;
  std::vector<uint32_t> candidates_;
  std::array<uint32_t, kWindow> sums_;
  std::array<uint64_t, kWindow / 64> touched_;
};

}  // namespace

absl::StatusOr<std::vector<LexicalHit>> BestByTerms(
    const Corpus& corpus, absl::Span<const WeightedTerm> terms,
    absl::Span<const AllowedPassages> allowed, size_t k) {
  if (k == 0) return std::vector<LexicalHit>();
  Best best(k);
  for (uint32_t s = 0; s < corpus.generation().segments.size(); ++s) {
    if (allowed[s].count == 0) continue;
    auto search =
        std::make_unique<SegmentSearch>(corpus, s, terms, allowed[s], &best);
    RETURN_IF_ERROR(search->Run());
  }
  return best.Take();
}

}  // namespace footnote
