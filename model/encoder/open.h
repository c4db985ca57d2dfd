// Opens a weights file and gives the encoder that it holds.
#ifndef FOOTNOTE_MODEL_ENCODER_OPEN_H_
#define FOOTNOTE_MODEL_ENCODER_OPEN_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/encoder/encoder.h"

namespace footnote {

// How an encoder computes. The two differ by a cosine of less than 0.005.
enum class EncoderPrecision {
  kInt8,     // 8-bit weights and activations, 32-bit sums: several times faster
  kFloat32,  // the reference
};

struct EncoderOptions {
  EncoderPrecision precision = EncoderPrecision::kInt8;

  // Threads that one Encode call may use at most. Leave it at 1 where callers
  // run in parallel themselves; one short text is never split.
  int threads = 1;
};

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
