#include "indexer/file_order.h"

#include <gtest/gtest.h>

namespace footnote {
namespace {

TEST(FileOrderTest, TellsWhatCameOfALaterFile) {
  FileOrder order;
  const uint64_t first = order.Begin("l");
  const uint64_t second = order.Begin("l");
  const uint64_t third = order.Begin("l");
  order.Came("l", second, "l#x");
  EXPECT_TRUE(order.ComesLate("l", first, "l#x"));
  EXPECT_FALSE(order.ComesLate("l", second, "l#x")) << "twice in one part";
  EXPECT_FALSE(order.ComesLate("l", third, "l#x"));
  EXPECT_FALSE(order.ComesLate("l", first, "l#y"));
  order.Came("l", third, "l#x");
  order.End("l", third);
  EXPECT_TRUE(order.ComesLate("l", second, "l#x")) << "its file has ended";
}

TEST(FileOrderTest, ForgetsWhatNobodyEarlierCanHold) {
  FileOrder order;
  const uint64_t first = order.Begin("l");
  const uint64_t second = order.Begin("l");
  order.Came("l", first, "l#x");
  order.Came("l", second, "l#y");
  order.End("l", first);
  order.End("l", second);
  const uint64_t again = order.Begin("l");
  EXPECT_FALSE(order.ComesLate("l", again, "l#x"));
  EXPECT_FALSE(order.ComesLate("l", again, "l#y"));
}

TEST(FileOrderTest, WhatFailedIsInNoFilesWay) {
  FileOrder order;
  const uint64_t first = order.Begin("l");
  const uint64_t second = order.Begin("l");
  order.Came("l", second, "l#x");
  order.Came("l", second, "l#y");
  order.Failed("l#x");
  EXPECT_FALSE(order.ComesLate("l", first, "l#x"));
  EXPECT_TRUE(order.ComesLate("l", first, "l#y"));
}

TEST(FileOrderTest, WhatWasInBeforeAFailureStaysInTheWay) {
  FileOrder order;
  const uint64_t first = order.Begin("l");
  const uint64_t second = order.Begin("l");
  const uint64_t third = order.Begin("l");
  order.Came("l", second, "l#x");
  order.Came("l", third, "l#x");
  order.Failed("l#x");
  EXPECT_TRUE(order.ComesLate("l", first, "l#x"));
  EXPECT_FALSE(order.ComesLate("l", second, "l#x"));
}

TEST(FileOrderTest, FilesOfOtherIdsAreNothingToIt) {
  FileOrder order;
  const uint64_t a = order.Begin("a");
  const uint64_t b = order.Begin("b");
  order.Came("b", b, "x");
  EXPECT_FALSE(order.ComesLate("a", a, "x"));
}

}  // namespace
}  // namespace footnote
