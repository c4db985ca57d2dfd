// An encoder that remembers the vectors of texts.
#ifndef FOOTNOTE_MODEL_ENCODER_REMEMBERING_ENCODER_H_
#define FOOTNOTE_MODEL_ENCODER_REMEMBERING_ENCODER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/hash.h"
#include "model/encoder/encoder.h"

namespace footnote {

// A sentence is compared when passages are ranked, when they are reranked,
// again when an answer is written of them, and often at the next question too.
// Encoding it takes a millisecond or six, so its vector is remembered as it is:
// what was met before and what was not compare alike, bit for bit. Of the
// sentence its SHA-256 is kept alone: nobody reads here what was deleted
// elsewhere.
class RememberingEncoder final : public Encoder {
 public:
  // Remembers up to `most` texts, then begins anew; each takes four bytes a
  // number and 32 more. `encoder` must outlive this.
  RememberingEncoder(const Encoder* encoder, size_t most);

  absl::string_view name() const override { return encoder_->name(); }
  int dimension() const override { return encoder_->dimension(); }
  absl::string_view hash() const override { return encoder_->hash(); }
  absl::Span<const absl::string_view> languages() const override {
    return encoder_->languages();
  }
  int max_tokens() const override { return encoder_->max_tokens(); }

  //   what the encoder returns; nothing is remembered then
  absl::Status Encode(absl::Span<const absl::string_view> texts,
                      float* rows) const override;

  // Texts remembered now.
  size_t size() const;

 private:
  using Key = std::array<uint8_t, kSha256Bytes>;
  static Key KeyOf(absl::string_view text);

  const Encoder* const encoder_;
  const size_t most_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  mutable absl::flat_hash_map<Key, std::vector<float>> vectors_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_REMEMBERING_ENCODER_H_
