#include "model/quantise/part_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

bool IsThere(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0;
}

class PartFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = absl::StrCat(
        ::testing::TempDir(), "/",
        ::testing::UnitTest::GetInstance()->current_test_info()->name());
    unlink(path_.c_str());
  }

  std::string path_;
};

TEST_F(PartFileTest, HasItsNameOnlyWhenItIsFinished) {
  auto file = PartFile::Create(path_, 6);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE((*file)->WriteAt(3, "def").ok());
  ASSERT_TRUE((*file)->WriteAt(0, "abc").ok());
  EXPECT_FALSE(IsThere(path_));
  ASSERT_TRUE((*file)->Finish().ok());
  file->reset();
  EXPECT_EQ(*ReadFile(path_), "abcdef");
  EXPECT_FALSE(IsThere(path_ + ".part"));
}

TEST_F(PartFileTest, LeavesNothingWhenItIsGivenUp) {
  { ASSERT_TRUE(PartFile::Create(path_, 1000).ok()); }
  EXPECT_FALSE(IsThere(path_));
  EXPECT_FALSE(IsThere(path_ + ".part"));
}

TEST_F(PartFileTest, DoesNotReplaceWhatIsThere) {
  ASSERT_TRUE(WriteFileAtomically(path_, "mine").ok());
  const auto refused = PartFile::Create(path_, 4);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr(path_));
  unlink(path_.c_str());

  auto file = PartFile::Create(path_, 4);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE(WriteFileAtomically(path_, "mine").ok());
  EXPECT_EQ((*file)->Finish().code(), absl::StatusCode::kAlreadyExists);
  file->reset();
  EXPECT_EQ(*ReadFile(path_), "mine");
  EXPECT_FALSE(IsThere(path_ + ".part"));
}

TEST_F(PartFileTest, OneProcessAtATimeWrites) {
  auto first = PartFile::Create(path_, 4);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(PartFile::Create(path_, 4).status().code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE((*first)->WriteAt(0, "abcd").ok());
  EXPECT_TRUE((*first)->Finish().ok());
}

TEST_F(PartFileTest, BeginsAnewWhatAKilledProcessLeft) {
  ASSERT_TRUE(WriteFileAtomically(path_ + ".part", "of another run").ok());
  auto file = PartFile::Create(path_, 4);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE((*file)->WriteAt(2, "x").ok());
  ASSERT_TRUE((*file)->Finish().ok());
  EXPECT_EQ(*ReadFile(path_), std::string("\0\0x\0", 4));
}

TEST_F(PartFileTest, LeavesAloneWhatHasAnotherName) {
  const std::string other = path_ + ".other";
  const std::string part = path_ + ".part";
  unlink(other.c_str());
  ASSERT_TRUE(WriteFileAtomically(other, "theirs").ok());
  ASSERT_EQ(link(other.c_str(), part.c_str()), 0);
  EXPECT_EQ(PartFile::Create(path_, 4).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(*ReadFile(part), "theirs");
  unlink(part.c_str());
  ASSERT_EQ(symlink(other.c_str(), part.c_str()), 0);
  EXPECT_FALSE(PartFile::Create(path_, 4).ok());
  EXPECT_EQ(*ReadFile(other), "theirs");
  unlink(part.c_str());
  ASSERT_EQ(mkfifo(part.c_str(), 0600), 0);
  EXPECT_FALSE(PartFile::Create(path_, 4).ok());
  EXPECT_TRUE(IsThere(part));
  unlink(part.c_str());
}

TEST_F(PartFileTest, SaysSoAtTheStartWhenThereIsNoRoom) {
  // More than any file system here holds.
  const auto refused = PartFile::Create(path_, uint64_t{1} << 50);
  EXPECT_FALSE(refused.ok());
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr(path_ + ".part"));
  EXPECT_FALSE(IsThere(path_ + ".part"));

  struct rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = before;
  small.rlim_cur = 4096;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto limited = PartFile::Create(path_, 8192);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_FALSE(limited.ok());
  EXPECT_FALSE(IsThere(path_ + ".part"));
}

TEST_F(PartFileTest, WantsAFolderThatIsThere) {
  EXPECT_EQ(PartFile::Create(path_ + "/no/file", 4).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace footnote
