// `footnote backup`, `purges` and `delete --purge` as an operator uses them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/cli.h"
#include "tests/e2e/program.h"

namespace footnote {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kText[] =
    "The lighthouse of Eddystone was built in 1759 by John Smeaton.\n";

void Ingest(const std::vector<std::string>& where) {
  const std::string folder = NewFolder();
  WriteText(folder + "/light.txt", kText);
  std::vector<std::string> arguments = {"ingest", folder + "/light.txt"};
  arguments.insert(arguments.end(), where.begin(), where.end());
  const Finished ingest = RunProgram(arguments);
  ASSERT_EQ(ingest.exit_code, kExitOk) << ingest.err;
}

std::string AnswerId(const Finished& ask) {
  const size_t id = ask.out.find("\nanswer ");
  return id == std::string::npos ? "" : ask.out.substr(id + 8, 26);
}

TEST(BackupCommandTest, ABackupMadeWhileServingAnswersAndProvesAsBefore) {
  const std::string folder = NewFolder();
  const std::string backups = folder + "/backups";
  std::string answer;
  {
    ServeProgram server({"--store", folder + "/store", "--backups", folder});
    ASSERT_NE(server.address(), "");
    Ingest({"--server", server.address()});
    const Finished ask = RunProgram(
        {"ask", "Who built the lighthouse?", "--server", server.address()});
    ASSERT_EQ(ask.exit_code, kExitOk) << ask.err;
    answer = AnswerId(ask);
    ASSERT_NE(answer, "");
    const Finished create =
        RunProgram({"backup", "create", backups, "--id", "one", "--keys",
                    folder + "/keys", "--server", server.address()});
    ASSERT_EQ(create.exit_code, kExitOk) << create.err;
    EXPECT_THAT(create.out, HasSubstr("backup one: "));
    const Finished same_keys =
        RunProgram({"backup", "create", backups, "--id", "two", "--keys",
                    folder + "/keys", "--server", server.address()});
    EXPECT_EQ(same_keys.exit_code, kExitUsage);
    EXPECT_THAT(same_keys.err, HasSubstr("keys " + folder +
                                         "/keys: there is such a file, want"));
    // Outside the server's folder for backups none is made.
    const Finished outside = RunProgram(
        {"backup", "create", NewFolder() + "/b", "--server", server.address()});
    EXPECT_THAT(outside.err, HasSubstr("want an absolute path within"));
    // The next one copies little.
    const Finished again = RunProgram(
        {"--json", "backup", "create", backups, "--server", server.address()});
    ASSERT_EQ(again.exit_code, kExitOk) << again.err;
    const auto counts = nlohmann::json::parse(again.out);
    EXPECT_LT(counts["new_files"], counts["files"]);
  }
  EXPECT_EQ(RunProgram({"backup", "verify", backups, "--id", "one"}).exit_code,
            kExitOk);
  const std::string restored = folder + "/restored";
  ASSERT_EQ(RunProgram({"backup", "restore", backups, restored, "--id", "one"})
                .exit_code,
            kExitOk);
  // It does not write over what is there.
  EXPECT_NE(RunProgram({"backup", "restore", backups, restored, "--id", "one"})
                .exit_code,
            kExitOk);
  fs::copy(folder + "/keys", restored + "/audit.keys");
  fs::copy(folder + "/store/audit.keys.master",
           restored + "/audit.keys.master");
  const Finished verify = RunProgram({"verify", answer, "--store", restored});
  EXPECT_EQ(verify.exit_code, kExitOk) << verify.out << verify.err;
  const Finished chain = RunProgram({"--store", restored, "audit", "fsck"});
  EXPECT_EQ(chain.exit_code, kExitOk) << chain.out << chain.err;
  const Finished ask =
      RunProgram({"ask", "Who built the lighthouse?", "--store", restored});
  EXPECT_THAT(ask.out, HasSubstr("John Smeaton"));
}

TEST(BackupCommandTest, NamesDamage) {
  const std::string folder = NewFolder();
  const std::vector<std::string> store = {"--store", folder + "/store"};
  Ingest(store);
  ASSERT_EQ(RunProgram({"backup", "create", folder + "/b", "--store",
                        folder + "/store"})
                .exit_code,
            kExitOk);
  std::string damaged;
  for (const auto& entry :
       fs::recursive_directory_iterator(folder + "/b/files")) {
    if (!entry.is_regular_file() || entry.file_size() < 100) continue;
    damaged = entry.path().filename().string();
    std::fstream file(entry.path(),
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(50);
    file.put('\x55');
    file.seekp(51);
    file.put('\x66');
    break;
  }
  const Finished verify = RunProgram({"backup", "verify", folder + "/b"});
  EXPECT_EQ(verify.exit_code, kExitNotVerified);
  EXPECT_THAT(verify.out, HasSubstr(damaged));
  const Finished restore =
      RunProgram({"backup", "restore", folder + "/b", folder + "/new"});
  EXPECT_THAT(restore.err, HasSubstr(damaged));
  EXPECT_FALSE(fs::exists(folder + "/new"));
}

TEST(BackupCommandTest, SaysThatANewerOneIsPassedOver) {
  const std::string folder = NewFolder();
  Ingest({"--store", folder + "/store"});
  for (const char* id : {"monday", "tuesday"}) {
    ASSERT_EQ(RunProgram({"backup", "create", folder + "/b", "--id", id,
                          "--store", folder + "/store"})
                  .exit_code,
              kExitOk);
  }
  ASSERT_TRUE(fs::remove(folder + "/b/backups/tuesday/store"));
  const std::string remark =
      "backup tuesday: passed over, not whole: store is missing or damaged\n";
  const Finished verify = RunProgram({"backup", "verify", folder + "/b"});
  EXPECT_EQ(verify.exit_code, kExitNotVerified);
  EXPECT_THAT(verify.out, HasSubstr(remark + "backup monday: every file"));
  const Finished restore =
      RunProgram({"backup", "restore", folder + "/b", folder + "/new"});
  EXPECT_EQ(restore.exit_code, kExitOk);
  EXPECT_THAT(restore.out, HasSubstr(remark + "restored monday to "));
}

TEST(PurgesCommandTest, ShowsThatAPurgeIsProved) {
  const std::string folder = NewFolder();
  const std::string store = folder + "/store";
  Ingest({"--store", store});
  const Finished list = RunProgram({"--json", "documents", "--store", store});
  const std::string id = nlohmann::json::parse(list.out)["version"]["document"];
  ASSERT_EQ(RunProgram({"delete", "--purge", id, "--store", store}).exit_code,
            kExitOk);
  const Finished purges = RunProgram({"purges", "--store", store});
  EXPECT_THAT(purges.out, HasSubstr("default/1\tproved\t"));
  EXPECT_THAT(purges.out, HasSubstr(id));
}

// A disk of a few megabytes.
class SmallDisk {
 public:
  explicit SmallDisk(const char* size = "size=24m") : folder_(NewFolder()) {
    mounted_ = mount("none", folder_.c_str(), "tmpfs", 0, size) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  const std::string& folder() const { return folder_; }

  // Takes what is left but `bytes`.
  void FillBut(uint64_t bytes) const {
    const auto space = fs::space(folder_);
    std::ofstream file(folder_ + "/filler", std::ios::binary);
    const std::string block(4096, 'x');
    for (uint64_t left = space.available > bytes ? space.available - bytes : 0;
         left >= block.size(); left -= block.size()) {
      file << block;
    }
  }
  void MakeRoom() const { fs::remove(folder_ + "/filler"); }

 private:
  const std::string folder_;
  bool mounted_ = false;
};

// 20 files of 200 kB whose words do not compress away.
std::string BigFiles() {
  const std::string files = NewFolder();
  uint64_t seed = 1;
  for (int i = 0; i < 20; ++i) {
    std::string text;
    while (text.size() < 200000) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      text += "w" + std::to_string(seed >> 20) + (text.size() % 7 ? " " : ". ");
    }
    WriteText(files + "/big" + std::to_string(i) + ".txt", text);
  }
  return files;
}

TEST(FullDiskTest, IngestAndBackupFailClearlyAndSearchGoesOn) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "no file system can be mounted here";
  const std::string files = BigFiles();
  ServeProgram server(
      {"--store", disk.folder() + "/store", "--backups", disk.folder()});
  ASSERT_NE(server.address(), "");
  Ingest({"--server", server.address()});
  disk.FillBut(600000);
  const Finished full =
      RunProgram({"ingest", files, "--server", server.address()});
  EXPECT_NE(full.exit_code, kExitOk);
  EXPECT_THAT(full.out + full.err, HasSubstr("No space left"));
  const Finished backup = RunProgram(
      {"backup", "create", disk.folder() + "/b", "--server", server.address()});
  EXPECT_NE(backup.exit_code, kExitOk);
  EXPECT_THAT(backup.err, HasSubstr("No space left"));
  // What was in is still found, by the same process.
  const Finished search =
      RunProgram({"search", "lighthouse", "--server", server.address()});
  EXPECT_EQ(search.exit_code, kExitOk) << search.err;
  EXPECT_THAT(search.out, HasSubstr("Eddystone"));
}

TEST(FullDiskTest, OnceThereIsRoomTheSameServerTakesInWhatFailed) {
  const SmallDisk disk("size=120m");
  if (!disk.mounted()) GTEST_SKIP() << "no file system can be mounted here";
  const std::string files = BigFiles();
  ServeProgram server({"--store", disk.folder() + "/store"});
  ASSERT_NE(server.address(), "");
  const std::vector<std::string> at = {"--server", server.address(), "--root",
                                       files};
  const auto ingest = [&at](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "ingest");
    arguments.insert(arguments.end(), at.begin(), at.end());
    return RunProgram(arguments);
  };
  disk.FillBut(600000);
  ASSERT_NE(ingest({files, "--request-id", "full"}).exit_code, kExitOk);
  disk.MakeRoom();
  // The database looks for room every five seconds.
  Finished again;
  for (int tries = 0; tries < 20 && again.exit_code != kExitOk; ++tries) {
    again = ingest({"--retry", "full"});
    if (again.exit_code != kExitOk) usleep(1000000);
  }
  ASSERT_EQ(again.exit_code, kExitOk) << again.out << again.err;
  const Finished same = ingest({"--dry-run", files});
  EXPECT_THAT(same.out + same.err, HasSubstr("20 unchanged"));
}

}  // namespace
}  // namespace footnote
