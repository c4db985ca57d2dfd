// Uploads whose connection breaks, or whose server is killed, go on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>

#include "base/cli.h"
#include "tests/e2e/cut_proxy.h"
#include "tests/e2e/program.h"

namespace footnote {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr int kSmallFiles = 40;
constexpr size_t kBigBytes = 24 << 20;

class UploadResumeTest : public testing::Test {
 protected:
  UploadResumeTest() : store_(NewFolder() + "/store"), folder_(NewFolder()) {
    std::mt19937 random(1);
    while (big_.size() < kBigBytes) {
      big_ += "Word" + std::to_string(random() % 100000) + " follows word" +
              std::to_string(random() % 100000) + ".\n";
    }
    WriteText(folder_ + "/b_big.txt", big_);
    for (int i = 0; i < kSmallFiles; ++i) {
      // Before and behind the big one.
      const std::string name =
          (i % 2 == 0 ? "/a_" : "/c_") + std::to_string(i) + ".txt";
      WriteText(folder_ + name, "Small file number " + std::to_string(i) + ".");
    }
  }

  json Job(const std::string& server, const std::string& job) {
    return json::parse(
        RunProgram({"jobs", job, "--json", "--server", server}).out);
  }
  // 0 while there is no such job.
  uint64_t AcknowledgedBytes(const std::string& server,
                             const std::string& job) {
    const Finished run =
        RunProgram({"jobs", job, "--json", "--server", server});
    if (run.exit_code != kExitOk) return 0;
    const json acknowledged = json::parse(run.out)["acknowledged"];
    return acknowledged.is_object() ? acknowledged.value("bytes", uint64_t{0})
                                    : 0;
  }
  std::string Stats(const std::string& server) {
    return RunProgram({"stats", "--server", server}).out;
  }

  const std::string store_;
  const std::string folder_;
  std::string big_;
};

TEST_F(UploadResumeTest, ABrokenConnectionSendsOnlyTheRest) {
  ServeProgram server({"--store", store_});
  // Each cut loses at most what was on its way.
  CutProxy proxy(server.address(), 10 << 20, 2);
  const Finished ingest =
      RunProgram({"ingest", folder_, "--root", folder_, "--no-vectors",
                  "--request-id", "cut", "--server", proxy.address()});
  EXPECT_EQ(ingest.exit_code, kExitOk) << ingest.err << ingest.out;
  EXPECT_THAT(ingest.out, HasSubstr("41 indexed, 0 unchanged, 0 failed"));
  EXPECT_THAT(ingest.err, HasSubstr("the connection broke: "));
  EXPECT_THAT(ingest.err, HasSubstr("; trying again in 1s"));
  EXPECT_GE(proxy.connections(), 3);
  EXPECT_LT(proxy.sent(), big_.size() * 3 / 2)
      << "what was there was sent again";
  const json job = Job(server.address(), "cut");
  EXPECT_EQ(job["state"], "DONE");
  EXPECT_THAT(Stats(server.address()), HasSubstr("documents    41\n"));
  const std::string stored =
      RunProgram({"show", "b_big.txt", "--text", "--server", server.address()})
          .out;
  EXPECT_TRUE(stored == big_ || stored + "\n" == big_)
      << stored.size() << " bytes, want " << big_.size();
}

TEST_F(UploadResumeTest, WithoutACutThereIsOneConnection) {
  ServeProgram server({"--store", store_});
  CutProxy proxy(server.address(), 0, 0);
  const Finished ingest =
      RunProgram({"ingest", folder_, "--root", folder_, "--no-vectors",
                  "--server", proxy.address()});
  EXPECT_EQ(ingest.exit_code, kExitOk) << ingest.err;
  EXPECT_EQ(proxy.connections(), 1);
}

TEST_F(UploadResumeTest, AJobThatWasCutOffGoesOnInAnotherRun) {
  // Its documents come before the cut: the second run does not hear of them.
  WriteText(folder_ + "/a_0.jsonl",
            "{\"id\": \"x\", \"text\": \"The first line.\"}\n"
            "{\"id\": \"y\", \"text\": \"The second line.\"}\n"
            "{\"text\": \"\"}\n");
  const std::vector<std::string> files = {"ingest", folder_,        "--root",
                                          folder_,  "--no-vectors", "--mirror"};
  uint64_t acknowledged = 0;
  {
    ServeProgram server({"--store", store_});
    CutProxy proxy(server.address(), 10 << 20, 1000);
    std::vector<std::string> first = files;
    first.insert(first.end(),
                 {"--request-id", "j", "--server", proxy.address()});
    BackgroundProgram sender(first);
    // Until the server has said what it keeps.
    const auto end =
        std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (acknowledged < (6 << 20) && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      acknowledged = AcknowledgedBytes(server.address(), "j");
    }
    ASSERT_GE(acknowledged, 6 << 20);
    sender.Signal(SIGKILL);
    sender.Wait();
    server.Signal(SIGKILL);
    server.Wait();
  }
  ServeProgram server({"--store", store_});
  CutProxy proxy(server.address(), 0, 0);
  EXPECT_EQ(Job(server.address(), "j")["state"], "INTERRUPTED");
  std::vector<std::string> again = files;
  again.insert(again.end(), {"--resume", "j", "--server", proxy.address()});
  const Finished ingest = RunProgram(again);
  EXPECT_EQ(ingest.exit_code, kExitPartial) << ingest.err << ingest.out;
  EXPECT_THAT(ingest.out, HasSubstr("43 indexed, 0 unchanged, 1 failed; "))
      << "of the whole job, and nothing deleted";
  EXPECT_LT(proxy.sent(), big_.size() * 4 / 5)
      << "what was there was sent again";
  // All else is the rest of the file, the small ones, and frames.
  EXPECT_LT(proxy.sent(), big_.size() - acknowledged + (1 << 19))
      << "what was there was sent again";
  EXPECT_EQ(Job(server.address(), "j")["state"], "DONE");
  EXPECT_THAT(Stats(server.address()), HasSubstr("documents    43\n"));

  // Over other files it does not go on.
  WriteText(folder_ + "/0_before.txt", "Another one.");
  const Finished other = RunProgram(again);
  EXPECT_NE(other.exit_code, kExitOk);
  EXPECT_THAT(other.err, HasSubstr("has 42 files, want as many, not 43"));
}

}  // namespace
}  // namespace footnote
