#include "model/decoder/team.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace footnote {
namespace {

TEST(TeamTest, EveryIndexIsVisitedOnce) {
  for (const size_t threads : {1, 2, 5}) {
    Team team(threads);
    EXPECT_EQ(team.size(), threads);
    for (const size_t count : {0, 1, 15, 16, 17, 1000, 4096}) {
      std::vector<std::atomic<int>> visits(count);
      team.Run(count, 16, [&](size_t begin, size_t end) {
        EXPECT_EQ(begin % 16, 0u);
        EXPECT_LE(end, count);
        for (size_t i = begin; i < end; ++i) ++visits[i];
      });
      for (size_t i = 0; i < count; ++i) EXPECT_EQ(visits[i], 1) << i;
    }
  }
}

TEST(TeamTest, LoopSeesWhatTheLoopsBeforeWrote) {
  Team team(4);
  std::vector<int> numbers(64, 0);
  for (int round = 1; round <= 20000; ++round) {
    team.Run(numbers.size(), 1, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        ASSERT_EQ(numbers[i], round - 1);
        numbers[i] = round;
      }
    });
  }
}

TEST(TeamTest, ThreadsThatFellAsleepComeBack) {
  Team team(3);
  for (int round = 0; round < 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::atomic<size_t> sum{0};
    team.Run(100, 1, [&](size_t begin, size_t end) { sum += end - begin; });
    EXPECT_EQ(sum, 100u);
  }
}

}  // namespace
}  // namespace footnote
