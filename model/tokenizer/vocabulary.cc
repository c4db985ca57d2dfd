#include "model/tokenizer/vocabulary.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

constexpr size_t kBlockBytes = 1 << 18;

}  // namespace

void Vocabulary::Reserve(size_t pieces) {
  pieces = std::min<size_t>(pieces, kMaxPieces);
  pieces_.reserve(pieces);
  ids_.reserve(pieces);
}

absl::string_view Vocabulary::Keep(absl::string_view text) {
  if (blocks_.empty() ||
      blocks_.back().capacity() - blocks_.back().size() < text.size()) {
    blocks_.emplace_back();
    blocks_.back().reserve(std::max(kBlockBytes, text.size()));
  }
  std::string& block = blocks_.back();
  const size_t begin = block.size();
  block.append(text.data(), text.size());
  return absl::string_view(block).substr(begin);
}

absl::Status Vocabulary::Add(int32_t id, absl::string_view text,
                             PieceKind kind) {
  if (id < 0 || id >= kMaxPieces) {
    return absl::InvalidArgumentError(
        absl::StrCat("piece id ", id, ", want 0 to ", kMaxPieces - 1));
  }
  if (static_cast<size_t>(id) >= pieces_.size()) pieces_.resize(id + 1);
  Piece& piece = pieces_[id];
  if (piece.kind != PieceKind::kNone && piece.text != text) {
    const auto old = ids_.find(piece.text);
    if (old != ids_.end() && old->second == id) ids_.erase(old);
  }
  if (piece.kind == PieceKind::kNone || piece.text != text) {
    piece.text = Keep(text);
  }
  piece.kind = kind;
  if (kind != PieceKind::kUnreached) ids_.emplace(piece.text, id);
  return absl::OkStatus();
}

}  // namespace footnote
