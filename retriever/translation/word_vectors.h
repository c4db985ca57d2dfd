// The encoder as a dictionary: vectors of single words, or of other short
// texts, remembered.
#ifndef FOOTNOTE_RETRIEVER_TRANSLATION_WORD_VECTORS_H_
#define FOOTNOTE_RETRIEVER_TRANSLATION_WORD_VECTORS_H_

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

// Rows of 8-bit codes, one for each word asked for.
struct WordCodes {
  size_t stride = 0;
  std::vector<int8_t> codes;
  // Value i of row r is about scales[r] * codes[r * stride + i].
  std::vector<float> scales;

  const int8_t* Row(size_t row) const { return codes.data() + row * stride; }
};

// Of a word, or a sentence, its SHA-256 is kept and its vector: nobody reads
// here what was deleted elsewhere.
//
// Safe from many threads. Takes about 600 bytes a word.
class WordVectors {
 public:
  // Remembers up to `max_words`, then begins anew. `encoder` must outlive this.
  WordVectors(const Encoder* encoder, size_t max_words);

  // The codes of `words`, in their order. Words not met before are encoded:
  // about 50 microseconds each.
  //   what Encoder::Encode returns
  absl::Status Look(absl::Span<const absl::string_view> words, WordCodes* out);

  // Words remembered now.
  size_t size() const;

 private:
  using Key = std::array<uint8_t, kSha256Bytes>;

  const Encoder* const encoder_;
  const size_t max_words_;
  const size_t stride_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  absl::flat_hash_map<Key, size_t> row_of_;
  std::vector<int8_t> codes_;
  std::vector<float> scales_;
};

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_TRANSLATION_WORD_VECTORS_H_
