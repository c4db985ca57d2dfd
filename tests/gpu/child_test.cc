#include "tests/gpu/child.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "gtest/gtest.h"

namespace footnote {
namespace {

// What the children do: tests that run only where they are asked for.
ChildEnd Child(const std::string& test, double seconds) {
  return RunAgain({"--gtest_also_run_disabled_tests",
                   "--gtest_filter=ChildsTest.DISABLED_" + test},
                  seconds);
}
TEST(ChildsTest, DISABLED_Speaks) {
  std::printf("to the one\n");
  std::fflush(stdout);
  std::fprintf(stderr, "and to the other\n");
}
TEST(ChildsTest, DISABLED_Fails) { FAIL(); }
TEST(ChildsTest, DISABLED_Crashes) {
  std::printf("before the end\n");
  std::fflush(stdout);
  std::abort();
}
TEST(ChildsTest, DISABLED_Hangs) {
  // So does what it starts, with the same output.
  if (fork() == 0) pause();
  pause();
}

TEST(ChildTest, SaysWhatTheChildSaid) {
  const ChildEnd end = Child("Speaks", 60);
  EXPECT_EQ(end.why, "");
  EXPECT_EQ(end.status, 0);
  EXPECT_NE(end.said.find("to the one\n"), std::string::npos) << end.said;
  EXPECT_NE(end.said.find("and to the other\n"), std::string::npos);
}

TEST(ChildTest, FailureIsAStatus) {
  const ChildEnd end = Child("Fails", 60);
  EXPECT_EQ(end.why, "status 1");
  EXPECT_EQ(end.status, 1);
}

TEST(ChildTest, CrashIsASignalAndKeepsWhatWasSaid) {
  const ChildEnd end = Child("Crashes", 60);
  EXPECT_EQ(end.why, "signal 6");
  EXPECT_NE(end.said.find("before the end"), std::string::npos) << end.said;
}

TEST(ChildTest, OneThatHangsIsStoppedWithAllThatItStarted) {
  const ChildEnd end = Child("Hangs", 1);
  EXPECT_EQ(end.why.substr(0, 13), "stopped after") << end.why;
  EXPECT_LT(end.seconds, 30);
}

}  // namespace
}  // namespace footnote
