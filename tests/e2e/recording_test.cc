// A log of answers that can't be written: answers are withheld, or shown where
// the collection's policy says so; health and metrics say it; and it ends when
// there is room again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/cli.h"
#include "tests/e2e/program.h"

namespace footnote {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

// A store whose log of answers has a disk of its own. Until MakeRoom there is
// less on it than the database sets aside for its journal, so that each write
// asks for room; afterwards there is more than it wants to see free (8 MiB).
class SmallLog {
 public:
  SmallLog() : store_(NewFolder()), log_(store_ + "/audit") {
    mkdir(log_.c_str(), 0755);
    mounted_ = mount("none", log_.c_str(), "tmpfs", 0, "size=40m") == 0;
    if (mounted_) Fill("/filler1", 34 << 20);
  }
  ~SmallLog() {
    if (mounted_) umount2(log_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  const std::string& store() const { return store_; }

  void Fill() const { Fill("/filler2", 40 << 20); }
  void MakeRoom() const {
    fs::remove(log_ + "/filler1");
    fs::remove(log_ + "/filler2");
  }

 private:
  // As far as it can.
  void Fill(const std::string& name, int bytes) const {
    std::ofstream file(log_ + name, std::ios::binary);
    const std::string block(4096, 'x');
    for (; bytes > 0 && file << block && file.flush(); bytes -= 4096) continue;
  }

  const std::string store_;
  const std::string log_;
  bool mounted_ = false;
};

class RecordingTest : public ::testing::Test {
 protected:
  void Start(const std::string& store) {
    const std::string config = NewFolder() + "/footnote.textproto";
    WriteText(config,
              "audit { collections { collection: \"open\" show_unrecorded: "
              "true } }\n");
    server_ = std::make_unique<ServeProgram>(std::vector<std::string>{
        "--store", store, "--config", config, "--metrics", "127.0.0.1:0"});
    ASSERT_NE(server_->address(), "");
    const std::string folder = NewFolder();
    WriteText(
        folder + "/light.txt",
        "The lighthouse of Eddystone was built in 1759 by John Smeaton.\n");
    for (const char* collection : {"open", "closed"}) {
      const Finished ingest = Run({"ingest", folder, "-c", collection});
      ASSERT_EQ(ingest.exit_code, kExitOk) << ingest.err;
    }
  }

  Finished Run(std::vector<std::string> command) const {
    command.insert(command.end(), {"--server", server_->address()});
    return RunProgram(std::move(command));
  }

  Finished Ask(const char* collection) const {
    return Run({"ask", "Who built the lighthouse?", "-c", collection});
  }

  // Waits until health says `wanted` of a room.
  bool Becomes(const std::string& room, const std::string& wanted) const {
    for (int tries = 0; tries < 300; ++tries) {
      const Finished health = Run({"health", room});
      if (health.out.find(": " + wanted) != std::string::npos) return true;
      usleep(100000);
    }
    return false;
  }

  bool AuditBecomes(const std::string& wanted) const {
    return Becomes("footnote.v1.Audit", wanted);
  }

  std::unique_ptr<ServeProgram> server_;
};

TEST_F(RecordingTest, WithoutRoomForTheLogPolicyDecidesAndRoomEndsIt) {
  const SmallLog log;
  if (!log.mounted()) GTEST_SKIP() << "no file system can be mounted here";
  Start(log.store());
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_EQ(Ask("closed").exit_code, kExitOk);
  EXPECT_TRUE(AuditBecomes("serving"));
  EXPECT_THAT(HttpGet(server_->metrics(), "/metrics"),
              HasSubstr("footnote_audit{kind=\"recording\"} 1"));

  log.Fill();
  Finished closed;
  int recorded = 0;
  // What is left of the last block takes a few.
  for (; recorded < 50; ++recorded) {
    closed = Ask("closed");
    if (closed.exit_code != kExitOk) break;
  }
  EXPECT_NE(closed.exit_code, kExitOk);
  EXPECT_THAT(closed.err, HasSubstr("No space left"));
  EXPECT_THAT(closed.out + closed.err, Not(HasSubstr("Smeaton")));

  const Finished open = Ask("open");
  EXPECT_EQ(open.exit_code, kExitOk) << open.err;
  EXPECT_THAT(open.out, HasSubstr("Smeaton"));
  EXPECT_THAT(open.out, Not(HasSubstr("\nanswer ")));
  EXPECT_THAT(open.out, HasSubstr("not on record"));

  EXPECT_TRUE(AuditBecomes("not serving"));
  const std::string metrics = HttpGet(server_->metrics(), "/metrics");
  for (const char* line :
       {"footnote_audit{kind=\"recording\"} 0",
        "footnote_unrecorded_answers_total{kind=\"shown\"} 1",
        "footnote_unrecorded_answers_total{kind=\"withheld\"} 1"}) {
    EXPECT_THAT(metrics, HasSubstr(line));
  }
  EXPECT_EQ(Run({"search", "lighthouse", "-c", "closed"}).exit_code, kExitOk);

  log.MakeRoom();
  ASSERT_TRUE(AuditBecomes("serving"));
  const Finished again = Ask("closed");
  EXPECT_EQ(again.exit_code, kExitOk) << again.err;
  const size_t id = again.out.find("\nanswer ");
  ASSERT_NE(id, std::string::npos);
  EXPECT_EQ(Run({"verify", again.out.substr(id + 8, 26)}).exit_code, kExitOk);
  // What was shown without a record has none.
  EXPECT_EQ(Run({"answers", "-c", "open"}).out, "");

  server_->Signal(SIGTERM);
  EXPECT_EQ(server_->Wait(), 0);
  const Finished fsck = RunProgram({"audit", "fsck", "--store", log.store()});
  EXPECT_EQ(fsck.exit_code, kExitOk) << fsck.out << fsck.err;
}

// A limit of file size stands for a quota and a disk that breaks: what was
// refused once is refused until the next start.
TEST_F(RecordingTest, AStoreThatTakesNoDocumentAnyMoreIsTold) {
  const std::string store = NewFolder();
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 256 << 10;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  Start(store);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_TRUE(Becomes("footnote.v1.Indexer", "serving"));
  EXPECT_THAT(HttpGet(server_->metrics(), "/metrics"),
              HasSubstr("footnote_indexer{kind=\"storing\"} 1"));

  Finished ingest;
  ingest.exit_code = kExitOk;
  for (int round = 0; round < 20 && ingest.exit_code == kExitOk; ++round) {
    const std::string folder = NewFolder();
    for (int i = 0; i < 100; ++i) {
      WriteText(folder + "/" + std::to_string(i) + ".txt",
                "Tower " + std::to_string(i) + " is high.\n");
    }
    ingest = Run({"ingest", folder, "-c", "open"});
  }
  EXPECT_NE(ingest.exit_code, kExitOk);
  EXPECT_THAT(ingest.out + ingest.err, HasSubstr("File too large"));
  EXPECT_TRUE(Becomes("footnote.v1.Indexer", "not serving"));
  EXPECT_THAT(HttpGet(server_->metrics(), "/metrics"),
              HasSubstr("footnote_indexer{kind=\"storing\"} 0"));
  EXPECT_EQ(Run({"search", "lighthouse", "-c", "closed"}).exit_code, kExitOk);

  server_->Signal(SIGTERM);
  EXPECT_EQ(server_->Wait(), 0);
  Start(store);
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_TRUE(Becomes("footnote.v1.Indexer", "serving"));
}

// A whole store on a disk that gets full.
TEST_F(RecordingTest, ACommandWithoutServerReadsOnAFullDisk) {
  const std::string disk = NewFolder();
  if (mount("none", disk.c_str(), "tmpfs", 0, "size=40m") != 0) {
    GTEST_SKIP() << "no file system can be mounted here";
  }
  const auto run = [&disk](std::vector<std::string> command) {
    command.insert(command.end(), {"--store", disk + "/store", "-c", "c"});
    return RunProgram(std::move(command));
  };
  const std::string folder = NewFolder();
  WriteText(folder + "/light.txt",
            "The lighthouse of Eddystone was built in 1759 by John Smeaton.\n");
  EXPECT_EQ(run({"ingest", folder}).exit_code, kExitOk);
  const Finished first = run({"ask", "Who built the lighthouse?"});
  EXPECT_EQ(first.exit_code, kExitOk) << first.err;
  const size_t at = first.out.find("answer ");
  ASSERT_NE(at, std::string::npos);
  const std::string id = first.out.substr(at + 7, 26);
  {
    std::ofstream file(disk + "/filler", std::ios::binary);
    const std::string block(4096, 'x');
    while (file << block && file.flush()) continue;
  }
  const std::string bundle = NewFolder() + "/answer.bundle";
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{
           {"search", "lighthouse"},
           {"documents"},
           {"stats"},
           {"audit", "list"},
           {"audit", "fsck"},
           {"audit", "proof", id},
           {"audit", "export", id, "-o", bundle},
           {"verify", id}}) {
    const Finished read = run(command);
    EXPECT_EQ(read.exit_code, kExitOk) << command[0] << ": " << read.err;
  }
  EXPECT_TRUE(fs::exists(bundle));
  const Finished ask = run({"ask", "Who built the lighthouse?"});
  EXPECT_NE(ask.exit_code, kExitOk);
  EXPECT_THAT(ask.err, HasSubstr("No space left"));
  EXPECT_THAT(ask.out, Not(HasSubstr("Smeaton")));
  EXPECT_NE(run({"delete", folder + "/light.txt"}).exit_code, kExitOk);
  // Only read: the same disk, and nothing may be written to it at all.
  ASSERT_EQ(
      mount("none", disk.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=40m"),
      0);
  EXPECT_EQ(run({"search", "lighthouse"}).exit_code, kExitOk);
  EXPECT_EQ(run({"verify", id}).exit_code, kExitOk);
  ASSERT_EQ(mount("none", disk.c_str(), "tmpfs", MS_REMOUNT, "size=40m"), 0);
  fs::remove(disk + "/filler");
  EXPECT_EQ(run({"ask", "Who built the lighthouse?"}).exit_code, kExitOk);
  EXPECT_EQ(run({"audit", "fsck"}).exit_code, kExitOk);
  umount2(disk.c_str(), MNT_DETACH);
}

}  // namespace
}  // namespace footnote
