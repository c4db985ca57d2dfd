#include "storage/kv.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/priority.h"
#include "gtest/gtest.h"
#include "storage/held.h"
#include "tests/storage/segment_builder.h"

namespace footnote {
namespace {

KvOptions Options() {
  KvOptions options;
  options.tables = {"first", "second"};
  return options;
}

std::unique_ptr<Kv> OpenOrDie(const std::string& folder,
                              const KvOptions& options = Options()) {
  auto kv = Kv::Open(folder, options);
  EXPECT_TRUE(kv.ok()) << kv.status();
  return *std::move(kv);
}

absl::Status Put(Kv* kv, int table, absl::string_view key,
                 absl::string_view value, bool sync = false) {
  KvBatch batch;
  batch.Put(table, key, value);
  return kv->Write(std::move(batch), sync);
}

bool FilesHold(const std::string& folder, const std::string& bytes) {
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() &&
        ReadWholeFile(entry.path()).find(bytes) != std::string::npos) {
      return true;
    }
  }
  return false;
}

TEST(KvTest, KeepsTablesApartAndOverAReopen) {
  const std::string folder = MakeTestFolder() + "/db";
  {
    auto kv = OpenOrDie(folder);
    ASSERT_TRUE(Put(kv.get(), 0, "a", "1").ok());
    ASSERT_TRUE(Put(kv.get(), 1, "a", "2").ok());
  }
  auto kv = OpenOrDie(folder);
  EXPECT_EQ(kv->Get(0, "a").value(), "1");
  EXPECT_EQ(kv->Get(1, "a").value(), "2");
  EXPECT_EQ(kv->Get(0, "b").status().code(), absl::StatusCode::kNotFound);
  const std::vector<std::string> keys = {"b", "a"};
  const auto found = kv->MultiGet(1, keys).value();
  EXPECT_FALSE(found[0].has_value());
  EXPECT_EQ(found[1], "2");
}

TEST(KvTest, WalksOneePrefixInOrder) {
  auto kv = OpenOrDie(MakeTestFolder() + "/db");
  for (const char* key : {"a\xff", "b", "ab", "a", "aa"}) {
    ASSERT_TRUE(Put(kv.get(), 0, key, key).ok());
  }
  std::vector<std::string> keys;
  auto it = kv->Iterate(0, "a");
  for (; it->Valid(); it->Next()) keys.emplace_back(it->key());
  EXPECT_TRUE(it->status().ok());
  EXPECT_EQ(keys, (std::vector<std::string>{"a", "aa", "ab", "a\xff"}));
  it = kv->Iterate(0, "a");
  it->Seek("ab");
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->value(), "ab");
}

TEST(KvTest, DeletesAPrefixAndNothingBesideIt) {
  auto kv = OpenOrDie(MakeTestFolder() + "/db");
  for (const char* key : {"a", "aa", "a\xff\xff", "b"}) {
    ASSERT_TRUE(Put(kv.get(), 0, key, "v").ok());
  }
  KvBatch batch;
  batch.DeletePrefix(0, "a");
  batch.Put(0, "a", "again");
  ASSERT_TRUE(kv->Write(std::move(batch), true).ok());
  EXPECT_FALSE(kv->Get(0, "aa").ok());
  EXPECT_FALSE(kv->Get(0, "a\xff\xff").ok());
  EXPECT_EQ(kv->Get(0, "a").value(), "again");
  EXPECT_TRUE(kv->Get(0, "b").ok());
}

TEST(KvTest, SnapshotKeepsWhatWasThere) {
  auto kv = OpenOrDie(MakeTestFolder() + "/db");
  ASSERT_TRUE(Put(kv.get(), 0, "a", "old").ok());
  const auto snapshot = kv->Snapshot();
  ASSERT_TRUE(Put(kv.get(), 0, "a", "new").ok());
  EXPECT_EQ(kv->Get(0, "a", snapshot.get()).value(), "old");
  EXPECT_EQ(kv->Get(0, "a").value(), "new");
}

TEST(KvTest, SaysThatAnotherProcessHoldsIt) {
  const std::string folder = MakeTestFolder() + "/db";
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    auto kv = Kv::Open(folder, Options());
    const char ok = kv.ok() ? 'y' : 'n';
    if (write(ready[1], &ok, 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char ok;
  ASSERT_EQ(read(ready[0], &ok, 1), 1);
  ASSERT_EQ(ok, 'y');
  const auto kv = Kv::Open(folder, Options());
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(kv.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(kv.status().message(), "another process"))
      << kv.status();
  EXPECT_TRUE(IsHeldByAnother(kv.status()));
  // The lock of a killed process is gone with it.
  EXPECT_TRUE(Kv::Open(folder, Options()).ok());
}

TEST(KvTest, SecondarySeesWhatThePrimaryWroteAfterCatchingUp) {
  const std::string folder = MakeTestFolder() + "/db";
  KvOptions options = Options();
  options.mode = KvMode::kSecondary;
  EXPECT_EQ(Kv::Open(folder, options).status().code(),
            absl::StatusCode::kNotFound);
  auto primary = OpenOrDie(folder);
  ASSERT_TRUE(Put(primary.get(), 0, "a", "1").ok());
  auto secondary = OpenOrDie(folder, options);
  EXPECT_EQ(secondary->Get(0, "a").value(), "1");
  ASSERT_TRUE(Put(primary.get(), 0, "a", "2").ok());
  ASSERT_TRUE(primary->Flush().ok());
  ASSERT_TRUE(Put(primary.get(), 1, "b", "3").ok());
  ASSERT_TRUE(secondary->CatchUp().ok());
  EXPECT_EQ(secondary->Get(0, "a").value(), "2");
  EXPECT_EQ(secondary->Get(1, "b").value(), "3");
  const absl::Status put = Put(secondary.get(), 0, "c", "4");
  EXPECT_EQ(put.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(IsHeldByAnother(put));
}

TEST(KvTest, NoFileHoldsDeletedBytesAfterCompacting) {
  const std::string folder = MakeTestFolder() + "/db";
  KvOptions options = Options();
  options.compress = false;
  auto kv = OpenOrDie(folder, options);
  ASSERT_TRUE(Put(kv.get(), 0, "k1", "the secret words", true).ok());
  ASSERT_TRUE(Put(kv.get(), 0, "k2", "the other words", true).ok());
  ASSERT_TRUE(Put(kv.get(), 1, "k1", "not flushed", true).ok());
  EXPECT_TRUE(FilesHold(folder, "the secret words"));
  KvBatch batch;
  batch.DeletePrefix(0, "k1");
  ASSERT_TRUE(kv->Write(std::move(batch), true).ok());
  ASSERT_TRUE(kv->Compact(0).ok());
  EXPECT_FALSE(FilesHold(folder, "the secret words"));
  EXPECT_TRUE(FilesHold(folder, "the other words"));
}

TEST(KvTest, NoBlockInMemoryHoldsDeletedBytesAfterCompacting) {
  const std::string folder = MakeTestFolder() + "/db";
  auto kv = OpenOrDie(folder);
  ASSERT_TRUE(Put(kv.get(), 0, "k1", "the secret words", true).ok());
  ASSERT_TRUE(Put(kv.get(), 0, "k2", "the other words", true).ok());
  ASSERT_TRUE(kv->Flush().ok());
  ASSERT_TRUE(kv->Get(0, "k1").ok());
  EXPECT_GT(kv->CachedBytes(), 0u);
  KvBatch batch;
  batch.DeletePrefix(0, "k1");
  ASSERT_TRUE(kv->Write(std::move(batch), true).ok());
  ASSERT_TRUE(kv->Compact(0).ok());
  EXPECT_EQ(kv->CachedBytes(), 0u);
  EXPECT_EQ(*kv->Get(0, "k2"), "the other words");
}

TEST(KvTest, SaysThatTheDiskIsFullAndGoesOnWhenItIsNot) {
  const std::string folder = MakeTestFolder() + "/db";
  auto kv = OpenOrDie(folder);
  ASSERT_TRUE(Put(kv.get(), 0, "durable", "value", true).ok());
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 1 << 20;
  signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  std::string noise(200000, ' ');
  std::mt19937 random(1);
  for (char& c : noise) c = static_cast<char>(random());
  absl::Status status;
  for (int i = 0; i < 200 && status.ok(); ++i) {
    status = Put(kv.get(), 0, absl::StrCat("k", i), noise, true);
  }
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_FALSE(MayBeWritten(status)) << status;
  EXPECT_EQ(kv->Get(0, "durable").value(), "value");
  kv.reset();
  kv = OpenOrDie(folder);
  EXPECT_EQ(kv->Get(0, "durable").value(), "value");
  EXPECT_TRUE(Put(kv.get(), 0, "after", "value", true).ok());
}

// A file system of its own, which can be filled.
class SmallDisk {
 public:
  SmallDisk() : folder_(MakeTestFolder()) {
    mounted_ = mount("none", folder_.c_str(), "tmpfs", 0, "size=128m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  std::string database() const { return folder_ + "/db"; }
  void Fill() const {
    const int file = open(filler().c_str(), O_WRONLY | O_CREAT, 0600);
    const std::string block(4096, 'x');
    while (write(file, block.data(), block.size()) > 0) continue;
    close(file);
  }
  void MakeRoom() const { unlink(filler().c_str()); }

 private:
  std::string filler() const { return folder_ + "/filler"; }

  const std::string folder_;
  bool mounted_ = false;
};

// Until `kv` takes changes again: twice as long as it may take.
absl::Status PutInTime(Kv* kv, absl::string_view key) {
  absl::Status status;
  for (int tries = 0; tries < 120; ++tries) {
    status = Put(kv, 0, key, "value", true);
    if (status.ok()) break;
    absl::SleepFor(absl::Milliseconds(100));
  }
  return status;
}

// A quota, a limit of file size, a broken disk: whatever is not a full one.
TEST(KvTest, OfADiskThatTakesNothingAndIsNotFullItSaysWhatToDo) {
  const std::string folder = MakeTestFolder();
  std::unique_ptr<Kv> kv = OpenOrDie(folder);
  ASSERT_TRUE(Put(kv.get(), 0, "before", "kept", /*sync=*/true).ok());
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  const absl::Status refused = Put(kv.get(), 0, "refused", "lost", true);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  const absl::Status after = Put(kv.get(), 0, "after", "lost", true);
  // Who asks before anything is to be written is told, too.
  for (const absl::Status& status : {refused, after, kv->Writable()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "File too large"))
        << status;
    EXPECT_TRUE(absl::EndsWith(
        status.message(),
        ", want what has it open started again once the disk takes it"))
        << status;
  }
  EXPECT_EQ(*kv->Get(0, "before"), "kept");
  kv.reset();
  kv = OpenOrDie(folder);
  EXPECT_EQ(kv->Writable(), absl::OkStatus());
  EXPECT_EQ(*kv->Get(0, "before"), "kept");
  EXPECT_TRUE(absl::IsNotFound(kv->Get(0, "refused").status()));
  EXPECT_TRUE(Put(kv.get(), 0, "again", "kept", /*sync=*/true).ok());
}

TEST(KvTest, GoesOnAfterAFullDiskWithALogThatTookNothingAndNothingInMemory) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "no file system can be mounted here";
  auto kv = OpenOrDie(disk.database());
  ASSERT_TRUE(Put(kv.get(), 0, "before", "value", true).ok());
  ASSERT_TRUE(kv->Flush().ok());
  disk.Fill();
  const absl::Status full =
      Put(kv.get(), 0, "full", std::string(200000, 'x'), true);
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted) << full;
  EXPECT_NE(full.message().find(", want 8 MiB of room or more"),
            absl::string_view::npos);
  EXPECT_EQ(kv->Flush().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(kv->Get(0, "before").value(), "value");
  disk.MakeRoom();
  const absl::Status after = PutInTime(kv.get(), "after");
  EXPECT_TRUE(after.ok()) << after;
  EXPECT_TRUE(kv->Flush().ok());
  EXPECT_TRUE(Put(kv.get(), 0, "last", "value", true).ok());
  kv.reset();
  kv = OpenOrDie(disk.database());
  for (const char* key : {"before", "after", "last"}) {
    EXPECT_TRUE(kv->Get(0, key).ok()) << key;
  }
  EXPECT_FALSE(kv->Get(0, "full").ok());
}

TEST(KvTest, ManyWritersOutliveADiskThatFillsAndEmpties) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "no file system can be mounted here";
  KvOptions options = Options();
  options.write_buffer_bytes = 1 << 20;
  options.compress = false;
  auto kv = OpenOrDie(disk.database(), options);
  constexpr int kWriters = 6;
  constexpr int kKeys = 8;
  const std::string value(50000, 'x');
  std::atomic<bool> end{false};
  std::vector<std::thread> writers;
  std::vector<std::set<std::string>> written(kWriters);
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; !end; ++i) {
        const std::string key = absl::StrCat(writer, "/", i % kKeys);
        const absl::Status put =
            Put(kv.get(), writer % 2, key, value, /*sync=*/writer < 3);
        if (put.ok()) {
          written[writer].insert(key);
        } else {
          EXPECT_EQ(put.code(), absl::StatusCode::kResourceExhausted) << put;
        }
        absl::SleepFor(absl::Milliseconds(1 + writer));
        if (writer == 0 && i % 10 == 0) (void)kv->Flush();
      }
    });
  }
  for (int round = 0; round < 3; ++round) {
    absl::SleepFor(absl::Milliseconds(300));
    disk.Fill();
    absl::SleepFor(absl::Milliseconds(500 * round));
    disk.MakeRoom();
    const absl::Status after = PutInTime(kv.get(), absl::StrCat(round));
    EXPECT_TRUE(after.ok()) << round << ": " << after;
  }
  end = true;
  for (std::thread& writer : writers) writer.join();
  EXPECT_TRUE(kv->Flush().ok());
  kv.reset();
  kv = OpenOrDie(disk.database(), options);
  for (int writer = 0; writer < kWriters; ++writer) {
    for (const std::string& key : written[writer]) {
      EXPECT_TRUE(kv->Get(writer % 2, key).ok()) << key;
    }
  }
}

TEST(KvTest, WhoWritesMuchWaitsThoughACompactionHadNoRoomBefore) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "no file system can be mounted here";
  KvOptions options = Options();
  options.write_buffer_bytes = 64 << 10;
  options.compress = false;
  auto kv = OpenOrDie(disk.database(), options);
  const auto put_many = [&kv](absl::string_view round) {
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 4; ++writer) {
      writers.emplace_back([&, writer] {
        for (int i = 0; i < 300; ++i) {
          const absl::Status put =
              Put(kv.get(), 0, absl::StrCat(round, i % 50, "/", writer),
                  std::string(30000, 'x'));
          ASSERT_TRUE(put.ok()) << round << " " << i << ": " << put;
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
  };
  put_many("before");
  ASSERT_TRUE(kv->Compact(0).ok());
  disk.Fill();
  EXPECT_EQ(kv->Compact(0).code(), absl::StatusCode::kResourceExhausted);
  disk.MakeRoom();
  put_many("after");
  EXPECT_TRUE(kv->Compact(0).ok());
}

TEST(KvTest, OpensForReadingWhereThereIsNoRoomAndThatIsWanted) {
  const std::string folder = MakeTestFolder() + "/db";
  auto kv = OpenOrDie(folder);
  ASSERT_TRUE(Put(kv.get(), 0, "filed", "1", true).ok());
  ASSERT_TRUE(kv->Flush().ok());
  ASSERT_TRUE(Put(kv.get(), 1, "logged", "2", true).ok());
  kv.reset();
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  KvOptions options = Options();
  const absl::Status refused = Kv::Open(folder, options).status();
  options.reads_when_full = true;
  auto reading = Kv::Open(folder, options);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted) << refused;
  ASSERT_TRUE(reading.ok()) << reading.status();
  kv = *std::move(reading);
  EXPECT_EQ(kv->Get(0, "filed").value(), "1");
  EXPECT_EQ(kv->Get(1, "logged").value(), "2");
  EXPECT_EQ(kv->Iterate(1, "l")->value(), "2");
  EXPECT_NE(kv->Snapshot(), nullptr);
  for (const absl::Status& change :
       {kv->Writable(), Put(kv.get(), 0, "new", "3"), kv->Flush(),
        kv->Compact(0), kv->FilesOf({0}, "").status(),
        kv->Checkpoint(folder + ".copy")}) {
    EXPECT_EQ(change.code(), absl::StatusCode::kResourceExhausted) << change;
  }
  kv.reset();
  // A disk with room is written to, however it is opened.
  kv = OpenOrDie(folder, options);
  EXPECT_TRUE(kv->Writable().ok());
  EXPECT_TRUE(Put(kv.get(), 0, "new", "3", true).ok());
  EXPECT_EQ(kv->Get(1, "logged").value(), "2");
}

TEST(KvTest, CompactionsComeLast) {
  const std::string folder = MakeTestFolder() + "/db";
  auto kv = OpenOrDie(folder);
  ASSERT_TRUE(Put(kv.get(), 0, "key", "value").ok());
  ASSERT_TRUE(kv->Compact(0).ok());
  int compacting = 0;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/self/task")) {
    const std::string name = ReadWholeFile(task.path() / "comm");
    if (!absl::StartsWith(name, "rocksdb:low")) continue;
    const int id = std::stoi(task.path().filename().string());
    EXPECT_EQ(getpriority(PRIO_PROCESS, static_cast<id_t>(id)), 19);
    ++compacting;
  }
  EXPECT_GT(compacting, 0);
}

TEST(KvTest, ACompactionEndsHoweverLongASearchTakes) {
  const std::string folder = MakeTestFolder() + "/db";
  auto kv = OpenOrDie(folder);
  const SearchUnderWay search;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(
        Put(kv.get(), 0, absl::StrCat("k", i), std::string(9999, 'x')).ok());
  }
  ASSERT_TRUE(kv->Compact(0).ok());
  EXPECT_EQ(kv->Get(0, "k99").value(), std::string(9999, 'x'));
}

uint64_t LogBytes(const std::string& folder) {
  uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::error_code gone;
    const uint64_t size = entry.path().extension() == ".log"
                              ? std::filesystem::file_size(entry.path(), gone)
                              : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

TEST(KvTest, AClosedDatabaseHasNoLogToReadAgain) {
  const std::string folder = MakeTestFolder() + "/db";
  {
    auto kv = OpenOrDie(folder);
    for (int i = 0; i < 200; ++i) {
      ASSERT_TRUE(
          Put(kv.get(), i % 2, absl::StrCat(i), std::string(5000, 'v')).ok());
    }
    EXPECT_GT(LogBytes(folder), 1000000);
  }
  EXPECT_LT(LogBytes(folder), 1000);
  auto kv = OpenOrDie(folder);
  EXPECT_EQ(kv->Get(0, "198").value(), std::string(5000, 'v'));
  EXPECT_EQ(kv->Get(1, "199").value(), std::string(5000, 'v'));
}

TEST(KvTest, ClosingAfterFewWritesLeavesThemInTheLog) {
  const std::string folder = MakeTestFolder() + "/db";
  {
    auto kv = OpenOrDie(folder);
    ASSERT_TRUE(Put(kv.get(), 0, "a", std::string(20000, 'v')).ok());
  }
  EXPECT_GT(LogBytes(folder), 20000);
  EXPECT_EQ(OpenOrDie(folder)->Get(0, "a").value(), std::string(20000, 'v'));
}

// Else a table with one row holds back the log of all others, which a crash
// leaves to be read again.
TEST(KvTest, TheLogStaysSmallThoughATableHardlyChanges) {
  const std::string folder = MakeTestFolder() + "/db";
  auto kv = OpenOrDie(folder);
  ASSERT_TRUE(Put(kv.get(), 0, "quiet", "1").ok());
  std::mt19937_64 random(7);
  std::string value(1 << 20, '\0');
  for (int i = 0; i < 160; ++i) {
    for (char& c : value) c = static_cast<char>(random());
    ASSERT_TRUE(Put(kv.get(), 1, absl::StrCat(i % 20), value).ok());
  }
  // Old logs are removed in the background.
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (LogBytes(folder) > (80 << 20) && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_LE(LogBytes(folder), 80 << 20);
  EXPECT_EQ(kv->Get(0, "quiet").value(), "1");
}

TEST(KvTest, SaysDataLossWhenAFileIsDamaged) {
  const std::string folder = MakeTestFolder() + "/db";
  KvOptions options = Options();
  options.compress = false;
  {
    auto kv = OpenOrDie(folder, options);
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(
          Put(kv.get(), 0, absl::StrCat("k", i), std::string(500, 'x')).ok());
    }
    ASSERT_TRUE(kv->Flush().ok());
  }
  int damaged = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".sst") continue;
    std::fstream file(entry.path(),
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(300);
    file.put('y');
    ++damaged;
  }
  ASSERT_GT(damaged, 0);
  const auto kv = Kv::Open(folder, options);
  const absl::Status status =
      kv.ok() ? (*kv)->Get(0, "k0").status() : kv.status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
}

TEST(KvTest, PrefixEndIsTheNextKeyBeyondThePrefix) {
  EXPECT_EQ(PrefixEnd("a"), "b");
  EXPECT_EQ(PrefixEnd("a\xff"), "b");
  EXPECT_EQ(PrefixEnd("\xff\xff"), "");
  EXPECT_EQ(PrefixEnd(""), "");
}

}  // namespace
}  // namespace footnote
