#include "storage/backup.h"

#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/backup_list.h"
#include "tests/storage/segment_builder.h"
#include "tests/storage/store_fixture.h"

namespace footnote {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::unique_ptr<Store> OpenStore(const std::string& folder) {
  auto store = Store::Open(folder);
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

// Both parts, as the two rooms add them.
absl::StatusOr<BackupCounts> BackUp(Store* store, const std::string& folder,
                                    const std::string& id) {
  const std::string audit = MakeTestFolder();
  std::ofstream(audit + "/CURRENT") << "records";
  auto records = AddToBackup(folder, id, kAuditPart, audit, "audit/", nullptr);
  if (!records.ok()) return records;
  auto checkpoint = store->Checkpoint();
  if (!checkpoint.ok()) return checkpoint.status();
  return AddToBackup(folder, id, kStorePart, (*checkpoint)->folder(), "",
                     nullptr);
}

std::vector<std::string> FilesBelow(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST(BackupTest, ARestoredStoreIsAsItWasWhenTheBackupWasMade) {
  const std::string folder = MakeTestFolder();
  auto store = OpenStore(folder + "/store");
  ASSERT_TRUE(Ingest(store.get(), {{"a", "red fox"}, {"b", "red hen"}}).ok());
  ASSERT_TRUE(Ingest(store.get(), {{"a", "green fox"}}, {"b"}).ok());
  ASSERT_TRUE(BackUp(store.get(), folder + "/backup", "one").ok());
  ASSERT_TRUE(Ingest(store.get(), {{"c", "red ant"}}).ok());
  ASSERT_TRUE(
      RestoreBackup(folder + "/backup", "one", folder + "/restored").ok());
  auto restored = OpenStore(folder + "/restored");
  EXPECT_THAT(Search(restored.get(), "fox"), ElementsAre("a@2:0"));
  EXPECT_THAT(Search(restored.get(), "red"), IsEmpty());
  EXPECT_EQ(*restored->documents()->ReadAll({kTestCollection, "a", 1}),
            "red fox");
  EXPECT_TRUE(restored->Verify().ok());
  EXPECT_TRUE(restored->kv()->VerifyFiles().ok());
  EXPECT_TRUE(fs::exists(folder + "/restored/audit/CURRENT"));
  // It goes on.
  ASSERT_TRUE(Ingest(restored.get(), {{"d", "red owl"}}).ok());
  EXPECT_THAT(Search(restored.get(), "red"), ElementsAre("d@1:0"));
  EXPECT_FALSE(fs::exists(folder + "/store/checkpoint"));
}

TEST(BackupTest, RestoresToTheNameOfAFolderWithASlashBehindIt) {
  const std::string folder = MakeTestFolder();
  auto store = OpenStore(folder + "/store");
  ASSERT_TRUE(Ingest(store.get(), {{"a", "red fox"}}).ok());
  ASSERT_TRUE(BackUp(store.get(), folder + "/backup", "one").ok());
  fs::create_directory(folder + "/empty");
  for (const char* const to : {"/new/", "/empty//"}) {
    const absl::Status restored =
        RestoreBackup(folder + "/backup", "one", folder + to);
    EXPECT_TRUE(restored.ok()) << restored;
    EXPECT_TRUE(fs::exists(folder + to + "FORMAT"));
  }
}

// As where the folder of a store is on another disk than its name.
TEST(BackupTest, RestoresToWhereALinkLeads) {
  const std::string folder = MakeTestFolder();
  auto store = OpenStore(folder + "/store");
  ASSERT_TRUE(Ingest(store.get(), {{"a", "red fox"}}).ok());
  ASSERT_TRUE(BackUp(store.get(), folder + "/backup", "one").ok());
  fs::create_directories(folder + "/disk/empty");
  fs::create_directory_symlink(folder + "/disk/empty", folder + "/link");
  for (const char* const to : {"/link/", "/other/."}) {
    const absl::Status restored =
        RestoreBackup(folder + "/backup", "one", folder + to);
    EXPECT_TRUE(restored.ok()) << restored;
    EXPECT_TRUE(fs::exists(folder + to + "/FORMAT"));
  }
  EXPECT_TRUE(fs::is_symlink(folder + "/link"));
  EXPECT_TRUE(fs::exists(folder + "/disk/empty/FORMAT"));
}

TEST(BackupTest, IsWholeWhileDocumentsComeAndGoAndSegmentsMerge) {
  const std::string folder = MakeTestFolder();
  auto store = OpenStore(folder + "/store");
  ASSERT_TRUE(Ingest(store.get(), {{"d0", "red"}}).ok());
  std::atomic<bool> stop{false};
  std::thread writing([&] {
    for (int i = 1; !stop; ++i) {
      std::vector<std::string> gone;
      if (i % 3 == 0) gone.push_back(absl::StrCat("d", i - 1));
      EXPECT_TRUE(
          Ingest(store.get(), {{absl::StrCat("d", i), "red"}}, gone).ok());
      if (i % 5 == 0) {
        EXPECT_TRUE(store->Merge(kTestCollection, MergePolicy(), nullptr).ok());
      }
    }
  });
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(
        BackUp(store.get(), folder + "/backup", absl::StrCat("b", i)).ok());
  }
  stop = true;
  writing.join();
  for (int i = 0; i < 5; ++i) {
    const std::string id = absl::StrCat("b", i);
    EXPECT_THAT(*VerifyBackup(folder + "/backup", id), IsEmpty());
    const std::string restored = absl::StrCat(folder, "/restored", i);
    ASSERT_TRUE(RestoreBackup(folder + "/backup", id, restored).ok());
    auto copy = OpenStore(restored);
    EXPECT_TRUE(copy->Verify().ok());
    // Documents and postings agree.
    const auto page =
        copy->documents()->ListDocuments(kTestCollection, 1000, "");
    ASSERT_TRUE(page.ok());
    EXPECT_EQ(Search(copy.get(), "red").size(), page->documents.size());
    EXPECT_GE(page->documents.size(), 1);
  }
}

TEST(BackupTest, CopiesWhatIsNewAndNothingElse) {
  const std::string folder = MakeTestFolder();
  auto store = OpenStore(folder + "/store");
  ASSERT_TRUE(Ingest(store.get(), {{"a", "red fox"}}).ok());
  const auto first = BackUp(store.get(), folder + "/backup", "one");
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->new_files, first->files);
  ASSERT_TRUE(Ingest(store.get(), {{"b", "red hen"}}).ok());
  const auto second = BackUp(store.get(), folder + "/backup", "two");
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_GT(second->files, first->files);
  EXPECT_LT(second->new_files, second->files);
  EXPECT_EQ(BackUp(store.get(), folder + "/backup", "two").status().code(),
            absl::StatusCode::kAlreadyExists);
  // The first goes; what the second uses stays.
  EXPECT_GT(*RemoveBackup(folder + "/backup", "one"), 0);
  EXPECT_THAT(*VerifyBackup(folder + "/backup", "two"), IsEmpty());
  EXPECT_EQ(*NewestBackup(folder + "/backup"), "two");
  EXPECT_THAT(*ListBackups(folder + "/backup"), SizeIs(1));
}

// Two rooms, or two who call at once, add to one folder.
TEST(BackupTest, PartsThatAreAddedAtOnceDoNotMix) {
  const std::string folder = MakeTestFolder();
  std::vector<std::string> sources;
  for (int i = 0; i < 2; ++i) {
    sources.push_back(MakeTestFolder());
    for (int file = 0; file < 15; ++file) {
      std::ofstream(absl::StrCat(sources[i], "/", file))
          << std::string(200000 + file, static_cast<char>('a' + i));
    }
  }
  const std::string backup = folder + "/backup";
  ASSERT_TRUE(AddToBackup(backup, "one", kAuditPart, MakeTestFolder(), "audit/",
                          nullptr)
                  .ok());
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      const auto added = AddToBackup(backup, i == 0 ? "one" : "two",
                                     i == 0 ? kStorePart : kAuditPart,
                                     sources[i], "", nullptr);
      EXPECT_TRUE(added.ok()) << added.status();
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(
      AddToBackup(backup, "two", kStorePart, MakeTestFolder(), "", nullptr)
          .ok());
  EXPECT_THAT(*VerifyBackup(backup, "one"), IsEmpty());
  EXPECT_THAT(*VerifyBackup(backup, "two"), IsEmpty());
}

TEST(BackupTest, TwoWhoMakeTheFolderAtOnceBothBackUp) {
  for (int round = 0; round < 10; ++round) {
    const std::string backup = MakeTestFolder() + "/backup";
    const std::string source = MakeTestFolder();
    std::ofstream(source + "/a") << "text";
    std::atomic<int> ready{0};
    std::vector<std::thread> threads;
    for (const char* part : {kAuditPart, kStorePart}) {
      threads.emplace_back([&, part] {
        ++ready;
        while (ready < 2) continue;
        const auto added =
            AddToBackup(backup, "one", part, source, "", nullptr);
        EXPECT_TRUE(added.ok()) << added.status();
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_THAT(*VerifyBackup(backup, "one"), IsEmpty());
  }
}

// By a kill, or a disk that was full.
TEST(BackupTest, AFolderWhoseMakingWasCutOffIsMadeToItsEnd) {
  const std::string source = MakeTestFolder();
  const std::string backup = MakeTestFolder();
  fs::create_directory(backup + "/files");
  for (const char* name : {"/LOCK", "/FORMAT.tmp.7"}) {
    std::ofstream(backup + name).flush();
  }
  EXPECT_TRUE(AddToBackup(backup, "one", kAuditPart, source, "", nullptr).ok());
  for (const char* name : {"/notes", "/files/notes"}) {
    const std::string other = MakeTestFolder();
    fs::create_directory(other + "/files");
    std::ofstream(other + name) << "somebody's";
    EXPECT_EQ(AddToBackup(other, "one", kAuditPart, source, "", nullptr)
                  .status()
                  .code(),
              absl::StatusCode::kFailedPrecondition)
        << name;
    EXPECT_FALSE(fs::exists(other + "/LOCK"));
  }
}

TEST(BackupTest, WhoWaitsForTheFolderMayGiveUp) {
  const std::string backup = MakeTestFolder() + "/backup";
  const std::string source = MakeTestFolder();
  std::ofstream(source + "/a") << "text";
  std::atomic<bool> begun{false};
  std::atomic<bool> gave_up{false};
  std::thread other([&] {
    const auto added = AddToBackup(
        backup, "one", kAuditPart, source, "", [&](const BackupCounts&) {
          begun = true;
          for (int i = 0; i < 500 && !gave_up; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
          }
          return true;
        });
    EXPECT_TRUE(added.ok()) << added.status();
  });
  while (!begun) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const auto given_up = AddToBackup(backup, "one", kStorePart, source, "",
                                    [](const BackupCounts&) { return false; });
  EXPECT_EQ(given_up.status().code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(given_up.status().ToString(), HasSubstr("another one writes"));
  gave_up = true;
  other.join();
}

TEST(BackupTest, RemovingOneLeavesTheFilesOfOneThatIsBeingMade) {
  const std::string folder = MakeTestFolder();
  auto store = OpenStore(folder + "/store");
  const std::string backup = folder + "/backup";
  ASSERT_TRUE(BackUp(store.get(), backup, "old").ok());
  const std::string source = MakeTestFolder();
  for (const char* name : {"/a", "/b"}) std::ofstream(source + name) << name;
  std::thread remover;
  ASSERT_TRUE(
      AddToBackup(backup, "new", kAuditPart, source, "audit/",
                  [&](const BackupCounts& counts) {
                    if (counts.files > 1) return true;
                    remover = std::thread(
                        [&] { EXPECT_TRUE(RemoveBackup(backup, "old").ok()); });
                    // It would be done by then.
                    std::this_thread::sleep_for(std::chrono::milliseconds(200));
                    return true;
                  })
          .ok());
  remover.join();
  ASSERT_TRUE(
      AddToBackup(backup, "new", kStorePart, MakeTestFolder(), "", nullptr)
          .ok());
  EXPECT_THAT(*VerifyBackup(backup, "new"), IsEmpty());
}

TEST(BackupTest, NamesEachDamagedFileAndRestoresNothing) {
  const std::string folder = MakeTestFolder();
  auto store = OpenStore(folder + "/store");
  ASSERT_TRUE(Ingest(store.get(), {{"a", "red fox"}}).ok());
  ASSERT_TRUE(BackUp(store.get(), folder + "/backup", "one").ok());
  for (const std::string& path : FilesBelow(folder + "/backup")) {
    if (path.find("/FORMAT") != std::string::npos) continue;
    const std::string before = ReadWholeFile(path);
    if (before.empty()) continue;
    SCOPED_TRACE(path);
    const bool is_list = path.find("/backups/") != std::string::npos;
    const std::string name = fs::path(path).filename().string();
    // A flipped bit, a lost end, a lost file.
    for (int damage = 0; damage < 3; ++damage) {
      std::string after = before;
      if (damage == 0) after[after.size() / 2] ^= 1;
      if (damage == 1) after.resize(after.size() - 1);
      if (damage == 2) {
        fs::remove(path);
      } else {
        std::ofstream(path, std::ios::binary) << after;
      }
      const auto found = VerifyBackup(folder + "/backup", "one");
      ASSERT_TRUE(found.ok()) << found.status();
      ASSERT_THAT(*found, SizeIs(1));
      EXPECT_THAT((*found)[0], HasSubstr(name));
      const absl::Status restored =
          RestoreBackup(folder + "/backup", "one", folder + "/restored");
      EXPECT_EQ(restored.code(), absl::StatusCode::kDataLoss) << restored;
      EXPECT_FALSE(fs::exists(folder + "/restored"));
      EXPECT_FALSE(fs::exists(folder + "/restored.restoring"));
      if (is_list) {
        EXPECT_THAT((*ListBackups(folder + "/backup"))[0].missing, SizeIs(1));
      }
    }
    std::ofstream(path, std::ios::binary) << before;
  }
  EXPECT_THAT(*VerifyBackup(folder + "/backup", "one"), IsEmpty());
}

// The way to mend a backup folder: what is there is not copied again.
TEST(BackupTest, ADamagedFileThatIsTakenAwayIsCopiedAnew) {
  const std::string folder = MakeTestFolder();
  const std::string backup = folder + "/backup";
  auto store = OpenStore(folder + "/store");
  ASSERT_TRUE(Ingest(store.get(), {{"a", "red fox"}}).ok());
  ASSERT_TRUE(BackUp(store.get(), backup, "one").ok());
  const std::string files = backup + "/files";
  for (const std::string& path : FilesBelow(files)) {
    std::string bytes = ReadWholeFile(path);
    if (bytes.empty()) continue;
    bytes[0] ^= 1;
    std::ofstream(path, std::ios::binary) << bytes;
  }
  EXPECT_FALSE(VerifyBackup(backup, "one")->empty());
  for (const std::string& path : FilesBelow(files)) fs::remove(path);
  ASSERT_TRUE(BackUp(store.get(), backup, "two").ok());
  EXPECT_THAT(*VerifyBackup(backup, "two"), IsEmpty());
  EXPECT_THAT(*VerifyBackup(backup, "one"), IsEmpty());
}

TEST(BackupTest, DamageOfTheStoreIsNamedAndNotBackedUp) {
  const std::string folder = MakeTestFolder();
  const std::string backup = folder + "/backup";
  auto store = OpenStore(folder + "/store");
  ASSERT_TRUE(Ingest(store.get(), {{"a", "red fox"}}).ok());
  // Tables are written when a database is opened again.
  store.reset();
  store = OpenStore(folder + "/store");
  ASSERT_TRUE(BackUp(store.get(), backup, "good").ok());
  std::vector<std::string> kinds;
  for (const std::string& path : FilesBelow(folder + "/store")) {
    const std::string kind = fs::path(path).extension().string();
    if (kind != ".seg" && kind != ".sst") continue;
    SCOPED_TRACE(path);
    kinds.push_back(kind);
    const std::string before = ReadWholeFile(path);
    std::string after = before;
    after[after.size() / 4] ^= 1;
    std::ofstream(path, std::ios::binary) << after;
    const absl::Status damaged =
        BackUp(store.get(), folder + "/other", "bad").status();
    EXPECT_EQ(damaged.code(), absl::StatusCode::kDataLoss) << damaged;
    EXPECT_THAT(std::string(damaged.message()),
                HasSubstr(fs::path(path).filename().string()));
    fs::remove_all(folder + "/other");
    std::ofstream(path, std::ios::binary) << before;
  }
  EXPECT_THAT(kinds, ::testing::Contains(".seg"));
  EXPECT_THAT(kinds, ::testing::Contains(".sst"));
  EXPECT_THAT(*VerifyBackup(backup, "good"), IsEmpty());
}

TEST(BackupTest, RefusesToOverwriteAndToLeaveItsFolder) {
  const std::string folder = MakeTestFolder();
  auto store = OpenStore(folder + "/store");
  ASSERT_TRUE(BackUp(store.get(), folder + "/backup", "one").ok());
  EXPECT_EQ(RestoreBackup(folder + "/backup", "one", folder + "/store").code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(RestoreBackup(folder + "/backup", "two", folder + "/new").code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(BackUp(store.get(), folder + "/store", "one").status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(CheckBackupId("../up").ok());
  EXPECT_FALSE(CheckBackupId("").ok());
  EXPECT_TRUE(CheckBackupFolder("/mnt/b", "/mnt/b/daily").ok());
  EXPECT_TRUE(CheckBackupFolder("/", "/mnt/b").ok());
  EXPECT_FALSE(CheckBackupFolder("/mnt/b", "/mnt/b/../c").ok());
  EXPECT_FALSE(CheckBackupFolder("/mnt/b", "/mnt/bc").ok());
  EXPECT_FALSE(CheckBackupFolder("/mnt/b", "daily").ok());
  // One below the server's own folder, as its owner wrote it.
  const std::string here = std::filesystem::current_path();
  EXPECT_TRUE(CheckBackupFolder("b", here + "/b/daily").ok());
  EXPECT_TRUE(CheckBackupFolder("./b/", here + "/b/daily").ok());
  EXPECT_FALSE(CheckBackupFolder("b", "b/daily").ok());
  EXPECT_NE(std::string(CheckBackupFolder("b", "/mnt/b").message())
                .find("within " + here + "/b"),
            std::string::npos);
  EXPECT_EQ(CheckBackupFolder("", "/mnt/b").code(),
            absl::StatusCode::kFailedPrecondition);
  BackupList list;
  list.part = kStorePart;
  list.files.push_back({"../../etc/passwd", 1, std::string(64, 'a'), 0, 0});
  EXPECT_EQ(ParseBackupList(FormatBackupList(list)).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(BackupTest, APartThatWasCutOffMakesTheBackupNotWhole) {
  const std::string folder = MakeTestFolder();
  auto store = OpenStore(folder + "/store");
  ASSERT_TRUE(Ingest(store.get(), {{"a", "red fox"}}).ok());
  ASSERT_TRUE(BackUp(store.get(), folder + "/backup", "one").ok());
  const auto checkpoint = store->Checkpoint();
  EXPECT_EQ(AddToBackup(folder + "/backup", "two", kStorePart,
                        (*checkpoint)->folder(), "",
                        [](const BackupCounts&) { return false; })
                .status()
                .code(),
            absl::StatusCode::kCancelled);
  ASSERT_TRUE(AddToBackup(folder + "/backup", "two", kStorePart,
                          (*checkpoint)->folder(), "", nullptr)
                  .ok());
  EXPECT_EQ(*NewestBackup(folder + "/backup"), "one");
  EXPECT_THAT((*VerifyBackup(folder + "/backup", "two"))[0],
              HasSubstr("no part audit"));
  EXPECT_EQ(RestoreBackup(folder + "/backup", "two", folder + "/new").code(),
            absl::StatusCode::kDataLoss);
}

TEST(BackupTest, AFullDiskIsNamedAndCostsNothing) {
  signal(SIGXFSZ, SIG_IGN);
  const std::string folder = MakeTestFolder();
  auto store = OpenStore(folder + "/store");
  std::string text;
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&text, "w", i * 7919, " ");
  ASSERT_TRUE(Ingest(store.get(), {{"a", text}}).ok());
  ASSERT_TRUE(BackUp(store.get(), folder + "/backup", "one").ok());
  rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 100000;
  ASSERT_TRUE(Ingest(store.get(), {{"b", text + "more"}}).ok());
  const auto checkpoint = store->Checkpoint();
  ASSERT_TRUE(checkpoint.ok());
  setrlimit(RLIMIT_FSIZE, &small);
  const absl::Status full = AddToBackup(folder + "/backup", "two", kStorePart,
                                        (*checkpoint)->folder(), "", nullptr)
                                .status();
  const absl::Status restored =
      RestoreBackup(folder + "/backup", "one", folder + "/new");
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted) << full;
  EXPECT_EQ(restored.code(), absl::StatusCode::kResourceExhausted) << restored;
  EXPECT_FALSE(fs::exists(folder + "/new"));
  EXPECT_FALSE(fs::exists(folder + "/new.restoring"));
  EXPECT_THAT(*VerifyBackup(folder + "/backup", "one"), IsEmpty());
  EXPECT_TRUE(AddToBackup(folder + "/backup", "two", kStorePart,
                          (*checkpoint)->folder(), "", nullptr)
                  .ok());
  EXPECT_THAT(Search(store.get(), "more"), ElementsAre("b@1:0"));
  EXPECT_THAT(*ListBackups(folder + "/backup"), SizeIs(2));
}

}  // namespace
}  // namespace footnote
