#include "indexer/folder_watch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Long enough for a busy machine, short enough for a test.
constexpr absl::Duration kPatience = absl::Seconds(20);

class FolderWatchTest : public testing::Test {
 protected:
  FolderWatchTest() {
    static int count = 0;
    folder_ =
        absl::StrCat(testing::TempDir(), "/watch_", getpid(), "_", ++count);
    std::filesystem::create_directories(folder_);
  }
  ~FolderWatchTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const {
    return folder_ + "/" + name;
  }
  void Write(const std::string& name, const std::string& text = "x") const {
    std::ofstream(Path(name)) << text;
  }
  void MakeFolders(const std::string& name) const {
    std::filesystem::create_directories(Path(name));
  }
  void Move(const std::string& from, const std::string& to) const {
    std::filesystem::rename(Path(from), Path(to));
  }
  void Open() {
    auto watch = FolderWatch::Open({folder_});
    ASSERT_TRUE(watch.ok()) << watch.status();
    watch_ = *std::move(watch);
  }
  // The next changes that are not empty.
  FolderChanges Next() {
    for (const absl::Time end = absl::Now() + kPatience; absl::Now() < end;) {
      auto changes = watch_->Wait(end - absl::Now());
      EXPECT_TRUE(changes.ok()) << changes.status();
      if (!changes.ok() || changes->stopped || !changes->empty()) {
        return changes.ok() ? *changes : FolderChanges();
      }
    }
    ADD_FAILURE() << "no change was told";
    return {};
  }

  std::string folder_;
  std::unique_ptr<FolderWatch> watch_;
};

TEST_F(FolderWatchTest, AFileIsToldOnceWhenItIsWritten) {
  Open();
  std::ofstream file(Path("a.txt"));
  for (int i = 0; i < 100; ++i) file << "line\n" << std::flush;
  // Nothing is told before it is closed.
  const auto early = watch_->Wait(absl::Milliseconds(50));
  ASSERT_TRUE(early.ok());
  EXPECT_TRUE(early->empty());
  file.close();
  const FolderChanges changes = Next();
  EXPECT_THAT(changes.there, ElementsAre(Path("a.txt")));
  EXPECT_THAT(changes.gone, IsEmpty());
}

TEST_F(FolderWatchTest, ARenameIsBothAndADeletionIsGone) {
  Write("a.txt");
  Write("b.txt");
  Open();
  Move("a.txt", "c.txt");
  std::filesystem::remove(Path("b.txt"));
  const FolderChanges changes = Next();
  EXPECT_THAT(changes.there, ElementsAre(Path("c.txt")));
  EXPECT_THAT(changes.gone, ElementsAre(Path("a.txt"), Path("b.txt")));
}

TEST_F(FolderWatchTest, WhatIsThereInTheEndCounts) {
  Write("a.txt");
  Open();
  std::filesystem::remove(Path("a.txt"));
  Write("a.txt", "anew");
  Write("b.txt");
  std::filesystem::remove(Path("b.txt"));
  const FolderChanges changes = Next();
  EXPECT_THAT(changes.there, ElementsAre(Path("a.txt")));
  EXPECT_THAT(changes.gone, ElementsAre(Path("b.txt")));
}

TEST_F(FolderWatchTest, FoldersThatComeAreWatchedUnderTheirName) {
  MakeFolders("one/two");
  Open();
  MakeFolders("new/deep");
  EXPECT_THAT(Next().there, ElementsAre(Path("new")));
  Write("new/deep/a.txt");
  EXPECT_THAT(Next().there, ElementsAre(Path("new/deep/a.txt")));
  Move("one", "uno");
  const FolderChanges moved = Next();
  EXPECT_THAT(moved.there, ElementsAre(Path("uno")));
  EXPECT_THAT(moved.gone, ElementsAre(Path("one")));
  Write("uno/two/b.txt");
  EXPECT_THAT(Next().there, ElementsAre(Path("uno/two/b.txt")));
}

TEST_F(FolderWatchTest, AFolderMovedOutIsWatchedNoMore) {
  MakeFolders("in/deep");
  Open();
  const std::string outside = folder_ + "_outside";
  std::filesystem::rename(Path("in"), outside);
  EXPECT_THAT(Next().gone, ElementsAre(Path("in")));
  std::ofstream(outside + "/deep/a.txt") << "x";
  Write("b.txt");
  EXPECT_THAT(Next().there, ElementsAre(Path("b.txt")));
  std::filesystem::remove_all(outside);
}

TEST_F(FolderWatchTest, WhatWalksLeaveOutIsNotTold) {
  MakeFolders(".git");
  Open();
  Write(".git/HEAD");
  Write(".a.txt.swp");
  Write("logo.png");
  Write("a.txt");
  EXPECT_THAT(Next().there, ElementsAre(Path("a.txt")));
}

TEST_F(FolderWatchTest, LinksAreTold) {
  Write("a.txt");
  Open();
  std::filesystem::create_hard_link(Path("a.txt"), Path("hard.txt"));
  std::filesystem::create_symlink("a.txt", Path("soft.txt"));
  const FolderChanges changes = Next();
  EXPECT_THAT(changes.there,
              testing::IsSupersetOf({Path("hard.txt"), Path("soft.txt")}));
}

TEST_F(FolderWatchTest, LostEventsAreTold) {
  int limit = 16384;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> limit;
  if (limit > 100000) GTEST_SKIP() << "a queue of " << limit << " events";
  Open();
  // Two names in turn: events that equal the one before are merged.
  const int fds[] = {creat(Path("a.txt").c_str(), 0600),
                     creat(Path("b.txt").c_str(), 0600)};
  for (int i = 0; i < limit + 10; ++i) {
    ASSERT_EQ(write(fds[i % 2], "x", 1), 1);
  }
  for (const int fd : fds) close(fd);
  EXPECT_TRUE(Next().lost);
  Write("c.txt");
  EXPECT_THAT(Next().there, testing::Contains(Path("c.txt")));
}

TEST_F(FolderWatchTest, StopEndsTheWait) {
  Open();
  std::thread other([this] { watch_->Stop(); });
  const auto changes = watch_->Wait();
  other.join();
  ASSERT_TRUE(changes.ok());
  EXPECT_TRUE(changes->stopped);
}

TEST_F(FolderWatchTest, TheFolderItselfMustStay) {
  Open();
  std::filesystem::remove_all(folder_);
  absl::Status status;
  for (const absl::Time end = absl::Now() + kPatience;
       status.ok() && absl::Now() < end;) {
    status = watch_->Wait(absl::Seconds(1)).status();
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr(folder_));
}

TEST_F(FolderWatchTest, WhatIsNoFolderIsRefused) {
  EXPECT_EQ(FolderWatch::Open({Path("none")}).status().code(),
            absl::StatusCode::kNotFound);
  Write("a.txt");
  EXPECT_EQ(FolderWatch::Open({Path("a.txt")}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace footnote
