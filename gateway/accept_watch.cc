#include "gateway/accept_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

constexpr int kSecondsWhenFull = 5;
constexpr int kSeconds = 60;
constexpr rlim_t kMostFiles = 1 << 20;

bool ListensOn(int fd, int port) {
  int listens = 0;
  socklen_t size = sizeof(listens);
  if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 ||
      listens == 0) {
    return false;
  }
  sockaddr_storage address = {};
  size = sizeof(address);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return false;
  }
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port) == port;
  }
  return address.ss_family == AF_INET6 &&
         ntohs(reinterpret_cast<sockaddr_in6*>(&address)->sin6_port) == port;
}

std::vector<int> OpenFiles() {
  std::vector<int> files;
  std::error_code error;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end;
       !error && it != end; it.increment(error)) {
    int fd = -1;
    if (absl::SimpleAtoi(it->path().filename().string(), &fd)) {
      files.push_back(fd);
    }
  }
  return files;
}

// Of a socket that listens, those that wait to be taken.
uint32_t Waiting(int fd) {
  tcp_info info = {};
  socklen_t size = sizeof(info);
  return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0
             ? info.tcpi_unacked
             : 0;
}

bool NoFileCanBeOpened() {
  const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno == EMFILE || errno == ENFILE;
  close(file);
  return false;
}

}  // namespace

void RaiseOpenFiles() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur =
      std::max(limit.rlim_cur, std::min(limit.rlim_max, kMostFiles));
  setrlimit(RLIMIT_NOFILE, &limit);
}

AcceptWatch::AcceptWatch(int port) {
  for (const int fd : OpenFiles()) {
    if (ListensOn(fd, port)) sockets_.push_back(fd);
  }
}

std::string AcceptWatch::Look() {
  uint32_t waiting = 0;
  for (const int socket : sockets_) {
    waiting = std::max(waiting, Waiting(socket));
  }
  if (waiting < waiting_) was_full_ = false;
  if (NoFileCanBeOpened()) was_full_ = true;
  seconds_ = waiting > 0 && waiting >= waiting_ ? seconds_ + 1 : 0;
  waiting_ = waiting;
  if (seconds_ < (was_full_ ? kSecondsWhenFull : kSeconds)) return "";
  if (!was_full_) {
    return absl::StrCat(
        waiting, " connections wait and none is taken, want a new start");
  }
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  return absl::StrCat(waiting, " connections wait and none is taken: ",
                      "too many files were open, of ", limit.rlim_cur,
                      " that may be; want a higher limit (LimitNOFILE of "
                      "systemd, ulimit -n) or fewer callers");
}

}  // namespace footnote
