// The trie of a vocabulary's pieces, as a weights file stores it.
#ifndef FOOTNOTE_MODEL_ENCODER_PIECE_TRIE_H_
#define FOOTNOTE_MODEL_ENCODER_PIECE_TRIE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "model/encoder/weights_file.h"

namespace footnote {

// Nodes are numbered breadth first, node 0 is the root. Immutable, so safe from
// many threads.
class PieceTrie {
 public:
  // Reads the sections PREFIX/label, /first, /piece and /score of `file`, which
  // must outlive the result. DataLoss when one is missing or impossible.
  static absl::StatusOr<PieceTrie> Open(const WeightsFile& file,
                                        absl::string_view prefix);

  // The child of `node` by `byte`, or 0.
  int32_t Child(int32_t node, uint8_t byte) const;

  // The piece that ends at `node`, or -1.
  int32_t piece(int32_t node) const { return piece_[node]; }

  // Log probability of a piece.
  float score(int32_t piece) const { return scores_[piece]; }

  // Pieces: every number is below.
  size_t size() const { return scores_.size(); }

  float lowest_score() const { return lowest_score_; }

 private:
  // The children of node i are first_[i] .. first_[i + 1], sorted by label.
  absl::Span<const int32_t> first_;
  absl::Span<const uint8_t> label_;
  absl::Span<const int32_t> piece_;
  absl::Span<const float> scores_;
  float lowest_score_ = 0;
  // Child of the root by byte, or 0.
  int32_t root_[256] = {};
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_PIECE_TRIE_H_
