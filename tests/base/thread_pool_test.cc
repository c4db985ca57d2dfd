#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace footnote {
namespace {

TEST(ThreadPoolTest, VisitsEveryIndexOnce) {
  ThreadPool pool(3);
  for (const size_t count : {0, 1, 2, 3, 4, 1000}) {
    std::vector<std::atomic<int>> visits(count);
    pool.ParallelFor(count, [&](size_t i) { ++visits[i]; });
    for (size_t i = 0; i < count; ++i) EXPECT_EQ(visits[i], 1) << i;
  }
}

TEST(ThreadPoolTest, LoopsInsideLoopsDoNotWaitForThemselves) {
  ThreadPool pool(1);
  std::atomic<int> sum{0};
  pool.ParallelFor(
      8, [&](size_t) { pool.ParallelFor(8, [&](size_t) { ++sum; }); });
  EXPECT_EQ(sum, 64);
}

TEST(ThreadPoolTest, RunsWhatWasScheduledBeforeItEnds) {
  std::atomic<int> sum{0};
  {
    ThreadPool pool(2);
    for (int i = 0; i < 100; ++i) pool.Schedule([&] { ++sum; });
  }
  EXPECT_EQ(sum, 100);
}

}  // namespace
}  // namespace footnote
