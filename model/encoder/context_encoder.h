#ifndef FOOTNOTE_MODEL_ENCODER_CONTEXT_ENCODER_H_
#define FOOTNOTE_MODEL_ENCODER_CONTEXT_ENCODER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace footnote {

// Hears the parts of a text where they stand: the network reads the whole text
// once, and a part's vector is of its own pieces. So that of "He built it in
// 1759." knows who and what, as far as the text says so.
//
// Safe from many threads.
class ContextEncoder {
 public:
  virtual ~ContextEncoder() = default;

  // Numbers of a vector.
  virtual int dimension() const = 0;

  // Writes the vector of parts[i], of unit length, to rows + i * dimension();
  // zeros where the text before it is longer than the network reads. The same
  // text and parts give the same bytes.
  //   ResourceExhausted  there is no memory
  // REQUIRES: the parts are views of `text`, in its order and apart.
  virtual absl::Status Encode(absl::string_view text,
                              absl::Span<const absl::string_view> parts,
                              float* rows) const = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_CONTEXT_ENCODER_H_
