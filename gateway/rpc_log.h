// One log line and one latency for every RPC that a server answers.
#ifndef FOOTNOTE_GATEWAY_RPC_LOG_H_
#define FOOTNOTE_GATEWAY_RPC_LOG_H_

#include <grpcpp/support/server_interceptor.h>

#include <memory>

namespace footnote {

// Metadata by which callers name a call in logs.
inline constexpr char kRequestIdHeader[] = "x-request-id";

// Makes what watches each RPC: `footnote_rpc_seconds{kind="Answers/Ask"}`,
// `footnote_rpc_total{kind="Answers/Ask OK"}` (kind "unknown" for all methods
// that there are not), and a line with method, code,
// milliseconds, peer and request id: debug for OK and for calls between rooms
// of one process, warning for the server's own failures, else info. Texts of
// requests and answers never appear.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>
NewRpcLog();

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_RPC_LOG_H_
