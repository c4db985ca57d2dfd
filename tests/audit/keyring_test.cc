#include "audit/keyring.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "audit/master_key.h"
#include "base/file.h"
#include "base/hash.h"

// What the disk says of each fdatasync; 0: it keeps what was written.
static std::atomic<int> refusal{0};

// Folders that were synced.
static std::atomic<int> synced_folders{0};

// In place of the C library's.
extern "C" int fsync(int file) {
  struct stat info;
  if (fstat(file, &info) == 0 && S_ISDIR(info.st_mode)) ++synced_folders;
  return static_cast<int>(syscall(SYS_fsync, file));
}

// In place of the C library's.
extern "C" int fdatasync(int file) {
  if (refusal != 0) {
    errno = refusal;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fdatasync, file));
}

namespace footnote {
namespace {

using ::testing::HasSubstr;

constexpr size_t kRowBytes = 128;

// No file grows over so many bytes while this lives.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_;
};

class KeyringTest : public ::testing::Test {
 protected:
  KeyringTest()
      : folder_(absl::StrCat(::testing::TempDir(), "/keys_", getpid())),
        path_(folder_ + "/keys"),
        master_(MasterKeyInFile(folder_ + "/master")) {
    std::filesystem::create_directories(folder_);
  }
  ~KeyringTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Keyring> Open() {
    auto keyring = Keyring::Open(path_, master_.get());
    EXPECT_EQ(keyring.status(), absl::OkStatus());
    return *std::move(keyring);
  }

  const std::string folder_;
  const std::string path_;
  const std::unique_ptr<MasterKeySource> master_;
};

TEST_F(KeyringTest, GivesTheSameKeyAgain) {
  auto keyring = Open();
  const auto anna = keyring->FindOrAdd(KeyKind::kSubject, "t", "anna");
  const auto text = keyring->FindOrAdd(KeyKind::kDocument, "t", "anna");
  const auto other = keyring->FindOrAdd(KeyKind::kSubject, "u", "anna");
  ASSERT_TRUE(anna.ok() && text.ok() && other.ok());
  EXPECT_EQ(anna->number, 1u);
  EXPECT_NE(anna->bytes, text->bytes);
  EXPECT_NE(anna->number, other->number);
  EXPECT_EQ(keyring->FindOrAdd(KeyKind::kSubject, "t", "anna")->number, 1u);
  ASSERT_EQ(keyring->Sync(), absl::OkStatus());
  const std::string public_key = keyring->signing_key().public_key();
  keyring.reset();
  keyring = Open();
  EXPECT_EQ(*keyring->Find(KeyKind::kSubject, "t", "anna"), 1u);
  EXPECT_EQ(*keyring->Get(1), anna->bytes);
  EXPECT_EQ(keyring->signing_key().public_key(), public_key);
  EXPECT_TRUE(keyring->Check().empty());
}

// Of what could not be synced Linux forgets that it is not on the disk: the
// next sync succeeds, and the disk has what was there before.
TEST_F(KeyringTest, KeysThatTheDiskDidNotKeepAreWrittenAnew) {
  auto keyring = Open();
  ASSERT_TRUE(keyring->FindOrAdd(KeyKind::kSubject, "t", "anna").ok());
  ASSERT_EQ(keyring->Sync(), absl::OkStatus());
  const std::string kept = *ReadFile(path_);
  const auto bert = keyring->FindOrAdd(KeyKind::kSubject, "t", "bert");
  refusal = EIO;
  EXPECT_EQ(keyring->Sync().code(), absl::StatusCode::kUnavailable);
  refusal = 0;
  ASSERT_EQ(truncate(path_.c_str(), kept.size()), 0);
  const auto carla = keyring->FindOrAdd(KeyKind::kSubject, "t", "carla");
  ASSERT_EQ(keyring->Sync(), absl::OkStatus());
  keyring.reset();
  keyring = Open();
  EXPECT_EQ(*keyring->Get(bert->number), bert->bytes);
  EXPECT_EQ(*keyring->Get(carla->number), carla->bytes);
  EXPECT_TRUE(keyring->Check().empty());
}

// A process that was killed before it synced them leaves keys that others find
// and no disk has.
TEST_F(KeyringTest, KeysOfAProcessThatWasKilledAreSynced) {
  auto keyring = Open();
  const auto anna = keyring->FindOrAdd(KeyKind::kSubject, "t", "anna");
  ASSERT_TRUE(anna.ok());
  keyring.reset();
  keyring = Open();
  ASSERT_EQ(keyring->FindOrAdd(KeyKind::kSubject, "t", "anna")->number,
            anna->number);
  refusal = EIO;
  EXPECT_EQ(keyring->Sync().code(), absl::StatusCode::kUnavailable);
  refusal = 0;
  EXPECT_EQ(keyring->Sync(), absl::OkStatus());
  refusal = EIO;
  EXPECT_EQ(keyring->Sync(), absl::OkStatus());
  refusal = 0;
}

// Two stores with one keyring, by their configurations.
TEST_F(KeyringTest, IsOneProcessAtATime) {
  const auto keyring = Open();
  const absl::Status second = Keyring::Open(path_, master_.get()).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(std::string(second.message()).find("another process holds it"),
            std::string::npos);
}

TEST_F(KeyringTest, OfManyThatBeginItAtOnceOneHasIt) {
  for (int round = 0; round < 20; ++round) {
    const std::string path = absl::StrCat(path_, round);
    const std::string master = absl::StrCat(folder_, "/master", round);
    constexpr int kMany = 8;
    std::vector<absl::StatusOr<std::unique_ptr<Keyring>>> opened(kMany);
    std::atomic<int> ready{0};
    std::vector<std::thread> threads;
    for (auto& mine : opened) {
      threads.emplace_back([&] {
        const auto key = MasterKeyInFile(master);
        for (++ready; ready < kMany;) continue;
        mine = Keyring::Open(path, key.get());
      });
    }
    for (std::thread& thread : threads) thread.join();
    std::string public_key;
    for (auto& mine : opened) {
      if (mine.ok()) {
        EXPECT_EQ(public_key, "") << "two have it";
        public_key = (*mine)->signing_key().public_key();
        mine->reset();
      } else {
        EXPECT_THAT(std::string(mine.status().message()),
                    HasSubstr("another process holds it"));
      }
    }
    const auto again = Keyring::Open(path, MasterKeyInFile(master).get());
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ((*again)->signing_key().public_key(), public_key);
    if (HasFailure()) return;
  }
}

TEST_F(KeyringTest, ACopyIsThereAfterACrashOfTheMachine) {
  const auto keyring = Open();
  ASSERT_TRUE(keyring->FindOrAdd(KeyKind::kSubject, "t", "anna").ok());
  const int before = synced_folders;
  const std::string copy = path_ + ".copy";
  ASSERT_EQ(keyring->CopyTo(copy), absl::OkStatus());
  EXPECT_EQ(*ReadFile(copy), *ReadFile(path_));
  EXPECT_EQ(synced_folders, before + 1);
}

// A disk takes what it has room for, and says only then that it is full.
TEST_F(KeyringTest, ACopyThatThereIsNoRoomForSaysSoAndIsGone) {
  const auto keyring = Open();
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(
        keyring->FindOrAdd(KeyKind::kSubject, "t", absl::StrCat(i)).ok());
  }
  const std::string copy = path_ + ".copy";
  errno = 0;
  const absl::Status status = [&] {
    const FileLimit limit(5000);
    return keyring->CopyTo(copy);
  }();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_TRUE(absl::IsNotFound(ReadFile(copy).status()));
}

TEST_F(KeyringTest, ADestroyedKeyIsGoneFromTheFile) {
  auto keyring = Open();
  keyring->FindOrAdd(KeyKind::kSubject, "", "anna").IgnoreError();
  keyring->FindOrAdd(KeyKind::kSubject, "", "bert").IgnoreError();
  const std::string before = *ReadFile(path_);
  ASSERT_EQ(keyring->Destroy(1), absl::OkStatus());
  ASSERT_EQ(keyring->Destroy(1), absl::OkStatus());
  EXPECT_TRUE(keyring->IsDestroyed(1));
  EXPECT_EQ(keyring->Get(1).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(keyring->Get(2).status(), absl::OkStatus());
  const std::string after = *ReadFile(path_);
  // Tag, nonce and key.
  EXPECT_EQ(after.substr(kRowBytes + 16, 88), std::string(88, '\0'));
  EXPECT_EQ(after.substr(0, kRowBytes), before.substr(0, kRowBytes));
  EXPECT_EQ(after.substr(2 * kRowBytes), before.substr(2 * kRowBytes));
  // A later question of the same person begins anew.
  EXPECT_EQ(keyring->FindOrAdd(KeyKind::kSubject, "", "anna")->number, 3u);
  keyring.reset();
  keyring = Open();
  EXPECT_TRUE(keyring->IsDestroyed(1));
}

TEST_F(KeyringTest, ADamagedRowThatLooksDestroyedIsOverwritten) {
  Open()->FindOrAdd(KeyKind::kSubject, "", "anna").IgnoreError();
  std::string bytes = *ReadFile(path_);
  bytes[kRowBytes] = static_cast<char>(KeyKind::kDestroyed);
  ASSERT_EQ(WriteFileAtomically(path_, bytes), absl::OkStatus());
  const auto keyring = Open();
  EXPECT_FALSE(keyring->IsDestroyed(1));
  ASSERT_EQ(keyring->Destroy(1), absl::OkStatus());
  EXPECT_TRUE(keyring->IsDestroyed(1));
  EXPECT_EQ(ReadFile(path_)->substr(kRowBytes + 16, 88), std::string(88, '\0'));
}

TEST_F(KeyringTest, TheLogsOwnKeyStays) {
  EXPECT_EQ(Open()->Destroy(0).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Open()->Destroy(9).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(KeyringTest, EveryChangedByteOfARowShows) {
  Open()->FindOrAdd(KeyKind::kSubject, "", "anna").IgnoreError();
  const std::string good = *ReadFile(path_);
  for (size_t i = kRowBytes; i < 2 * kRowBytes; ++i) {
    std::string bad = good;
    bad[i] ^= 1;
    ASSERT_EQ(WriteFileAtomically(path_, bad), absl::OkStatus());
    const auto keyring = Open();
    EXPECT_EQ(keyring->Get(1).status().code(), absl::StatusCode::kDataLoss)
        << i;
    EXPECT_EQ(keyring->Check().size(), 1u) << i;
  }
}

TEST_F(KeyringTest, AnotherMasterKeyOpensNothing) {
  Open();
  ASSERT_EQ(WriteFileAtomically(folder_ + "/master2", Hex(Sha256("x"))),
            absl::OkStatus());
  const auto other = MasterKeyInFile(folder_ + "/master2");
  const absl::Status status = Keyring::Open(path_, other.get()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("master key"));
}

TEST_F(KeyringTest, ForgetsRowsThatACrashLeftEmpty) {
  Open()->FindOrAdd(KeyKind::kSubject, "", "anna").IgnoreError();
  const std::string good = *ReadFile(path_);
  for (const size_t left : {1, 127, 128, 300}) {
    ASSERT_EQ(WriteFileAtomically(path_, good + std::string(left, '\0')),
              absl::OkStatus());
    const auto keyring = Open();
    EXPECT_EQ(keyring->size(), 2u);
    EXPECT_TRUE(keyring->Check().empty());
  }
}

TEST_F(KeyringTest, WhatAKillLeftOfTheFirstStartIsNoHindrance) {
  // Releases before made the file first and wrote it then.
  ASSERT_EQ(WriteFileAtomically(folder_ + "/master", ""), absl::OkStatus());
  ASSERT_EQ(WriteFileAtomically(path_, ""), absl::OkStatus());
  for (const char* const name : {"/master.new", "/keys.new"}) {
    ASSERT_EQ(WriteFileAtomically(folder_ + name, "half a ke"),
              absl::OkStatus());
  }
  const std::string public_key = Open()->signing_key().public_key();
  EXPECT_EQ(Open()->signing_key().public_key(), public_key);
  std::set<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    names.insert(file.path().filename().string());
    EXPECT_EQ(file.status().permissions(),
              std::filesystem::perms::owner_read |
                  std::filesystem::perms::owner_write);
  }
  EXPECT_EQ(names, std::set<std::string>({"keys", "master"}));
}

TEST_F(KeyringTest, AnEmptyMasterKeyOfAKeyringIsToldAndStays) {
  Open();
  ASSERT_EQ(WriteFileAtomically(folder_ + "/master", ""), absl::OkStatus());
  const absl::Status status = Keyring::Open(path_, master_.get()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/master: empty, want"));
  EXPECT_EQ(*ReadFile(folder_ + "/master"), "");
}

TEST_F(KeyringTest, AKeyringOfZerosIsDamaged) {
  Open();
  for (const size_t bytes : {1, 127, 128, 1280}) {
    const std::string zeros(bytes, '\0');
    ASSERT_EQ(WriteFileAtomically(path_, zeros), absl::OkStatus());
    const absl::Status status = Keyring::Open(path_, master_.get()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << bytes;
    EXPECT_THAT(std::string(status.message()), HasSubstr("signing key"));
    EXPECT_EQ(*ReadFile(path_), zeros);
  }
}

TEST_F(KeyringTest, TakesItsMasterKeyFromWhereItIsTold) {
  const std::string key = Hex(Sha256("the key"));
  setenv("FOOTNOTE_TEST_KEY", key.c_str(), 1);
  EXPECT_EQ(*MasterKeyInEnvironment("FOOTNOTE_TEST_KEY")->Fetch(false),
            Sha256("the key"));
  EXPECT_EQ(*MasterKeyOfCommand("echo $FOOTNOTE_TEST_KEY")->Fetch(false),
            Sha256("the key"));
  const absl::Status ended =
      MasterKeyOfCommand("exit 3")->Fetch(false).status();
  EXPECT_EQ(ended.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(ended.message()), HasSubstr("with status 3"));
  EXPECT_THAT(
      std::string(
          MasterKeyOfCommand("kill -9 $$")->Fetch(false).status().message()),
      HasSubstr("by signal 9"));
  const absl::Status status =
      MasterKeyOfCommand("echo short")->Fetch(false).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  // A key that is wrong is not shown.
  EXPECT_THAT(std::string(status.message()), HasSubstr("5 characters"));
  unsetenv("FOOTNOTE_TEST_KEY");
  EXPECT_FALSE(MasterKeyInEnvironment("FOOTNOTE_TEST_KEY")->Fetch(false).ok());
  const std::string made = *master_->Fetch(true);
  EXPECT_EQ(*master_->Fetch(false), made);
}

TEST_F(KeyringTest, NoMasterKeyIsMadeForKeysThatHaveOne) {
  Open();
  ASSERT_EQ(std::rename((folder_ + "/master").c_str(),
                        (folder_ + "/elsewhere").c_str()),
            0);
  const absl::Status status = Keyring::Open(path_, master_.get()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/master: not found"));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/master"));
}

TEST_F(KeyringTest, NumbersOfLostKeysAreNotGivenAgain) {
  auto keyring = Open();
  ASSERT_TRUE(keyring->FindOrAdd(KeyKind::kSubject, "", "anna").ok());
  ASSERT_EQ(keyring->KeepNumbers(2), absl::OkStatus());
  EXPECT_TRUE(keyring->Check().empty());
  ASSERT_EQ(keyring->KeepNumbers(4), absl::OkStatus());
  keyring.reset();
  keyring = Open();
  EXPECT_EQ(keyring->Get(3).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(keyring->IsDestroyed(3));
  EXPECT_EQ(keyring->Check().size(), 2u);
  EXPECT_EQ(keyring->FindOrAdd(KeyKind::kSubject, "", "bert")->number, 4u);
  EXPECT_TRUE(keyring->Get(1).ok());
}

}  // namespace
}  // namespace footnote
