// One gRPC server: services on a port, or in this process only.
#ifndef FOOTNOTE_GATEWAY_SERVER_H_
#define FOOTNOTE_GATEWAY_SERVER_H_

#include <grpcpp/channel.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/footnote/v1/config.pb.h"

namespace footnote {

// A service and the name under which health knows it, such as
// "footnote.v1.Answers".
struct NamedService {
  std::string name;
  grpc::Service* service;
};

// Answers calls from its making to Stop or its end. Safe from many threads.
class Server {
 public:
  // Starts serving `services`, which must outlive the server; the same ones
  // may be in two servers.
  // `listen` is host:port, port 0 for a free one; empty: no port, channel()
  // is the only way in. With a port: TLS as configured, the standard health
  // service and reflection.
  //   InvalidArgument  a TLS file that is wrong
  //   Unavailable      the address can't be had
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const v1::Config& config, const std::string& listen,
      const std::vector<NamedService>& services);

  // As Stop with no time.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The port; 0 without one.
  int port() const { return port_; }

  // What the health service says of `service` from now on.
  void SetServing(const std::string& service, bool serving);

  // Calls without a network in between.
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }

  // Turns health to NOT_SERVING, takes no new calls, lets those under way go
  // on for `drain`, and cancels what is left. Returns when all have ended.
  void Stop(absl::Duration drain);

 private:
  explicit Server(int port) : port_(port) {}

  int port_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_SERVER_H_
