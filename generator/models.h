// The doors to the language models themselves: Embed, Tokenize.
#ifndef FOOTNOTE_GENERATOR_MODELS_H_
#define FOOTNOTE_GENERATOR_MODELS_H_

#include <functional>

#include "absl/status/statusor.h"
#include "model/encoder/encoder.h"
#include "model/language_models.h"
#include "proto/footnote/v1/generator.pb.h"

namespace footnote {

// `encoder` may be null. A language model takes minutes for many long texts:
// `is_cancelled` is asked before each.
//   InvalidArgument  INVALID_REQUEST
//   NotFound         MODEL_NOT_FOUND
//   ResourceExhausted  no memory for so long a text, or too many wait
//   FailedPrecondition  no encoder, and the request names no model
//   Cancelled        `is_cancelled` said so
absl::StatusOr<v1::EmbedResponse> Embed(
    const v1::EmbedRequest& request, const Encoder* encoder,
    LanguageModels* models, const std::function<bool()>& is_cancelled);

absl::StatusOr<v1::TokenizeResponse> Tokenize(
    const v1::TokenizeRequest& request, LanguageModels* models);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_MODELS_H_
