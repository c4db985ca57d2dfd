#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

std::string Fresh(const std::string& name) {
  const std::string folder = ::testing::TempDir() + "file_test_" + name;
  std::filesystem::remove_all(folder);
  EXPECT_TRUE(MakeFolder(folder).ok());
  return folder;
}

TEST(FileTest, WhatWasWrittenIsReadAndMapped) {
  const std::string path = Fresh("roundtrip") + "/a";
  const std::string contents("one\0two", 7);
  ASSERT_TRUE(WriteFileAtomically(path, contents).ok());
  EXPECT_EQ(*ReadFile(path), contents);
  const auto mapped = MappedFile::Open(path);
  ASSERT_TRUE(mapped.ok());
  EXPECT_EQ(std::string((*mapped)->contents()), contents);
}

TEST(FileTest, AMappingOutlivesItsReplacement) {
  const std::string path = Fresh("replace") + "/a";
  ASSERT_TRUE(WriteFileAtomically(path, "old").ok());
  const auto mapped = MappedFile::Open(path);
  ASSERT_TRUE(mapped.ok());
  ASSERT_TRUE(WriteFileAtomically(path, "new and longer").ok());
  EXPECT_EQ(std::string((*mapped)->contents()), "old");
  EXPECT_EQ(*ReadFile(path), "new and longer");
}

// As /dev/stdout is.
TEST(FileTest, ALinkAndAPipeAreWrittenToAndStay) {
  const std::string folder = Fresh("links");
  ASSERT_TRUE(WriteFileAtomically(folder + "/file", "old").ok());
  std::filesystem::create_symlink("file", folder + "/link");
  EXPECT_TRUE(WriteFileAtomically(folder + "/link", "new").ok());
  EXPECT_TRUE(std::filesystem::is_symlink(folder + "/link"));
  EXPECT_EQ(*ReadFile(folder + "/file"), "new");

  const std::string pipe = folder + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDWR | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  EXPECT_TRUE(WriteFileAtomically(pipe, "proof").ok());
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  char got[16] = {};
  EXPECT_EQ(read(reader, got, sizeof(got)), 5);
  EXPECT_EQ(std::string(got), "proof");
  close(reader);
}

TEST(FileTest, MapsAnEmptyFile) {
  const std::string path = Fresh("empty") + "/a";
  ASSERT_TRUE(WriteFileAtomically(path, "").ok());
  const auto mapped = MappedFile::Open(path);
  ASSERT_TRUE(mapped.ok());
  EXPECT_EQ((*mapped)->contents().size(), 0u);
}

TEST(FileTest, SaysWhatIsMissingAndWhatIsNoFile) {
  const std::string folder = Fresh("missing");
  const auto missing = MappedFile::Open(folder + "/nothing");
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("/nothing"));
  EXPECT_EQ(MappedFile::Open(folder).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadFile(folder).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(FileTest, RefusesMoreThanTheLimit) {
  const std::string path = Fresh("limit") + "/a";
  ASSERT_TRUE(WriteFileAtomically(path, std::string(100, 'x')).ok());
  EXPECT_EQ(ReadFile(path, 99).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(ReadFile(path, 100).ok());
}

TEST(FileTest, AFullDiskLeavesTheOldFileAndNoLitter) {
  const std::string folder = Fresh("full");
  const std::string path = folder + "/a";
  ASSERT_TRUE(WriteFileAtomically(path, "old").ok());
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {1000, 1000};
    setrlimit(RLIMIT_FSIZE, &limit);
    const absl::Status status =
        WriteFileAtomically(path, std::string(5000, 'x'));
    _exit(status.code() == absl::StatusCode::kResourceExhausted ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(*ReadFile(path), "old");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    (void)entry;
    ++files;
  }
  EXPECT_EQ(files, 1);
}

TEST(FileTest, MakesFoldersThatAreMissing) {
  const std::string folder = Fresh("folders") + "/a/b/c";
  ASSERT_TRUE(MakeFolder(folder).ok());
  ASSERT_TRUE(MakeFolder(folder).ok());
  EXPECT_TRUE(std::filesystem::is_directory(folder));
  EXPECT_TRUE(SyncFolder(folder).ok());
  EXPECT_EQ(SyncFolder(folder + "/d").code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace footnote
