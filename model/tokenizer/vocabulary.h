// The pieces of a tokenizer: bytes to ids and back.
#ifndef FOOTNOTE_MODEL_TOKENIZER_VOCABULARY_H_
#define FOOTNOTE_MODEL_TOKENIZER_VOCABULARY_H_

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace footnote {

enum class PieceKind : uint8_t {
  kNone,       // no piece has this id
  kNormal,     // what merging makes
  kPlain,      // found in any text before merging: runs of blanks, HTML tags
  kControl,    // means something to the model; only a prompt's author writes it
  kUnreached,  // has an id and a text, but no text is ever cut into it
  kByte,       // one byte of a character without a piece
  kUnknown,
};

// Filled once, then immutable and safe from many threads.
class Vocabulary {
 public:
  static constexpr int32_t kMaxPieces = 1 << 22;

  Vocabulary() = default;
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;

  void Reserve(size_t pieces);

  // Copies `text`. A second piece of one id takes its place; of two ids with
  // one text, Find gives the first, and never one that is kUnreached.
  // InvalidArgument when the id is negative or kMaxPieces and more.
  absl::Status Add(int32_t id, absl::string_view text, PieceKind kind);

  // -1 when no piece has this text.
  int32_t Find(absl::string_view text) const {
    const auto found = ids_.find(text);
    return found == ids_.end() ? -1 : found->second;
  }

  // The text of a piece; empty where there is none.
  absl::string_view Text(int32_t id) const {
    return IsPiece(id) ? pieces_[id].text : absl::string_view();
  }
  PieceKind Kind(int32_t id) const {
    return IsPiece(id) ? pieces_[id].kind : PieceKind::kNone;
  }

  // Every id is below.
  size_t size() const { return pieces_.size(); }

 private:
  struct Piece {
    absl::string_view text;
    PieceKind kind = PieceKind::kNone;
  };

  bool IsPiece(int32_t id) const {
    return id >= 0 && static_cast<size_t>(id) < pieces_.size();
  }
  absl::string_view Keep(absl::string_view text);

  std::vector<Piece> pieces_;
  absl::flat_hash_map<absl::string_view, int32_t> ids_;
  // Texts one after another, in blocks that never move.
  std::deque<std::string> blocks_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TOKENIZER_VOCABULARY_H_
