// Turns text into vectors: the one interface of every sentence encoder.
//
// An encoder is opened from a weights file by OpenEncoder (open.h) and never
// changes after that, so every const method may be called from many threads.
// The vector of a text depends on the text, the weights file and the
// precision alone: never on the other texts of the batch, on the number of
// threads or on the order of calls. That is what makes a recorded search
// replayable.
#ifndef FOOTNOTE_MODEL_ENCODER_ENCODER_H_
#define FOOTNOTE_MODEL_ENCODER_ENCODER_H_

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace footnote {

class Encoder {
 public:
  virtual ~Encoder() = default;

  // What people call it, with the arithmetic that it uses, for records and
  // logs: "use-multilingual-v3/int8", "all-MiniLM-L6-v2/float32".
  virtual absl::string_view name() const = 0;

  // Floats of one vector.
  virtual int dimension() const = 0;

  // SHA-256 that stands for every byte of the weights, 64 lower-case
  // hexadecimal digits. Two encoders with one name and one hash give the same
  // vectors; vectors of different hashes must never be compared.
  virtual absl::string_view hash() const = 0;

  // ISO 639-1 codes of the languages that it was found to speak, sorted: for
  // these, a sentence's nearest English neighbour is its translation at least
  // eight times in ten, in most nineteen in twenty. Other languages give
  // vectors too, but poor ones.
  virtual absl::Span<const absl::string_view> languages() const = 0;

  // True when `language` (an ISO 639-1 code) is one of languages().
  bool Speaks(absl::string_view language) const {
    const absl::Span<const absl::string_view> spoken = languages();
    return std::find(spoken.begin(), spoken.end(), language) != spoken.end();
  }

  // The longest part of a text, in tokens, that the vector is made of: what
  // follows is ignored.
  virtual int max_tokens() const = 0;

  // Writes the vector of texts[i] to rows[i * dimension()], unit length each.
  // Texts are UTF-8; bytes that are not are read as U+FFFD. An empty text has
  // a vector too (that of no words), which is near to nothing. Batches of 32
  // and more, of any mix of lengths, are fastest; an empty batch is fine.
  // REQUIRES: `rows` has room for texts.size() * dimension() floats.
  //   ResourceExhausted  no memory for the batch
  virtual absl::Status Encode(absl::Span<const absl::string_view> texts,
                              float* rows) const = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_ENCODER_H_
