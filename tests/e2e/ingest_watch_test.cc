// `ingest --watch`: a collection that follows real files, beside a server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <sstream>
#include <string>
#include <thread>

#include "base/cli.h"
#include "tests/e2e/program.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::seconds kPatience(60);

class IngestWatchTest : public testing::Test {
 protected:
  IngestWatchTest()
      : server_({"--store", NewFolder() + "/store"}), folder_(NewFolder()) {
    Write("a.txt", "The lighthouse was built by John Smeaton.\n");
    Write("sub/b.txt", "Green tea is brewed at seventy degrees.\n");
  }

  void Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder_ + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    WriteText(path, text);
  }

  std::vector<std::string> Watch(std::vector<std::string> more = {}) {
    std::vector<std::string> out = {"ingest", folder_,    "--root",
                                    folder_,  "--server", server_.address(),
                                    "--watch"};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }

  // "a.txt@1 sub/b.txt@1 "
  std::string Documents() {
    std::istringstream lines(
        RunProgram({"documents", "--server", server_.address()}).out);
    std::string out;
    for (std::string line; std::getline(lines, line);) {
      out += line.substr(0, line.find_first_of(" \t")) + " ";
    }
    return out;
  }

  // Waits until the documents are these.
  void Expect(const std::string& documents) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    std::string seen;
    do {
      seen = Documents();
      if (seen == documents) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    } while (std::chrono::steady_clock::now() < end);
    EXPECT_EQ(seen, documents);
  }

  ServeProgram server_;
  const std::string folder_;
};

TEST_F(IngestWatchTest, WhatChangesComesInAndWhatGoesStays) {
  BackgroundProgram watch(Watch());
  Expect("a.txt@1 sub/b.txt@1 ");
  Write("new/c.txt", "A new folder with a file.\n");
  Expect("a.txt@1 new/c.txt@1 sub/b.txt@1 ");
  Write("a.txt", "The lighthouse was built in 1759.\n");
  Expect("a.txt@2 new/c.txt@1 sub/b.txt@1 ");
  std::filesystem::remove(folder_ + "/sub/b.txt");
  Write("d.txt", "Something else.\n");
  Expect("a.txt@2 d.txt@1 new/c.txt@1 sub/b.txt@1 ");
  watch.Signal(SIGTERM);
  EXPECT_EQ(watch.Wait(), kExitOk) << watch.output();
  EXPECT_THAT(watch.output(), HasSubstr("following 1 folder"));
}

TEST_F(IngestWatchTest, WithMirrorWhatGoesOrIsRenamedGoes) {
  BackgroundProgram watch(Watch({"--mirror"}));
  Expect("a.txt@1 sub/b.txt@1 ");
  std::filesystem::rename(folder_ + "/sub", folder_ + "/under");
  Expect("a.txt@1 under/b.txt@1 ");
  std::filesystem::rename(folder_ + "/a.txt", folder_ + "/z.txt");
  Expect("under/b.txt@1 z.txt@1 ");
  Write("lines.jsonl",
        "{\"id\": \"1\", \"text\": \"First.\"}\n"
        "{\"id\": \"2\", \"text\": \"Second.\"}\n");
  Expect("lines.jsonl#1@1 lines.jsonl#2@1 under/b.txt@1 z.txt@1 ");
  Write("lines.jsonl", "{\"id\": \"2\", \"text\": \"Second.\"}\n");
  // It stands on another line now.
  Expect("lines.jsonl#2@2 under/b.txt@1 z.txt@1 ");
  std::filesystem::remove_all(folder_ + "/under");
  Expect("lines.jsonl#2@2 z.txt@1 ");
  watch.Signal(SIGINT);
  EXPECT_EQ(watch.Wait(), kExitOk) << watch.output();
}

// A first pass over a large folder takes hours.
TEST_F(IngestWatchTest, ASecondSignalEndsItWhileFilesAreUnderWay) {
  // A server that takes the connection and says nothing.
  const int silent = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(silent, any, size), 0);
  ASSERT_EQ(listen(silent, 4), 0);
  ASSERT_EQ(getsockname(silent, any, &size), 0);
  BackgroundProgram watch(
      {"ingest", folder_, "--watch", "--server",
       "127.0.0.1:" + std::to_string(ntohs(address.sin_port))});
  const int connection = accept(silent, nullptr, nullptr);
  ASSERT_GE(connection, 0);
  watch.Signal(SIGINT);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (watch.output().find("once more ends it now") == std::string::npos &&
         std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
  watch.Signal(SIGINT);
  EXPECT_EQ(watch.Wait(), 128 + SIGINT) << watch.output();
  close(connection);
  close(silent);
}

TEST_F(IngestWatchTest, OnlyFoldersCanBeFollowed) {
  const auto code = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--server", server_.address()});
    return RunProgram(arguments).exit_code;
  };
  EXPECT_EQ(code({"ingest", "-", "--id", "x", "--watch"}), kExitUsage);
  EXPECT_EQ(code({"ingest", folder_, "--watch", "--dry-run"}), kExitUsage);
  EXPECT_EQ(code({"ingest", folder_ + "/a.txt", "--watch"}), kExitUsage);
  EXPECT_EQ(code({"ingest", folder_ + "/none", "--watch"}), kExitNotFound);
}

}  // namespace
}  // namespace footnote
