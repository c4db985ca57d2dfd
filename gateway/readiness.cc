#include "gateway/readiness.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace footnote {

absl::Status TellStarter(const std::string& state) {
  const char* const named = getenv("NOTIFY_SOCKET");
  if (named == nullptr) return absl::OkStatus();
  const std::string path = named;
  sockaddr_un to = {};
  to.sun_family = AF_UNIX;
  const bool is_abstract = !path.empty() && path[0] == '@';
  if (path.size() < 2 || path.size() >= sizeof(to.sun_path) ||
      (path[0] != '/' && !is_abstract)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "NOTIFY_SOCKET: \"", path, "\", want a path, or @ and a name"));
  }
  memcpy(to.sun_path, path.data(), path.size());
  if (is_abstract) to.sun_path[0] = '\0';
  const int from = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const ssize_t sent = sendto(
      from, state.data(), state.size(), MSG_NOSIGNAL,
      reinterpret_cast<const sockaddr*>(&to),
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size()));
  const int error_number = errno;
  if (from >= 0) close(from);
  if (sent == static_cast<ssize_t>(state.size())) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("NOTIFY_SOCKET: ", path, ": ", strerror(error_number)));
}

}  // namespace footnote
