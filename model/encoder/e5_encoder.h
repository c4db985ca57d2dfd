// multilingual-e5-small: a network that hears questions and passages in two
// ways, so that a question is near to what answers it.
//
// Twelve times as much work a text as the encoder of the index
// (use_encoder.h), so it is asked about a few sentences, not about documents.
#ifndef FOOTNOTE_MODEL_ENCODER_E5_ENCODER_H_
#define FOOTNOTE_MODEL_ENCODER_E5_ENCODER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "model/encoder/encoder.h"
#include "model/encoder/options.h"

namespace footnote {

// Two encoders over the same weights. The vectors of one may be compared with
// the other's.
struct E5Encoders {
  std::unique_ptr<Encoder> question;
  std::unique_ptr<Encoder> passage;
};

// Opens the file that `tools/models pull multilingual-e5-small` made, mapped
// into memory; the network, 21 million numbers, is laid out anew: some 0.2 s.
//   NotFound       no such file
//   DataLoss       damaged; the message names the section
//   Unimplemented  another kind of file, or a shape that the kernels do not
//                  take
absl::StatusOr<E5Encoders> OpenE5(const std::string& path,
                                  const EncoderOptions& options = {});

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_E5_ENCODER_H_
