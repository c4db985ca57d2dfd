// Encoders that remember the vectors of texts.
#ifndef FOOTNOTE_MODEL_ENCODER_REMEMBERING_ENCODER_H_
#define FOOTNOTE_MODEL_ENCODER_REMEMBERING_ENCODER_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "model/encoder/context_encoder.h"
#include "model/encoder/encoder.h"
#include "model/encoder/vector_memory.h"

namespace footnote {

// A sentence is compared when passages are ranked, when they are reranked,
// again when an answer is written of them, and often at the next question too.
// Encoding it takes a millisecond or six, so its vector is remembered as it is:
// what was met before and what was not compare alike, bit for bit. Some texts
// are kept on purpose, before anybody asks about them (VectorMemory).
class RememberingEncoder final : public Encoder {
 public:
  // Remembers up to `most` texts that are met, then begins anew. Beside them
  // it keeps up to `most_kept`. `encoder` must outlive this.
  RememberingEncoder(const Encoder* encoder, size_t most, size_t most_kept = 0);

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

  // Whether all of `texts` are kept, texts[i] of where[i]: encoding them costs
  // nothing. REQUIRES: there are as many of both
  bool Keeps(absl::Span<const absl::string_view> texts,
             absl::Span<const uint64_t> where) const;

  // VectorMemory::Keep of the vector of `text`, encoded now where it was not
  // met.
  //   and what the encoder returns
  absl::Status Keep(absl::string_view text, uint64_t where, uint64_t round);
  // VectorMemory::ForgetKeptBefore.
  void ForgetKeptBefore(uint64_t round) { memory_.ForgetKeptBefore(round); }

  // Texts remembered now, and how many of them are kept.
  size_t size() const { return memory_.size(); }
  size_t kept() const { return memory_.kept(); }

 private:
  const Encoder* const encoder_;
  mutable VectorMemory memory_;
};

// The same of texts in whose context parts are heard: it takes some fifty
// milliseconds for one.
class RememberingContextEncoder final : public ContextEncoder {
 public:
  // Remembers up to `most` parts of texts that are met, then begins anew.
  // Beside them it keeps up to `most_kept`. `encoder` must outlive this.
  RememberingContextEncoder(const ContextEncoder* encoder, size_t most,
                            size_t most_kept);

  int dimension() const override { return encoder_->dimension(); }
  //   what the encoder returns; nothing is remembered then
  absl::Status Encode(absl::string_view text,
                      absl::Span<const absl::string_view> parts,
                      float* rows) const override;

  // Whether `text` is kept with these parts, of `where`.
  bool Keeps(absl::string_view text, absl::Span<const absl::string_view> parts,
             uint64_t where) const;

  // VectorMemory::Keep of the parts' vectors, encoded now where they were not
  // met.
  //   and what the encoder returns
  absl::Status Keep(absl::string_view text,
                    absl::Span<const absl::string_view> parts, uint64_t where,
                    uint64_t round);
  // VectorMemory::ForgetKeptBefore.
  void ForgetKeptBefore(uint64_t round) { memory_.ForgetKeptBefore(round); }

  // Texts remembered now, and how many of them are kept.
  size_t size() const { return memory_.size(); }
  size_t kept() const { return memory_.kept(); }

 private:
  const ContextEncoder* const encoder_;
  mutable VectorMemory memory_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_REMEMBERING_ENCODER_H_
