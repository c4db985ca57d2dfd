#include "base/metrics.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace footnote {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Fetch(int port, const std::string& method = "GET") {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<struct sockaddr*>(&address),
                    sizeof(address)),
            0);
  const std::string request = absl::StrCat(
      method,
      " /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(send(fd, request.data(), request.size(), 0),
            static_cast<ssize_t>(request.size()));
  std::string reply;
  char buffer[4096];
  for (ssize_t got; (got = recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
    reply.append(buffer, got);
  }
  close(fd);
  return reply;
}

TEST(MetricsTest, CountsAndTimesAppearByKind) {
  Count("things", "good");
  Count("things", "good", 2);
  SetGauge("level", "water", 1.5);
  Observe("stage", "think", absl::Milliseconds(3));
  const std::string text = MetricsText();
  EXPECT_THAT(text, HasSubstr("footnote_things_total{kind=\"good\"} 3"));
  EXPECT_THAT(text, HasSubstr("footnote_level{kind=\"water\"} 1.5"));
  EXPECT_THAT(text,
              HasSubstr("footnote_stage_seconds_count{kind=\"think\"} 1"));
}

TEST(MetricsTest, TheProcessIsShownByTheNamesThatAreUsual) {
  const auto value = [](const std::string& name) {
    const std::string text = "\n" + MetricsText();
    const size_t at = text.find("\n" + name + " ");
    return at == std::string::npos
               ? -1
               : std::stod(text.substr(at + name.size() + 2));
  };
  const double before = value("process_open_fds");
  EXPECT_GE(before, 3);
  EXPECT_GT(value("process_max_fds"), before);
  EXPECT_GT(value("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GT(value("process_cpu_seconds_total"), 0);
  const int opened = socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_EQ(value("process_open_fds"), before + 1);
  close(opened);
}

TEST(MetricsTest, ServesThemOverHttp) {
  Count("served", "yes");
  const auto server = MetricsServer::Start("127.0.0.1:0");
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_THAT(Fetch((*server)->port()),
              HasSubstr("footnote_served_total{kind=\"yes\"} 1"));
}

TEST(MetricsTest, HeadIsAnsweredAsGetWithoutTheBody) {
  Count("served", "yes");
  const auto server = MetricsServer::Start("127.0.0.1:0");
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string reply = Fetch((*server)->port(), "HEAD");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(reply, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  EXPECT_THAT(reply, EndsWith("\r\n\r\n"));
  EXPECT_THAT(Fetch((*server)->port(), "POST"),
              StartsWith("HTTP/1.1 404 Not Found\r\n"));
}

TEST(MetricsTest, SaysWhenTheAddressIsTaken) {
  const auto first = MetricsServer::Start("127.0.0.1:0");
  ASSERT_TRUE(first.ok());
  const auto second =
      MetricsServer::Start(absl::StrCat("127.0.0.1:", (*first)->port()));
  EXPECT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("metrics at"));
}

}  // namespace
}  // namespace footnote
