#include "model/encoder/piece_trie.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace footnote {

absl::StatusOr<PieceTrie> PieceTrie::Open(const WeightsFile& file,
                                          absl::string_view prefix) {
  PieceTrie t;
  const std::string label = absl::StrCat(prefix, "/label");
  const std::string first = absl::StrCat(prefix, "/first");
  const std::string piece = absl::StrCat(prefix, "/piece");
  const std::string score = absl::StrCat(prefix, "/score");
  ASSIGN_OR_RETURN(absl::string_view labels, file.Section(label));
  const size_t nodes = labels.size();
  t.label_ = absl::Span<const uint8_t>(
      reinterpret_cast<const uint8_t*>(labels.data()), nodes);
  ASSIGN_OR_RETURN(t.first_, file.Integers(first, nodes + 1));
  ASSIGN_OR_RETURN(t.piece_, file.Integers(piece, nodes));
  ASSIGN_OR_RETURN(absl::string_view scores, file.Section(score));
  ASSIGN_OR_RETURN(t.scores_,
                   file.Floats(score, scores.size() / sizeof(float)));
  if (nodes == 0 || nodes > (1u << 28) || t.scores_.empty()) {
    return file.Damaged(absl::StrCat("section ", label), "an empty vocabulary");
  }
  // Children come after their parent and partition the nodes, so every walk
  // goes down and ends.
  if (t.first_[0] != 1 || t.first_[nodes] != static_cast<int32_t>(nodes)) {
    return file.Damaged(absl::StrCat("section ", first), "not a tree");
  }
  for (size_t i = 0; i < nodes; ++i) {
    const int32_t begin = t.first_[i];
    const int32_t end = t.first_[i + 1];
    if (begin > end || (begin < end && begin <= static_cast<int32_t>(i))) {
      return file.Damaged(absl::StrCat("section ", first),
                          absl::StrCat("node ", i, " is not in a tree"));
    }
    if (t.piece_[i] < -1 ||
        t.piece_[i] >= static_cast<int32_t>(t.scores_.size())) {
      return file.Damaged(absl::StrCat("section ", piece),
                          absl::StrCat("node ", i, " has piece ", t.piece_[i],
                                       ", want below ", t.scores_.size()));
    }
  }
  for (int32_t child = t.first_[0]; child < t.first_[1]; ++child) {
    t.root_[t.label_[child]] = child;
  }
  for (const float value : t.scores_) {
    if (!std::isfinite(value)) {
      return file.Damaged(absl::StrCat("section ", score), "not a number");
    }
    t.lowest_score_ = std::min(t.lowest_score_, value);
  }
  return t;
}

int32_t PieceTrie::Child(int32_t node, uint8_t byte) const {
  if (node == 0) return root_[byte];
  const uint8_t* begin = label_.data() + first_[node];
  const size_t count = first_[node + 1] - first_[node];
  const void* found = std::memchr(begin, byte, count);
  if (found == nullptr) return 0;
  return static_cast<int32_t>(static_cast<const uint8_t*>(found) -
                              label_.data());
}

}  // namespace footnote
