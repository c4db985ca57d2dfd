#include <algorithm>
#include <utility>

#include "model/grammar/grammar.h"

namespace footnote {

GrammarConstraint::GrammarConstraint(const Tokenizer& tokenizer,
                                     std::unique_ptr<Grammar> grammar)
    : tokenizer_(tokenizer),
      grammar_(std::move(grammar)),
      trial_(grammar_->Copy()),
      texts_(tokenizer.size()) {
  for (size_t id = 0; id < texts_.size(); ++id) {
    tokenizer_.AppendText(static_cast<int32_t>(id), &texts_[id]);
  }
}

void GrammarConstraint::Mask(absl::Span<uint64_t> allowed) {
  const bool may_end = grammar_->MayEnd();
  // Most pieces fail at their first byte.
  bool first[256];
  for (int byte = 0; byte < 256; ++byte) {
    trial_->Assign(*grammar_);
    first[byte] = trial_->Read(static_cast<uint8_t>(byte));
  }
  for (size_t id = 0; id < allowed.size() * 64; ++id) {
    bool good = false;
    if (id < texts_.size()) {
      const std::string& text = texts_[id];
      if (text.empty()) {
        good = may_end;
      } else if (first[static_cast<uint8_t>(text[0])]) {
        trial_->Assign(*grammar_);
        good = std::all_of(text.begin(), text.end(), [this](char c) {
          return trial_->Read(static_cast<uint8_t>(c));
        });
      }
    }
    if (!good) allowed[id / 64] &= ~(uint64_t{1} << (id % 64));
  }
}

void GrammarConstraint::Accept(int32_t id) {
  if (id < 0 || static_cast<size_t>(id) >= texts_.size()) return;
  for (const char c : texts_[id]) grammar_->Read(static_cast<uint8_t>(c));
}

}  // namespace footnote
