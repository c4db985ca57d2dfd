#include "base/lock_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

namespace footnote {
namespace {

std::string Path() {
  const char* base = getenv("TEST_TMPDIR");
  return std::string(base == nullptr ? "/tmp" : base) + "/lock_" +
         std::to_string(getpid());
}

TEST(LockFileTest, OneHasAFileUntilItIsClosed) {
  const std::string path = Path();
  const int first = open(path.c_str(), O_RDWR | O_CREAT, 0600);
  const int second = open(path.c_str(), O_RDWR);
  ASSERT_GE(second, 0);
  EXPECT_TRUE(*TryLockFile(first, path));
  EXPECT_TRUE(*TryLockFile(first, path));
  EXPECT_FALSE(*TryLockFile(second, path));
  close(first);
  EXPECT_TRUE(*TryLockFile(second, path));
  close(second);
  unlink(path.c_str());
}

TEST(LockFileTest, WhatCannotBeLockedIsNamed) {
  const absl::StatusOr<bool> locked = TryLockFile(-1, "store/lock");
  ASSERT_FALSE(locked.ok());
  EXPECT_NE(locked.status().message().find("store/lock"), std::string::npos);
}

}  // namespace
}  // namespace footnote
