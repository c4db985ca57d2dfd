#ifndef FOOTNOTE_AUDIT_VALIDATE_H_
#define FOOTNOTE_AUDIT_VALIDATE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

constexpr int kMaxPageSize = 1000;
constexpr int kDefaultPageSize = 100;
constexpr size_t kMaxRequestIdBytes = 128;

// Pure checks of requests, as proto/footnote/v1/audit.proto describes them.
//   InvalidArgument  reason INVALID_REQUEST; the message names the field, its
//                    value and what was wanted, and quotes no text
absl::Status ValidateAppend(const v1::AppendAnswerRequest& request);
absl::Status ValidateAnswerId(absl::string_view answer_id);
absl::Status ValidateExport(const v1::ExportBundleRequest& request);
absl::Status ValidatePageSize(int page_size);
absl::Status ValidateCiting(const v1::ListAnswersCitingRequest& request);
absl::Status ValidateList(const v1::ListAnswersRequest& request);
absl::Status ValidateHold(const v1::SetLegalHoldRequest& request);

// An InvalidArgument with the reason INVALID_REQUEST.
absl::Status InvalidRequest(absl::string_view message);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_VALIDATE_H_
