// What a server tells who started it, as sd_notify(3) has it: a unit with
// Type=notify, a container with --sdnotify=container.
#ifndef FOOTNOTE_GATEWAY_READINESS_H_
#define FOOTNOTE_GATEWAY_READINESS_H_

#include <string>

#include "absl/status/status.h"

namespace footnote {

// Sends `state`, lines such as "READY=1", in one datagram to $NOTIFY_SOCKET,
// and does nothing where that is not set.
//   InvalidArgument  it is no path of a socket, and no name of an abstract one
//   Unavailable      nobody takes it there
absl::Status TellStarter(const std::string& state);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_READINESS_H_
