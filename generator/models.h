// The doors to the language models themselves: Chat, Embed, Tokenize.
#ifndef FOOTNOTE_GENERATOR_MODELS_H_
#define FOOTNOTE_GENERATOR_MODELS_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "model/encoder/encoder.h"
#include "model/language_models.h"
#include "proto/footnote/v1/generator.pb.h"

namespace footnote {

// Renders the conversation by the model's own template, decodes, and gives
// each piece of text to `send` as soon as it is final; `send` returns false
// when nobody listens any more.
//   InvalidArgument     INVALID_REQUEST
//   NotFound            MODEL_NOT_FOUND
//   FailedPrecondition  the model has no template, or it refuses
//   ResourceExhausted   no memory for so long a conversation, or too many wait
//   DeadlineExceeded, Cancelled
absl::StatusOr<v1::ChatEnd> Chat(
    const v1::ChatRequest& request, LanguageModels* models, absl::Time deadline,
    const std::function<bool()>& is_cancelled,
    const std::function<bool(absl::string_view piece)>& send);

// `encoder` may be null.
//   InvalidArgument, NotFound, ResourceExhausted  as above
//   FailedPrecondition  no encoder, and the request names no model
absl::StatusOr<v1::EmbedResponse> Embed(const v1::EmbedRequest& request,
                                        const Encoder* encoder,
                                        LanguageModels* models);

absl::StatusOr<v1::TokenizeResponse> Tokenize(
    const v1::TokenizeRequest& request, LanguageModels* models);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_MODELS_H_
