// Vectors of sentences, remembered.
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_SENTENCE_VECTORS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_SENTENCE_VECTORS_H_

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
namespace extractive {

// A sentence is compared when passages are reranked, again when an answer is
// written of them, and often at the next question too. Encoding it takes a
// millisecond, so its vector is remembered as it is: what was met before and
// what was not compare alike, bit for bit. Of the sentence its SHA-256 is kept
// alone: nobody reads here what was deleted elsewhere.
//
// Safe from many threads.
class SentenceVectors {
 public:
  // Remembers up to `most` sentences, then begins anew; each takes four bytes a
  // number and 32 more. `encoder` must outlive this.
  SentenceVectors(const Encoder* encoder, size_t most);

  // Writes the vectors of `texts`, in their order, to `rows`:
  // texts.size() * dimension() numbers.
  //   what Encoder::Encode returns; nothing is remembered then
  absl::Status Look(absl::Span<const absl::string_view> texts, float* rows);

  // Sentences remembered now.
  size_t size() const;

 private:
  using Key = std::array<uint8_t, kSha256Bytes>;
  static Key KeyOf(absl::string_view text);

  const Encoder* const encoder_;
  const size_t most_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  absl::flat_hash_map<Key, std::vector<float>> vectors_;
};

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_SENTENCE_VECTORS_H_
