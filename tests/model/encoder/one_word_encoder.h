// An encoder for tests: it hears one word and nothing else.
#ifndef FOOTNOTE_TESTS_MODEL_ENCODER_ONE_WORD_ENCODER_H_
#define FOOTNOTE_TESTS_MODEL_ENCODER_ONE_WORD_ENCODER_H_

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "model/encoder/context_encoder.h"
#include "model/encoder/e5_encoder.h"
#include "model/encoder/encoder.h"

namespace footnote {

// Texts that have the word are the same to it, and so are the others. With
// `always` each has it.
class OneWordEncoder final : public Encoder {
 public:
  OneWordEncoder(std::string word, bool always)
      : word_(std::move(word)), always_(always) {}
  absl::string_view name() const override { return "one word/float32"; }
  int dimension() const override { return 4; }
  absl::string_view hash() const override { return hash_; }
  absl::Span<const absl::string_view> languages() const override { return {}; }
  int max_tokens() const override { return 100; }
  absl::Status Encode(absl::Span<const absl::string_view> texts,
                      float* rows) const override {
    for (absl::string_view text : texts) {
      const bool has = always_ || text.find(word_) != absl::string_view::npos;
      std::fill(rows, rows + 4, 0.0f);
      rows[0] = has ? 1 : .6f;
      rows[1] = has ? 0 : .8f;
      rows += 4;
    }
    return absl::OkStatus();
  }

 private:
  const std::string word_;
  const bool always_;
  const std::string hash_ = std::string(64, 'b');
};

// Each part has the word where the text up to its end has it.
class OneWordContextEncoder final : public ContextEncoder {
 public:
  explicit OneWordContextEncoder(const std::string& word)
      : encoder_(word, false) {}
  int dimension() const override { return encoder_.dimension(); }
  absl::Status Encode(absl::string_view text,
                      absl::Span<const absl::string_view> parts,
                      float* rows) const override {
    std::vector<absl::string_view> known;
    for (const absl::string_view part : parts) {
      known.push_back(text.substr(0, part.data() + part.size() - text.data()));
    }
    return encoder_.Encode(known, rows);
  }

 private:
  const OneWordEncoder encoder_;
};

// Any question is near to the passages that have the word.
inline E5Encoders HearsOnly(const std::string& word) {
  E5Encoders encoders;
  encoders.question = std::make_unique<OneWordEncoder>(word, true);
  encoders.passage = std::make_unique<OneWordEncoder>(word, false);
  encoders.context = std::make_unique<OneWordContextEncoder>(word);
  return encoders;
}

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_MODEL_ENCODER_ONE_WORD_ENCODER_H_
