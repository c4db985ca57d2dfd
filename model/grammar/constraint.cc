#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "model/grammar/grammar.h"

namespace footnote {
namespace {

void Forbid(int32_t id, absl::Span<uint64_t> allowed) {
  const auto place = static_cast<size_t>(id) / 64;
  if (place < allowed.size()) allowed[place] &= ~(uint64_t{1} << (id % 64));
}

}  // namespace

PieceTexts::PieceTexts(const Tokenizer& tokenizer) : texts_(tokenizer.size()) {
  for (size_t i = 0; i < texts_.size(); ++i) {
    const auto id = static_cast<int32_t>(i);
    tokenizer.AppendText(id, &texts_[i]);
    if (texts_[i].empty()) silent_.push_back(id);
    if (absl::StrContains(texts_[i], "<")) angled_.push_back(id);
  }
}

void PieceTexts::Mask(const Grammar& grammar, Grammar* trial,
                      absl::Span<uint64_t> allowed) const {
  if (!grammar.MayEnd()) {
    for (const int32_t id : silent_) Forbid(id, allowed);
  }
  // Rows of the weights that are no pieces.
  for (size_t id = texts_.size(); id < allowed.size() * 64; ++id) {
    Forbid(static_cast<int32_t>(id), allowed);
  }
  const auto reads = [&](const std::string& text) {
    trial->Assign(grammar);
    return std::all_of(text.begin(), text.end(), [trial](char c) {
      return trial->Read(static_cast<uint8_t>(c));
    });
  };
  if (grammar.Watched() == '<') {
    for (const int32_t id : angled_) {
      if (!reads(texts_[id])) Forbid(id, allowed);
    }
    return;
  }
  // Most pieces fail at their first byte.
  bool first[256];
  for (int byte = 0; byte < 256; ++byte) {
    trial->Assign(grammar);
    first[byte] = trial->Read(static_cast<uint8_t>(byte));
  }
  for (size_t id = 0; id < texts_.size(); ++id) {
    const std::string& text = texts_[id];
    if (text.empty()) continue;
    if (!first[static_cast<uint8_t>(text[0])] ||
        (text.size() > 1 && !reads(text))) {
      Forbid(static_cast<int32_t>(id), allowed);
    }
  }
}

GrammarConstraint::GrammarConstraint(const Tokenizer& tokenizer,
                                     std::unique_ptr<Grammar> grammar)
    : texts_(tokenizer),
      grammar_(std::move(grammar)),
      trial_(grammar_->Copy()) {}

void GrammarConstraint::Mask(absl::Span<uint64_t> allowed) {
  texts_.Mask(*grammar_, trial_.get(), allowed);
}

void GrammarConstraint::Accept(int32_t id) {
  if (id < 0 || static_cast<size_t>(id) >= texts_.size()) return;
  for (const char c : texts_.Of(id)) grammar_->Read(static_cast<uint8_t>(c));
}

}  // namespace footnote
