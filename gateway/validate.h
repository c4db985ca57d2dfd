// Checks of requests at the door. Pure functions; each returns
// InvalidArgument, reason INVALID_REQUEST, naming the field, its value and
// what was wanted. Texts of questions never appear in a message.
#ifndef FOOTNOTE_GATEWAY_VALIDATE_H_
#define FOOTNOTE_GATEWAY_VALIDATE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "proto/footnote/v1/answers.pb.h"

namespace footnote {

// Whether a collection may be called so.
bool IsCollectionId(absl::string_view id);

absl::Status ValidateAsk(const v1::AskRequest& request);

// 26 characters of Crockford base 32.
absl::Status ValidateGetAnswer(const v1::GetAnswerRequest& request);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_VALIDATE_H_
