// One step of a conversation with a language model: what it says, what it
// calls, and what of it stands in the documents and results that it was given.
#ifndef FOOTNOTE_GENERATOR_CHAT_H_
#define FOOTNOTE_GENERATOR_CHAT_H_

#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "generator/modelled/shelf.h"
#include "model/encoder/encoder.h"
#include "proto/footnote/v1/generator.pb.h"

namespace footnote {

// Renders the conversation by the model's own template, decodes, and gives
// each piece to `send` as soon as it is final; `send` returns false when nobody
// listens any more. Calls keep to the tools' names and schemas, marks to the
// sources that exist, whatever the model would like to write.
//
// Sentences that stand in no document or result have no citation; unlike
// Generate, Chat leaves them in. `encoder` may be null.
//   InvalidArgument     INVALID_REQUEST
//   NotFound            MODEL_NOT_FOUND
//   FailedPrecondition  the model has no template, its template refuses or
//                       knows no tools
//   ResourceExhausted   no memory for so long a conversation, or too many wait
//   DeadlineExceeded, Cancelled
absl::StatusOr<v1::ChatEnd> Chat(
    const v1::ChatRequest& request, ModelShelf* shelf, const Encoder* encoder,
    absl::Time deadline, const std::function<bool()>& is_cancelled,
    const std::function<bool(const v1::ChatResponse& piece)>& send);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_CHAT_H_
