#include "text/analyzer_pool.h"

#include <gtest/gtest.h>

namespace footnote {
namespace {

using Lease = AnalyzerPool::Lease;

TEST(AnalyzerPoolTest, GivesTheOneThatCameBack) {
  AnalyzerPool pool;
  const Analyzer* first = nullptr;
  {
    const Lease lease(&pool);
    first = lease.get();
    EXPECT_EQ(pool.size(), 0);
  }
  EXPECT_EQ(pool.size(), 1);
  const Lease again(&pool);
  EXPECT_EQ(again.get(), first);
}

TEST(AnalyzerPoolTest, NoTwoHaveTheSame) {
  AnalyzerPool pool(2);
  const Lease one(&pool);
  const Lease two(&pool);
  const Lease three(&pool);
  EXPECT_NE(one.get(), two.get());
  EXPECT_NE(one.get(), three.get());
  EXPECT_NE(two.get(), three.get());
}

TEST(AnalyzerPoolTest, KeepsNoMoreThanItMayOfACrowd) {
  AnalyzerPool pool(2);
  {
    const Lease one(&pool);
    const Lease two(&pool);
    const Lease three(&pool);
  }
  EXPECT_EQ(pool.size(), 2);
}

}  // namespace
}  // namespace footnote
