// Opens a weights file and gives the encoder that it holds.
#ifndef FOOTNOTE_MODEL_ENCODER_OPEN_H_
#define FOOTNOTE_MODEL_ENCODER_OPEN_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/encoder/encoder.h"
#include "model/encoder/options.h"

namespace footnote {

// Opens `path`:
//   a file    that `tools/models pull use-multilingual-v3` made
//             (docs/formats/encoder.md), mapped into memory, or
//   a folder  of a BERT-type model: config.json, tokenizer.json and one
//             *.safetensors file (all-MiniLM-L6-v2 and its like).
//
//   NotFound       no such file or folder, or a file of the folder is missing
//   DataLoss       damaged: the message names the file and the section
//   Unimplemented  a model, tensor type or file version that is not known
absl::StatusOr<std::unique_ptr<Encoder>> OpenEncoder(
    absl::string_view path, const EncoderOptions& options = {});

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_OPEN_H_
