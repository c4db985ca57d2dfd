#include "gateway/health.h"

#include <google/protobuf/wrappers.pb.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// Called without its stubs: its request and response have the wire form of
// these two wrappers.
using HealthStub = grpc::TemplatedGenericStub<google::protobuf::StringValue,
                                              google::protobuf::Int32Value>;
constexpr char kHealthCheck[] = "/grpc.health.v1.Health/Check";
constexpr int kServing = 1;

}  // namespace

absl::StatusOr<bool> IsServing(const std::shared_ptr<grpc::Channel>& channel,
                               const std::string& service,
                               absl::Duration patience) {
  HealthStub stub(channel);
  grpc::ClientContext call;
  call.set_deadline(absl::ToChronoTime(absl::Now() + patience));
  google::protobuf::StringValue request;
  request.set_value(service);
  google::protobuf::Int32Value response;
  grpc::Status status;
  absl::Notification done;
  stub.UnaryCall(&call, kHealthCheck, grpc::StubOptions(), &request, &response,
                 [&](grpc::Status result) {
                   status = std::move(result);
                   done.Notify();
                 });
  done.WaitForNotification();
  RETURN_IF_ERROR(FromGrpcStatus(status));
  return response.value() == kServing;
}

}  // namespace footnote
