#include "base/last_words.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

namespace footnote {
namespace {

// So many bytes more than the process has.
void LimitAddressSpace(rlim_t more) {
  FILE* const file = fopen("/proc/self/statm", "r");
  unsigned long long pages = 0;
  ASSERT_EQ(fscanf(file, "%llu", &pages), 1);
  fclose(file);
  const rlim_t most = pages * static_cast<rlim_t>(getpagesize()) + more;
  const rlimit limit = {most, most};
  ASSERT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
}

void StartThreads() {
  const rlimit stack = {8 << 20, RLIM_INFINITY};
  setrlimit(RLIMIT_STACK, &stack);
  LimitAddressSpace(40 << 20);
  std::vector<std::thread> threads;
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back(
        [] { std::this_thread::sleep_for(std::chrono::seconds(60)); });
  }
}

TEST(LastWordsDeathTest, AThreadThatCannotBeHadIsNamedWithTheLimits) {
  EXPECT_EXIT(
      {
        InstallLastWords();
        // Where nobody catches anything.
        std::thread(StartThreads).join();
      },
      testing::ExitedWithCode(1),
      "^footnote: no thread can be started, want [0-9]+ KiB of address space "
      "for its stack; this process has [0-9]+ threads; KiB of address space "
      "\\(ulimit -v\\): [0-9]+ used, at most [0-9]+");
}

TEST(LastWordsDeathTest, OneThatIsCaughtTooLateIsGuessed) {
  EXPECT_EXIT(
      {
        InstallLastWords();
        // The test's framework catches: threads are given up, unjoined.
        StartThreads();
      },
      testing::ExitedWithCode(1),
      "^footnote: it can't go on, most likely for want of threads or memory; "
      "this process has [0-9]+ threads; KiB of address space");
}

TEST(LastWordsDeathTest, MemoryThatCannotBeHadIsNamedWithTheLimits) {
  EXPECT_EXIT(
      {
        InstallLastWords();
        LimitAddressSpace(40 << 20);
        std::thread([] { throw std::bad_alloc(); }).join();
      },
      testing::ExitedWithCode(1),
      "^footnote: no memory is left; KiB of address space \\(ulimit -v\\): "
      "[0-9]+ used, at most [0-9]+\n$");
}

TEST(LastWordsDeathTest, AnAbortSaysWhatTheProcessHad) {
  EXPECT_EXIT(
      {
        InstallLastWords();
        LimitAddressSpace(40 << 20);
        abort();
      },
      testing::KilledBySignal(SIGABRT),
      "^footnote: aborted; this process has [0-9]+ threads; KiB of address "
      "space \\(ulimit -v\\): [0-9]+ used, at most [0-9]+");
}

TEST(LastWordsDeathTest, AnotherExceptionIsSaid) {
  EXPECT_EXIT(
      {
        InstallLastWords();
        std::thread([] { throw std::runtime_error("the sky fell"); }).join();
      },
      testing::ExitedWithCode(1), "^footnote: the sky fell\n$");
}

}  // namespace
}  // namespace footnote
