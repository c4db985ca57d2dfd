#include "tests/e2e/cut_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

namespace footnote {
namespace {

constexpr int kPollMillis = 100;

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool WriteAll(int fd, const char* data, ssize_t size) {
  while (size > 0) {
    const ssize_t put = send(fd, data, static_cast<size_t>(size), MSG_NOSIGNAL);
    if (put <= 0) return false;
    data += put;
    size -= put;
  }
  return true;
}

// Closes at once, as a router that forgets a connection does.
void Reset(int fd) {
  const linger now = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close(fd);
}

}  // namespace

CutProxy::CutProxy(const std::string& target, uint64_t cut_after, int cuts)
    : target_port_(atoi(target.substr(target.rfind(':') + 1).c_str())),
      cut_after_(cut_after),
      cuts_(cuts) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 16) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) !=
          0) {
    abort();
  }
  address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  accept_ = std::thread([this] { Accept(); });
}

CutProxy::~CutProxy() {
  stopping_ = true;
  accept_.join();
  for (std::thread& thread : serving_) thread.join();
  close(listener_);
}

void CutProxy::Accept() {
  while (!stopping_) {
    pollfd ready = {listener_, POLLIN, 0};
    if (poll(&ready, 1, kPollMillis) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const bool cut = connections_++ < cuts_;
    const std::lock_guard<std::mutex> lock(mutex_);
    serving_.emplace_back([this, client, cut] { Serve(client, cut); });
  }
}

void CutProxy::Serve(int client, bool cut) {
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(target_port_);
  bool open = connect(server, reinterpret_cast<const sockaddr*>(&address),
                      sizeof(address)) == 0;
  uint64_t passed = 0;
  std::vector<char> buffer(64 << 10);
  while (open && !stopping_) {
    pollfd ends[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (poll(ends, 2, kPollMillis) <= 0) continue;
    for (int i = 0; i < 2 && open; ++i) {
      if (ends[i].revents == 0) continue;
      const ssize_t got = read(ends[i].fd, buffer.data(), buffer.size());
      open = got > 0 && WriteAll(ends[1 - i].fd, buffer.data(), got);
      if (i == 0 && got > 0) {
        passed += static_cast<uint64_t>(got);
        sent_ += static_cast<uint64_t>(got);
      }
    }
    if (cut && passed >= cut_after_) open = false;
  }
  Reset(client);
  Reset(server);
}

}  // namespace footnote
