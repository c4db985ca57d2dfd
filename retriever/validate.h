// Checks of requests that need nothing but the request. Pure; an error is
// InvalidArgument and names the field, its value and what was wanted.
#ifndef FOOTNOTE_RETRIEVER_VALIDATE_H_
#define FOOTNOTE_RETRIEVER_VALIDATE_H_

#include "absl/status/status.h"

namespace footnote {

namespace v1 {
class EncodeRequest;
class SearchRequest;
}  // namespace v1

absl::Status ValidateSearch(const v1::SearchRequest& request);
absl::Status ValidateEncode(const v1::EncodeRequest& request);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_VALIDATE_H_
