#include "gateway/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "gateway/config.h"

namespace footnote {
namespace {

bool IsEncrypted(const v1::ClientTls& tls) {
  return tls.enabled() || !tls.ca().empty() || !tls.certificate().empty();
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(
    const v1::ClientTls& tls) {
  if (!IsEncrypted(tls)) return grpc::InsecureChannelCredentials();
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

// What is likely behind gRPC's word about a connection; or empty.
absl::string_view LikelyReason(absl::string_view word,
                               const v1::ClientTls& tls) {
  const auto says = [word](absl::string_view part) {
    return absl::StrContains(word, part);
  };
  if (says("Socket closed")) {
    if (!IsEncrypted(tls)) {
      return "a server that speaks TLS does so: then want --config FILE with "
             "client_tls { ca: \"...\" }";
    }
    if (tls.certificate().empty()) {
      return "a server that asks for a certificate does so: then want "
             "certificate and private_key in client_tls";
    }
    return "the server may not take the certificate in client_tls";
  }
  if (says("wrong version number")) {
    return "the server speaks no TLS: want a configuration without client_tls";
  }
  if (says("certificate verify failed")) {
    return tls.ca().empty()
               ? "nobody whom this machine trusts signed the server's "
                 "certificate, or it expired: want client_tls { ca: \"...\" }"
               : "client_tls.ca did not sign the server's certificate, or it "
                 "expired";
  }
  if (says("is not in peer certificate")) {
    return "want the address by a name that is in it, or "
           "client_tls.server_name";
  }
  if (says("http1.x server")) {
    return "that port serves no gRPC: want the one of --listen";
  }
  return "";
}

}  // namespace

absl::Status ExplainConnection(const absl::Status& status,
                               const std::string& address,
                               const v1::ClientTls& tls) {
  // "connections to all backends failing; last error: UNKNOWN:
  // ipv4:127.0.0.1:7700: Socket closed"; of a room behind the server it has
  // another port.
  absl::string_view whole = status.message();
  if (absl::IsUnavailable(status) &&
      absl::ConsumePrefix(
          &whole, absl::StrCat("DNS resolution failed for ", address, ": "))) {
    return absl::UnavailableError(absl::StrCat(
        "server ", address, ": ",
        whole.substr(whole.rfind(": ") == whole.npos ? 0
                                                     : whole.rfind(": ") + 2),
        "; want a name that this machine can look up, or a "
        "number"));
  }
  const std::string port = address.substr(address.rfind(':') + 1);
  const size_t error = whole.find("last error: ");
  const size_t place = whole.find(absl::StrCat(":", port, ": "), error);
  if (!absl::IsUnavailable(status) || error == absl::string_view::npos ||
      place == absl::string_view::npos) {
    return status;
  }
  const absl::string_view word = whole.substr(place + port.size() + 3);
  const absl::string_view reason = LikelyReason(word, tls);
  return absl::UnavailableError(absl::StrCat(
      "server ", address, ": ", word, reason.empty() ? "" : "; ", reason));
}

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
