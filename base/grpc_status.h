// The only place that knows both absl::Status and grpc::Status.
#ifndef FOOTNOTE_BASE_GRPC_STATUS_H_
#define FOOTNOTE_BASE_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace footnote {

// `status` as gRPC sends it: the same code and message, and in the details a
// google.rpc.Status with one google.rpc.ErrorInfo, domain "footnote", whose
// reason is the code's name unless SetErrorReason gave another, and a
// google.rpc.RetryInfo where SetRetryDelay was called.
grpc::Status ToGrpcStatus(const absl::Status& status);

// The way back, for callers of other rooms. Keeps code, message, reason and
// delay.
absl::Status FromGrpcStatus(const grpc::Status& status);

// Gives `status` a machine-readable reason in UPPER_SNAKE_CASE, such as
// "COLLECTION_NOT_FOUND". Does nothing to OK.
void SetErrorReason(absl::string_view reason, absl::Status* status);

// The reason that was set, or empty.
std::string ErrorReason(const absl::Status& status);

// Says after how long the same request is worth another try; at least 0. Does
// nothing to OK.
void SetRetryDelay(absl::Duration delay, absl::Status* status);

// The delay that was set, or none.
absl::optional<absl::Duration> RetryDelay(const absl::Status& status);

}  // namespace footnote

#endif  // FOOTNOTE_BASE_GRPC_STATUS_H_
