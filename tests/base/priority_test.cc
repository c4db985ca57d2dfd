#include "base/priority.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

namespace footnote {
namespace {

int Nice() {
  return getpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)));
}

TEST(PriorityTest, ABackgroundThreadAndWhatItBeginsComeLast) {
  const int before = Nice();
  int own = 0, inner = 0;
  std::thread([&] {
    WorkInBackground();
    own = Nice();
    std::thread([&inner] { inner = Nice(); }).join();
  }).join();
  EXPECT_EQ(own, 19);
  EXPECT_EQ(inner, 19);
  EXPECT_EQ(Nice(), before) << "the others are as they were";
}

// How often this thread gave up a processor to wait.
int64_t Waits() {
  rusage used;
  EXPECT_EQ(getrusage(RUSAGE_THREAD, &used), 0);
  return used.ru_nvcsw;
}

TEST(PriorityTest, ASearchDoesNotWaitForItself) {
  {
    const SearchUnderWay search;
    const int64_t before = Waits();
    YieldToSearches();
    EXPECT_EQ(Waits(), before);
  }
  const int64_t before = Waits();
  YieldToSearches();
  EXPECT_EQ(Waits(), before) << "nobody searches";
}

TEST(PriorityTest, WorkGoesOnHoweverLongASearchTakes) {
  const SearchUnderWay search;
  bool went_on = false;
  std::thread([&went_on] {
    YieldToSearches();
    went_on = true;
  }).join();
  EXPECT_TRUE(went_on);
}

}  // namespace
}  // namespace footnote
