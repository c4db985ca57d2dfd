#include "gateway/rpc_log.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/metrics.h"

namespace footnote {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

constexpr size_t kMaxRequestIdBytes = 128;

// "/footnote.v1.Answers/Ask" -> "Answers/Ask".
std::string ShortName(const char* method) {
  absl::string_view name(method);
  absl::ConsumePrefix(&name, "/");
  absl::ConsumePrefix(&name, "footnote.v1.");
  return std::string(name);
}

std::string RequestId(const grpc::ServerContextBase& context) {
  const auto found = context.client_metadata().find(kRequestIdHeader);
  if (found == context.client_metadata().end()) return "";
  return std::string(found->second.data(),
                     std::min(found->second.size(), kMaxRequestIdBytes));
}

Severity SeverityOf(grpc::StatusCode code, bool between_rooms) {
  switch (code) {
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DATA_LOSS:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return Severity::kWarning;
    case grpc::StatusCode::OK:
      return Severity::kDebug;
    default:
      // The outer call carries the same status on.
      return between_rooms ? Severity::kDebug : Severity::kInfo;
  }
}

class RpcLog final : public Interceptor {
 public:
  explicit RpcLog(ServerRpcInfo* info) : info_(info), start_(absl::Now()) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(
            InterceptionHookPoints::PRE_SEND_STATUS)) {
      Finish(methods->GetSendStatus());
    }
    methods->Proceed();
  }

 private:
  void Finish(const grpc::Status& status) const {
    const std::string method = ShortName(info_->method());
    const absl::Duration time = absl::Now() - start_;
    const std::string code = absl::StatusCodeToString(
        static_cast<absl::StatusCode>(status.error_code()));
    // A method that there is not has the name that a caller made up: as many
    // metrics as he likes.
    const bool none = status.error_code() == grpc::StatusCode::UNIMPLEMENTED &&
                      status.error_message().empty();
    const std::string kind = none ? "unknown" : method;
    Observe("rpc", kind, time);
    Count("rpc", absl::StrCat(kind, " ", code));
    const std::string peer = info_->server_context()->peer();
    // gRPC knows no name for a caller in the same process.
    const bool between_rooms =
        peer == "unknown" || absl::StartsWith(peer, "inproc");
    Log(SeverityOf(status.error_code(), between_rooms), "rpc",
        {{"method", method},
         {"code", code},
         {"ms", absl::StrFormat("%.3f", absl::ToDoubleMilliseconds(time))},
         {"peer", peer},
         {"request_id", RequestId(*info_->server_context())},
         {"error", status.error_message()}});
  }

  ServerRpcInfo* const info_;
  const absl::Time start_;
};

class RpcLogFactory final
    : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
    return new RpcLog(info);
  }
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>
NewRpcLog() {
  return std::make_unique<RpcLogFactory>();
}

}  // namespace footnote
