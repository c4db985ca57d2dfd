#include "gateway/server.h"

#include <errno.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "gateway/channel.h"
#include "gateway/rpc_log.h"

namespace footnote {
namespace {

// A synchronous server starts a thread when fewer than the least wait for
// calls, and ends one when more than the most do. One Ask occupies four at a
// time, so gRPC's own 1 and 2 would start and end threads on every call.
constexpr int kLeastPollers = 4;
constexpr int kMostPollers = 64;

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> Credentials(
    const v1::ServerTls& tls) {
  if (tls.certificate().empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options(
      tls.client_ca().empty()
          ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
          : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  grpc::SslServerCredentialsOptions::PemKeyCertPair pair;
  ASSIGN_OR_RETURN(pair.cert_chain, ReadFile(tls.certificate()));
  ASSIGN_OR_RETURN(pair.private_key, ReadFile(tls.private_key()));
  options.pem_key_cert_pairs.push_back(std::move(pair));
  if (!tls.client_ca().empty()) {
    ASSIGN_OR_RETURN(options.pem_root_certs, ReadFile(tls.client_ca()));
  }
  return grpc::SslServerCredentials(options);
}

// Why nobody can listen on `listen`, as far as the system tells: gRPC does not.
std::string WhyNot(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  std::string host = listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int unknown = getaddrinfo(
      host.c_str(), listen.substr(colon + 1).c_str(), &hints, &found);
  if (unknown != 0) return gai_strerror(unknown);
  const int probe = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
  std::string why;
  if (bind(probe, found->ai_addr, found->ai_addrlen) != 0) {
    why = strerror(errno);
  }
  close(probe);
  freeaddrinfo(found);
  return why;
}

void SetLimits(const v1::Config& config, grpc::ServerBuilder* builder) {
  const int most = static_cast<int>(config.limits().max_message_bytes());
  builder->SetMaxReceiveMessageSize(most);
  builder->SetMaxSendMessageSize(most);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                              config.limits().max_concurrent_streams());
  builder->AddChannelArgument(
      GRPC_ARG_KEEPALIVE_TIME_MS,
      static_cast<int>(config.timeouts().keepalive_ms()));
  builder->AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10000);
  // Two servers on one port would each get some of the calls.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder->SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder->SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, kLeastPollers);
  builder->SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, kMostPollers);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(
    const v1::Config& config, const std::string& listen,
    const std::vector<NamedService>& services) {
  grpc::EnableDefaultHealthCheckService(!listen.empty());
  if (!listen.empty())
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();

  grpc::ServerBuilder builder;
  SetLimits(config, &builder);
  int port = 0;
  if (!listen.empty()) {
    ASSIGN_OR_RETURN(const auto credentials, Credentials(config.tls()));
    builder.AddListeningPort(listen, credentials, &port);
  }
  for (const NamedService& named : services) {
    builder.RegisterService(named.service);
  }
  std::vector<
      std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>
      watchers;
  watchers.push_back(NewRpcLog());
  builder.experimental().SetInterceptorCreators(std::move(watchers));

  auto server = std::unique_ptr<Server>(new Server(0));
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || (!listen.empty() && port == 0)) {
    const std::string why = WhyNot(listen);
    return absl::UnavailableError(
        absl::StrCat("listen: ", listen, ": the address can't be had",
                     why.empty() ? "" : absl::StrCat(" (", why, ")"),
                     ", want a free one of this machine"));
  }
  if (auto* health = server->server_->GetHealthCheckService()) {
    for (const NamedService& named : services) {
      health->SetServingStatus(named.name, true);
    }
  }
  server->port_ = port;
  server->channel_ =
      server->server_->InProcessChannel(ChannelArgumentsOf(config));
  return server;
}

Server::~Server() {
  if (server_ != nullptr) Stop(absl::ZeroDuration());
}

void Server::SetServing(const std::string& service, bool serving) {
  if (auto* health = server_->GetHealthCheckService()) {
    health->SetServingStatus(service, serving);
  }
}

void Server::Stop(absl::Duration drain) {
  if (auto* health = server_->GetHealthCheckService()) health->Shutdown();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + drain));
  server_->Wait();
}

}  // namespace footnote
