// Universal Sentence Encoder, multilingual, version 3 (the convolutional one).
//
//   token    512 numbers, 6 bits each, from a table of 128,010 rows
//   branches of 2, 3 and 5 neighbouring tokens: 512 -> 256 (one norm over the
//            three), then twice x = relu(convolution(x)) + x
//   token    its table row and the three branches, 1,280 numbers, normed
//   text     the sum over its tokens / sqrt(tokens), 1,280 -> 512, then four
//            dense layers with two skips, tanh, unit length
//
// 1.7 million products a token; in 8 bits all but those of the text.
#ifndef FOOTNOTE_MODEL_ENCODER_USE_ENCODER_H_
#define FOOTNOTE_MODEL_ENCODER_USE_ENCODER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "model/encoder/encoder.h"
#include "model/encoder/options.h"
#include "model/encoder/weights_file.h"

namespace footnote {

// The `kind` of its weights file.
inline constexpr char kUseKind[] = "use-multilingual";
// The kind of a file that has rows and a second network for further languages
// too (tongues.h): their vectors lie among those of the first 15.
inline constexpr char kTonguesKind[] = "footnote-23";

// DataLoss when a section is missing or has another size than it should.
absl::StatusOr<std::unique_ptr<Encoder>> OpenUseEncoder(
    std::unique_ptr<WeightsFile> file, const EncoderOptions& options);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_USE_ENCODER_H_
