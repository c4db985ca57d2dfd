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
//
// Some texts are kept on purpose, before anybody asks about them: they don't
// give way to what is met. Of each is kept where it stands, by a number: who
// may not look there must not learn that it does.
class RememberingEncoder final : public Encoder {
 public:
  // Remembers up to `most` texts that are met, then begins anew; each takes
  // four bytes a number and 32 more. Beside them it keeps up to `most_kept`.
  // `encoder` must outlive this.
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

  // Keeps `text`, encoded now where it was not met. `round` is a number that
  // never falls. Where as many are kept as may be, one of an earlier round
  // makes room, any one: if that comes later in this round, it makes room for
  // itself again.
  //   ResourceExhausted  as many were kept in this round, this one was not
  //   and what the encoder returns
  absl::Status Keep(absl::string_view text, uint64_t where, uint64_t round);
  // Lets go of what was kept in no round from `round` on; also of where it was.
  void ForgetKeptBefore(uint64_t round);

  // Texts remembered now, and how many of them are kept.
  size_t size() const;
  size_t kept() const;

 private:
  using Key = std::array<uint8_t, kSha256Bytes>;
  static Key KeyOf(absl::string_view text);

  struct Kept {
    std::vector<float> vector;
    // The last round, of all places and of each.
    uint64_t round = 0;
    absl::flat_hash_map<uint64_t, uint64_t> round_where;
  };

  // Null where it is not remembered. REQUIRES: mutex_ is held.
  const std::vector<float>* Find(const Key& key) const;

  // Whether one more may be kept in `round`; lets go of one of an earlier round
  // where that must be. REQUIRES: mutex_ is held.
  bool MakeRoom(uint64_t round);

  const Encoder* const encoder_;
  const size_t most_;
  const size_t most_kept_;
  mutable std::mutex mutex_;
  // Both guarded by mutex_. No text is in both.
  mutable absl::flat_hash_map<Key, std::vector<float>> met_;
  absl::flat_hash_map<Key, Kept> kept_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_REMEMBERING_ENCODER_H_
