#include "gateway/generations.h"

#include <gtest/gtest.h>

namespace footnote {
namespace {

class GenerationsTest : public testing::Test {
 protected:
  absl::Time now_ = absl::UnixEpoch();
  Generations generations_{[this] { return now_; }};
};

TEST_F(GenerationsTest, TheNewestThatWasSeenCounts) {
  EXPECT_EQ(generations_.Newest("c"), 0u);
  generations_.Saw("c", 7);
  // A response that was overtaken.
  generations_.Saw("c", 6);
  EXPECT_EQ(generations_.Newest("c"), 7u);
  EXPECT_EQ(generations_.Newest("d"), 0u);
}

TEST_F(GenerationsTest, AfterAMinuteTheRoomsKnowBetter) {
  generations_.Saw("c", 7);
  now_ += absl::Seconds(59);
  EXPECT_EQ(generations_.Newest("c"), 7u);
  now_ += absl::Seconds(2);
  EXPECT_EQ(generations_.Newest("c"), 0u);
  // As of a store from a backup, which is behind.
  generations_.Saw("c", 5);
  EXPECT_EQ(generations_.Newest("c"), 5u);
}

}  // namespace
}  // namespace footnote
