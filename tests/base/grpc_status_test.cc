#include "base/grpc_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/utf8.h"
#include "third_party/googleapis/google/rpc/error_details.pb.h"
#include "third_party/googleapis/google/rpc/status.pb.h"

namespace footnote {
namespace {

using ::testing::EndsWith;
using ::testing::StartsWith;

TEST(GrpcStatusTest, OkStaysOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
}

TEST(GrpcStatusTest, EveryCodeGoesThereAndBack) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "größe 3");
    const grpc::Status sent = ToGrpcStatus(status);
    EXPECT_EQ(static_cast<int>(sent.error_code()), code);
    EXPECT_EQ(FromGrpcStatus(sent).code(), status.code());
    EXPECT_EQ(FromGrpcStatus(sent).message(), status.message());
  }
}

TEST(GrpcStatusTest, CarriesTheReasonAsErrorInfo) {
  absl::Status status = absl::NotFoundError("collection x");
  SetErrorReason("COLLECTION_NOT_FOUND", &status);
  const grpc::Status sent = ToGrpcStatus(status);
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(sent.error_details()));
  ASSERT_EQ(details.details_size(), 1);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(details.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "COLLECTION_NOT_FOUND");
  EXPECT_EQ(info.domain(), "footnote");
  EXPECT_EQ(ErrorReason(FromGrpcStatus(sent)), "COLLECTION_NOT_FOUND");
}

TEST(GrpcStatusTest, WithoutAReasonTheCodeIsOne) {
  const grpc::Status sent = ToGrpcStatus(absl::InternalError("x"));
  EXPECT_EQ(ErrorReason(FromGrpcStatus(sent)), "INTERNAL");
}

TEST(GrpcStatusTest, CarriesTheDelayAsRetryInfo) {
  absl::Status status = absl::ResourceExhaustedError("full");
  EXPECT_FALSE(RetryDelay(status).has_value());
  SetRetryDelay(absl::Milliseconds(2500), &status);
  const grpc::Status sent = ToGrpcStatus(status);
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(sent.error_details()));
  ASSERT_EQ(details.details_size(), 2);
  google::rpc::RetryInfo info;
  ASSERT_TRUE(details.details(1).UnpackTo(&info));
  EXPECT_EQ(info.retry_delay().seconds(), 2);
  EXPECT_EQ(info.retry_delay().nanos(), 500000000);
  EXPECT_EQ(RetryDelay(FromGrpcStatus(sent)), absl::Milliseconds(2500));
  EXPECT_EQ(ErrorReason(FromGrpcStatus(sent)), "RESOURCE_EXHAUSTED");
}

TEST(GrpcStatusTest, ADelayIsNeverNegative) {
  absl::Status status = absl::ResourceExhaustedError("full");
  SetRetryDelay(absl::Seconds(-3), &status);
  EXPECT_EQ(RetryDelay(status), absl::ZeroDuration());
}

// Who calls would be told that metadata were too large, and to come again.
TEST(GrpcStatusTest, WhatIsWrongWithALongValueIsTold) {
  std::string value;
  for (int i = 0; i < 50000; ++i) value += "\xc3\xa9";
  for (const char* begin : {"writer: \"", "a writer: \""}) {
    absl::Status status = absl::InvalidArgumentError(
        absl::StrCat(begin, value, "\", want one of a, b"));
    SetErrorReason("INVALID_REQUEST", &status);
    const grpc::Status sent = ToGrpcStatus(status);
    EXPECT_THAT(sent.error_message(), StartsWith(begin));
    EXPECT_THAT(sent.error_message(), EndsWith("\", want one of a, b"));
    EXPECT_TRUE(IsValidUtf8(sent.error_message()));
    EXPECT_LT(
        3 * sent.error_message().size() + 4 * sent.error_details().size() / 3,
        7500u);
    EXPECT_EQ(ErrorReason(FromGrpcStatus(sent)), "INVALID_REQUEST");
  }
}

TEST(GrpcStatusTest, IgnoresDetailsThatAreNoStatus) {
  const grpc::Status odd(grpc::StatusCode::ABORTED, "m", "\xff\xff garbage");
  const absl::Status status = FromGrpcStatus(odd);
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ErrorReason(status), "");
}

}  // namespace
}  // namespace footnote
