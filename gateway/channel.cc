#include "gateway/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "base/file.h"
#include "base/status_macros.h"
#include "gateway/config.h"

namespace footnote {
namespace {

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(
    const v1::ClientTls& tls) {
  const bool encrypted =
      tls.enabled() || !tls.ca().empty() || !tls.certificate().empty();
  if (!encrypted) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  if (!tls.ca().empty()) {
    ASSIGN_OR_RETURN(options.pem_root_certs, ReadFile(tls.ca()));
  }
  if (!tls.certificate().empty()) {
    ASSIGN_OR_RETURN(options.pem_cert_chain, ReadFile(tls.certificate()));
    ASSIGN_OR_RETURN(options.pem_private_key, ReadFile(tls.private_key()));
  }
  return grpc::SslCredentials(options);
}

}  // namespace

grpc::ChannelArguments ChannelArgumentsOf(const v1::Config& config) {
  grpc::ChannelArguments arguments;
  const int most = static_cast<int>(config.limits().max_message_bytes());
  arguments.SetMaxReceiveMessageSize(most);
  arguments.SetMaxSendMessageSize(most);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS,
                   static_cast<int>(config.timeouts().keepalive_ms()));
  return arguments;
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(
    const std::string& address, const v1::Config& config) {
  RETURN_IF_ERROR(ParseAddress("server", address).status());
  const v1::ClientTls& tls = config.client_tls();
  ASSIGN_OR_RETURN(const auto credentials, Credentials(tls));
  grpc::ChannelArguments arguments = ChannelArgumentsOf(config);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetLoadBalancingPolicyName("round_robin");
  if (!tls.server_name().empty()) {
    arguments.SetSslTargetNameOverride(tls.server_name());
  }
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

}  // namespace footnote
