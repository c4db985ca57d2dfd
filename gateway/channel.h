// Channels to other processes, encrypted where that is configured.
#ifndef FOOTNOTE_GATEWAY_CHANNEL_H_
#define FOOTNOTE_GATEWAY_CHANNEL_H_

#include <grpcpp/channel.h>
#include <grpcpp/support/channel_arguments.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/footnote/v1/config.pb.h"

namespace footnote {

// A channel to "host:port". It connects when it is first used; a server that
// is away makes calls fail with Unavailable, and they work again once it is
// back. InvalidArgument or NotFound for an address or TLS file that is wrong.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(
    const std::string& address, const v1::Config& config);

// What a call through OpenChannel ended with, for people: where no connection
// came about, gRPC's last word about `address`, and what is likely behind it,
// such as that only one side speaks TLS. Any other status stays as it is.
absl::Status ExplainConnection(const absl::Status& status,
                               const std::string& address,
                               const v1::ClientTls& tls);

// Message limits and signs of life, for every channel of this program.
grpc::ChannelArguments ChannelArgumentsOf(const v1::Config& config);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_CHANNEL_H_
