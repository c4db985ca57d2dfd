#include "indexer/cli_common.h"

#include <gtest/gtest.h>

namespace footnote {
namespace {

TEST(CountedTest, OfOneThingTheNounIsSingular) {
  EXPECT_EQ(Counted(0, "passage"), "0 passages");
  EXPECT_EQ(Counted(1, "passage"), "1 passage");
  EXPECT_EQ(Counted(2, "passage"), "2 passages");
  EXPECT_EQ(Counted(1001, "passage"), "1,001 passages");
}

}  // namespace
}  // namespace footnote
