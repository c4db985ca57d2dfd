#include "base/grpc_status.h"

#include <algorithm>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"
#include "third_party/googleapis/google/rpc/error_details.pb.h"
#include "third_party/googleapis/google/rpc/status.pb.h"

namespace footnote {
namespace {

constexpr char kReasonUrl[] = "footnote/error_reason";
constexpr char kDelayUrl[] = "footnote/retry_delay";
constexpr char kErrorInfoUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr char kRetryInfoUrl[] = "type.googleapis.com/google.rpc.RetryInfo";

// A status travels as metadata, of which who calls takes 8 KiB: as text, where
// a byte that is not ASCII becomes three, and in the details again.
constexpr size_t kMostMessageBytes = 1500;
constexpr size_t kLastMessageBytes = 300;

// The begin of `message`, and its end, which says what was wanted.
std::string Shortened(absl::string_view message) {
  if (message.size() <= kMostMessageBytes) return std::string(message);
  const size_t begin =
      FloorToCodePoint(message, kMostMessageBytes - kLastMessageBytes);
  const size_t end =
      FloorToCodePoint(message, message.size() - kLastMessageBytes);
  return absl::StrCat(message.substr(0, begin), " [...] ", message.substr(end));
}

google::rpc::RetryInfo RetryInfoOf(absl::Duration delay) {
  google::rpc::RetryInfo info;
  const int64_t seconds = absl::IDivDuration(delay, absl::Seconds(1), &delay);
  info.mutable_retry_delay()->set_seconds(seconds);
  info.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(delay)));
  return info;
}

}  // namespace

void SetErrorReason(absl::string_view reason, absl::Status* status) {
  if (!status->ok()) status->SetPayload(kReasonUrl, absl::Cord(reason));
}

std::string ErrorReason(const absl::Status& status) {
  const auto payload = status.GetPayload(kReasonUrl);
  return payload.has_value() ? std::string(*payload) : std::string();
}

void SetRetryDelay(absl::Duration delay, absl::Status* status) {
  if (status->ok()) return;
  delay = std::max(absl::ZeroDuration(), delay);
  status->SetPayload(
      kDelayUrl, absl::Cord(absl::StrCat(absl::ToInt64Milliseconds(delay))));
}

absl::optional<absl::Duration> RetryDelay(const absl::Status& status) {
  const auto payload = status.GetPayload(kDelayUrl);
  int64_t milliseconds = 0;
  if (!payload.has_value() ||
      !absl::SimpleAtoi(std::string(*payload), &milliseconds)) {
    return absl::nullopt;
  }
  return absl::Milliseconds(milliseconds);
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::ErrorInfo info;
  info.set_domain("footnote");
  info.set_reason(ErrorReason(status));
  if (info.reason().empty()) {
    info.set_reason(absl::StatusCodeToString(status.code()));
  }
  const std::string message = Shortened(status.message());
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(message);
  google::protobuf::Any* any = details.add_details();
  any->set_type_url(kErrorInfoUrl);
  any->set_value(info.SerializeAsString());
  if (const auto delay = RetryDelay(status)) {
    any = details.add_details();
    any->set_type_url(kRetryInfoUrl);
    any->set_value(RetryInfoOf(*delay).SerializeAsString());
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), message,
                      details.SerializeAsString());
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = status.error_message();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()),
                      message);
  google::rpc::Status details;
  if (details.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& any : details.details()) {
      google::rpc::ErrorInfo info;
      if (any.type_url() == kErrorInfoUrl &&
          info.ParseFromString(any.value())) {
        SetErrorReason(info.reason(), &result);
      }
      google::rpc::RetryInfo retry;
      if (any.type_url() == kRetryInfoUrl &&
          retry.ParseFromString(any.value())) {
        SetRetryDelay(absl::Seconds(retry.retry_delay().seconds()) +
                          absl::Nanoseconds(retry.retry_delay().nanos()),
                      &result);
      }
    }
  }
  return result;
}

}  // namespace footnote
