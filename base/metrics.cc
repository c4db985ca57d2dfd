#include "base/metrics.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

constexpr size_t kMostRequestBytes = 16384;

const std::shared_ptr<prometheus::Registry>& Registry() {
  static const auto* registry = new std::shared_ptr<prometheus::Registry>(
      std::make_shared<prometheus::Registry>());
  return *registry;
}

prometheus::Labels Kind(absl::string_view kind) {
  return {{"kind", std::string(kind)}};
}

const prometheus::Histogram::BucketBoundaries& Boundaries() {
  static const auto* boundaries = new prometheus::Histogram::BucketBoundaries{
      .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05,
      .1,    .25,    .5,    1,    2.5,   5,    10,  30,   60};
  return *boundaries;
}

}  // namespace

void Count(absl::string_view name, absl::string_view kind, double by) {
  prometheus::BuildCounter()
      .Name(absl::StrCat("footnote_", name, "_total"))
      .Register(*Registry())
      .Add(Kind(kind))
      .Increment(by);
}

void SetGauge(absl::string_view name, absl::string_view kind, double value) {
  prometheus::BuildGauge()
      .Name(absl::StrCat("footnote_", name))
      .Register(*Registry())
      .Add(Kind(kind))
      .Set(value);
}

void Observe(absl::string_view name, absl::string_view kind,
             absl::Duration duration) {
  prometheus::BuildHistogram()
      .Name(absl::StrCat("footnote_", name, "_seconds"))
      .Register(*Registry())
      .Add(Kind(kind), Boundaries())
      .Observe(absl::ToDoubleSeconds(duration));
}

// One connection at a time, one thread: a scraper comes every few seconds.
//
// Not prometheus::Exposer: its civetweb gives threads 100 KiB of stack, and
// printf, once libquadmath (of OpenBLAS) is in the process, needs more.
struct MetricsServer::Exposer {
  ~Exposer() {
    if (thread.joinable()) {
      const char stop = 0;
      (void)!write(wake[1], &stop, 1);
      thread.join();
    }
    for (const int fd : {listener, wake[0], wake[1]}) {
      if (fd >= 0) close(fd);
    }
  }

  absl::Status Listen(const std::string& address);
  void Run() const;
  void Answer(int connection) const;

  int listener = -1;
  int wake[2] = {-1, -1};
  int port = 0;
  std::thread thread;
};

absl::Status MetricsServer::Exposer::Listen(const std::string& address) {
  const auto failed = [&address](absl::string_view why) {
    return absl::UnavailableError(
        absl::StrCat("metrics at ", address, ": ", why));
  };
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return failed("want host:port");
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(),
                                &hints, &found);
  if (error != 0) return failed(gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> to(found,
                                                              &freeaddrinfo);
  listener = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (listener < 0 || bind(listener, to->ai_addr, to->ai_addrlen) != 0 ||
      listen(listener, 16) != 0 || pipe2(wake, O_CLOEXEC) != 0) {
    return failed(std::strerror(errno));
  }
  sockaddr_storage bound = {};
  socklen_t size = sizeof(bound);
  getsockname(listener, reinterpret_cast<sockaddr*>(&bound), &size);
  port = ntohs(bound.ss_family == AF_INET6
                   ? reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port
                   : reinterpret_cast<sockaddr_in*>(&bound)->sin_port);
  thread = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void MetricsServer::Exposer::Run() const {
  pollfd watched[2] = {{listener, POLLIN, 0}, {wake[0], POLLIN, 0}};
  while (poll(watched, 2, -1) >= 0 || errno == EINTR) {
    if (watched[1].revents != 0) return;
    const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    Answer(connection);
    close(connection);
  }
}

void MetricsServer::Exposer::Answer(int connection) const {
  const timeval patience = {2, 0};
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  std::string request;
  char buffer[2048];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t size = recv(connection, buffer, sizeof(buffer), 0);
    if (size <= 0 || request.size() > kMostRequestBytes) return;
    request.append(buffer, static_cast<size_t>(size));
  }
  const bool found = absl::StartsWith(request, "GET /metrics ") ||
                     absl::StartsWith(request, "GET /metrics?");
  const std::string body = found ? MetricsText() : "want GET /metrics\n";
  const std::string response =
      absl::StrCat(found ? "HTTP/1.1 200 OK" : "HTTP/1.1 404 Not Found",
                   "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8"
                   "\r\nContent-Length: ",
                   body.size(), "\r\nConnection: close\r\n\r\n", body);
  absl::string_view rest = response;
  while (!rest.empty()) {
    const ssize_t size =
        send(connection, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size <= 0) return;
    rest.remove_prefix(static_cast<size_t>(size));
  }
}

MetricsServer::MetricsServer() : exposer_(std::make_unique<Exposer>()) {}
MetricsServer::~MetricsServer() = default;

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(
    const std::string& address) {
  std::unique_ptr<MetricsServer> server(new MetricsServer);
  const absl::Status status = server->exposer_->Listen(address);
  if (!status.ok()) return status;
  return server;
}

int MetricsServer::port() const { return exposer_->port; }

std::string MetricsText() {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, Registry()->Collect());
  return out.str();
}

}  // namespace footnote
