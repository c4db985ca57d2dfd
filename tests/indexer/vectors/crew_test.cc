#include "indexer/vectors/crew.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace footnote {
namespace {

TEST(CrewTest, DoesEachPieceOnceWithNobodyToHelp) {
  Crew crew;
  std::vector<int> done(7);
  crew.Run(done.size(), [&done](size_t i) { ++done[i]; });
  EXPECT_EQ(done, std::vector<int>(7, 1));
  crew.Run(0, [](size_t) { FAIL() << "there is no piece"; });
  EXPECT_FALSE(crew.has_work());
  EXPECT_FALSE(crew.Help());
}

// Each of the two pieces waits for the other to begin.
TEST(CrewTest, ThreadsThatHelpWorkAtTheSameTime) {
  std::mutex mutex;
  std::condition_variable changed;
  bool came = false;
  int begun = 0;
  Crew crew([&] {
    const std::lock_guard<std::mutex> lock(mutex);
    came = true;
    changed.notify_all();
  });
  std::thread helper([&] {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&came] { return came; });
    lock.unlock();
    EXPECT_TRUE(crew.Help());
  });
  std::vector<std::thread::id> threads(2);
  crew.Run(2, [&](size_t i) {
    threads[i] = std::this_thread::get_id();
    std::unique_lock<std::mutex> lock(mutex);
    ++begun;
    changed.notify_all();
    changed.wait(lock, [&begun] { return begun == 2; });
  });
  EXPECT_NE(threads[0], threads[1]);
  helper.join();
}

TEST(CrewTest, ManyThreadsRunAndHelpAndNoPieceIsLostOrDoneTwice) {
  constexpr int kRuns = 300;
  constexpr size_t kPieces = 9;
  Crew crew;
  std::atomic<int> running{4};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int run = 0; run < kRuns; ++run) {
        std::vector<std::atomic<int>> done(kPieces);
        crew.Run(kPieces, [&done](size_t i) { ++done[i]; });
        for (const std::atomic<int>& times : done) EXPECT_EQ(times, 1);
        crew.Help();
      }
      --running;
    });
  }
  while (running > 0) {
    if (!crew.Help()) std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(crew.has_work());
}

}  // namespace
}  // namespace footnote
