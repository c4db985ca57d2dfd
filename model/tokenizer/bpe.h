// Merges pairs of pieces, the best pair first, until none is left.
//
// The one algorithm under byte-level BPE, under SentencePiece's BPE and under
// tokenizers.json of both kinds; they differ in the pieces that text begins as
// and in the ranks of the pairs.
#ifndef FOOTNOTE_MODEL_TOKENIZER_BPE_H_
#define FOOTNOTE_MODEL_TOKENIZER_BPE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace footnote {

// Which pairs merge, and into what. Filled once, then immutable and safe from
// many threads.
class MergeTable {
 public:
  static constexpr uint32_t kNever = static_cast<uint32_t>(-1);

  // A pair's rank, the lowest merging first, and the piece that it becomes.
  struct Merge {
    uint32_t rank = kNever;
    int32_t piece = -1;
  };

  // Room for `count` pairs.
  explicit MergeTable(size_t count = 0);

  // The first of several entries of one pair counts.
  // REQUIRES: pieces >= 0; fewer pairs so far than there is room for.
  void Add(int32_t left, int32_t right, uint32_t rank, int32_t piece);

  // `rank` is kNever where the pair does not merge.
  Merge Find(int32_t left, int32_t right) const {
    const uint64_t key = Key(left, right);
    for (size_t i = Hash(key) & mask_;; i = (i + 1) & mask_) {
      if (slots_[i].key == key) return slots_[i].merge;
      if (slots_[i].key == kFree) return Merge();
    }
  }

  size_t size() const { return size_; }

 private:
  struct Slot {
    uint64_t key;
    Merge merge;
  };
  static constexpr uint64_t kFree = static_cast<uint64_t>(-1);

  static uint64_t Key(int32_t left, int32_t right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 |
           static_cast<uint32_t>(right);
  }
  static size_t Hash(uint64_t key) {
    key *= 0x9E3779B97F4A7C15ull;
    return key ^ (key >> 29);
  }

  std::vector<Slot> slots_;
  size_t mask_ = 0;
  size_t size_ = 0;
};

// Merges `*pieces` in place: always the pair of the lowest rank, the leftmost
// of equals. Time n log n, for few pieces n squared with a small constant. A
// piece of -1 merges with nothing.
void MergePieces(const MergeTable& table, std::vector<int32_t>* pieces);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TOKENIZER_BPE_H_
