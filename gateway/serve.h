// `footnote serve`: rooms on a port, from the start to a graceful stop.
#ifndef FOOTNOTE_GATEWAY_SERVE_H_
#define FOOTNOTE_GATEWAY_SERVE_H_

#include <string>

#include "absl/status/status.h"
#include "proto/footnote/v1/config.pb.h"

namespace footnote {

struct ServeOptions {
  // "all": every room and the Answers service in this process. "indexer",
  // "retriever", "generator", "audit": one room. "gateway": Answers, and
  // proxies to the rooms at config.rooms().
  std::string room = "all";
  // The first line on standard output, which tells the ports, as JSON.
  bool json = false;
};

// Serves until SIGTERM or SIGINT, or until its terminal hangs up, then lets
// calls under way end for timeouts.drain_ms and returns OK. Another signal, a
// second or more later, ends the process at once, which loses nothing that a
// caller was told. SIGHUP without a terminal does nothing but be remarked.
// Prints "listening on host:port" when calls are taken, and says so to who
// started it (gateway/readiness.h).
//   InvalidArgument  "gateway" without an address of each room
//   Unavailable      connections are not taken any more: too many open files
//   and the errors of Rooms::Open, Server::Start and MetricsServer::Start
//
// These signals are handled so from then on; once in a process.
absl::Status Serve(const v1::Config& config, const ServeOptions& options);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_SERVE_H_
