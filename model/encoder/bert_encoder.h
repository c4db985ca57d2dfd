// Sentence encoders of the BERT family: all-MiniLM-L6-v2 and its like.
//
// A folder holds what the models' own packages hold: config.json,
// tokenizer.json and one *.safetensors file. Optional, ours: footnote.json
// {"name", "languages", "max_tokens"}. The vector is the mean of the last
// layer's rows, at unit length.
#ifndef FOOTNOTE_MODEL_ENCODER_BERT_ENCODER_H_
#define FOOTNOTE_MODEL_ENCODER_BERT_ENCODER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/encoder/encoder.h"
#include "model/encoder/options.h"

namespace footnote {

//   NotFound       a file of the folder is missing
//   DataLoss       damaged; the message names the file and the tensor
//   Unimplemented  not a BERT with GELU and absolute positions
absl::StatusOr<std::unique_ptr<Encoder>> OpenBertEncoder(
    absl::string_view folder, const EncoderOptions& options);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_BERT_ENCODER_H_
