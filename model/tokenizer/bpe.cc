#include "model/tokenizer/bpe.h"

#include <algorithm>
#include <queue>

namespace footnote {
namespace {

// Up to here looking at every pair costs less than a heap.
constexpr size_t kFewPieces = 48;

void MergeFew(const MergeTable& table, std::vector<int32_t>* pieces) {
  MergeTable::Merge merges[kFewPieces];
  int32_t* const piece = pieces->data();
  size_t size = pieces->size();
  for (size_t i = 0; i + 1 < size; ++i) {
    merges[i] = table.Find(piece[i], piece[i + 1]);
  }
  while (size > 1) {
    size_t best = 0;
    for (size_t i = 1; i + 1 < size; ++i) {
      if (merges[i].rank < merges[best].rank) best = i;
    }
    if (merges[best].rank == MergeTable::kNever) break;
    piece[best] = merges[best].piece;
    for (size_t i = best + 1; i + 1 < size; ++i) piece[i] = piece[i + 1];
    for (size_t i = best; i + 2 < size; ++i) merges[i] = merges[i + 1];
    --size;
    if (best > 0) merges[best - 1] = table.Find(piece[best - 1], piece[best]);
    if (best + 1 < size)
      merges[best] = table.Find(piece[best], piece[best + 1]);
  }
  pieces->resize(size);
}

void MergeMany(const MergeTable& table, std::vector<int32_t>* pieces) {
  struct Node {
    int32_t piece;
    int32_t left;
    int32_t right;
  };
  struct Candidate {
    uint32_t rank;
    int32_t at;
    int32_t left_piece;
    int32_t right_piece;
    int32_t becomes;
    bool operator>(const Candidate& other) const {
      return rank != other.rank ? rank > other.rank : at > other.at;
    }
  };
  constexpr int32_t kGone = -2;
  const auto size = static_cast<int32_t>(pieces->size());
  std::vector<Node> nodes(pieces->size());
  std::vector<Candidate> begin;
  begin.reserve(pieces->size());
  for (int32_t i = 0; i < size; ++i) {
    nodes[i] = {(*pieces)[i], i - 1, i + 1 < size ? i + 1 : -1};
  }
  const auto consider = [&](int32_t at, auto* out) {
    if (at < 0 || nodes[at].right < 0) return;
    const int32_t left = nodes[at].piece;
    const int32_t right = nodes[nodes[at].right].piece;
    const MergeTable::Merge merge = table.Find(left, right);
    if (merge.rank == MergeTable::kNever) return;
    out->push({merge.rank, at, left, right, merge.piece});
  };
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue(
      std::greater<>(), std::move(begin));
  for (int32_t i = 0; i + 1 < size; ++i) consider(i, &queue);
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Node& node = nodes[best.at];
    if (node.piece != best.left_piece || node.right < 0 ||
        nodes[node.right].piece != best.right_piece) {
      continue;  // one of the two merged with another meanwhile
    }
    Node& eaten = nodes[node.right];
    node.piece = best.becomes;
    node.right = eaten.right;
    eaten.piece = kGone;
    if (node.right >= 0) nodes[node.right].left = best.at;
    consider(node.left, &queue);
    consider(best.at, &queue);
  }
  size_t kept = 0;
  for (const Node& node : nodes) {
    if (node.piece != kGone) (*pieces)[kept++] = node.piece;
  }
  pieces->resize(kept);
}

}  // namespace

MergeTable::MergeTable(size_t count) {
  size_t slots = 16;
  while (slots < count * 2) slots *= 2;
  slots_.assign(slots, {kFree, Merge()});
  mask_ = slots - 1;
}

void MergeTable::Add(int32_t left, int32_t right, uint32_t rank,
                     int32_t piece) {
  const uint64_t key = Key(left, right);
  size_t i = Hash(key) & mask_;
  while (slots_[i].key != kFree) {
    if (slots_[i].key == key) return;
    i = (i + 1) & mask_;
  }
  slots_[i] = {key, {rank, piece}};
  ++size_;
}

void MergePieces(const MergeTable& table, std::vector<int32_t>* pieces) {
  if (pieces->size() < 2) return;
  if (pieces->size() <= kFewPieces) {
    MergeFew(table, pieces);
  } else {
    MergeMany(table, pieces);
  }
}

}  // namespace footnote
