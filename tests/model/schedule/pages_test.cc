#include "model/schedule/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <set>
#include <vector>

namespace footnote {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Three pages of text and the token after them, from `first` on.
std::vector<int32_t> Ids(int32_t first) {
  std::vector<int32_t> ids(3 * kPageTokens + 1);
  std::iota(ids.begin(), ids.end(), first);
  return ids;
}

// Has the book give pages for `ids`, as to one who computes all of them.
void Compute(const std::vector<int32_t>& ids, PageBook* book) {
  PageTables tables;
  const int computed = book->Recall(ids, &tables);
  book->Extend(static_cast<int>(ids.size()), &tables);
  book->Settle(ids, computed / kPageTokens, static_cast<int>(ids.size()),
               &tables);
  book->Drop(&tables);
}

TEST(PageBookTest, ForgetsWhatNobodyHasUsedSinceTheCallBefore) {
  PageBook book({100, 100}, {0, 20}, true);
  Compute(Ids(0), &book);
  Compute(Ids(1000), &book);
  book.ForgetUnused();
  PageTables tables;
  EXPECT_EQ(book.Recall(Ids(0), &tables), 3 * kPageTokens);
  book.Drop(&tables);
  const int used = book.used();
  book.ForgetUnused();
  EXPECT_LT(book.used(), used);
  EXPECT_EQ(book.Recall(Ids(1000), &tables), 0);
  EXPECT_EQ(book.Recall(Ids(0), &tables), 3 * kPageTokens);
  book.Drop(&tables);
  book.ForgetUnused();
  book.ForgetUnused();
  EXPECT_EQ(book.used(), 0);
}

TEST(PageBookTest, PagesOfWhoRunsAreForgottenByTheOthersAlone) {
  PageBook book({10}, {0}, true);
  PageTables tables;
  Compute(Ids(0), &book);
  EXPECT_EQ(book.Recall(Ids(0), &tables), 3 * kPageTokens);
  book.TakeFreed(0);
  book.ForgetUnused();
  book.ForgetUnused();
  EXPECT_EQ(book.used(), 3);
  EXPECT_THAT(book.TakeFreed(0), IsEmpty());
  book.Drop(&tables);
  EXPECT_EQ(book.used(), 0);
  EXPECT_THAT(book.TakeFreed(0), SizeIs(3));
}

TEST(PageBookTest, GivenBackIsToldOnceAndNotWhileItIsTakenAgain) {
  PageBook book({4}, {0}, true);
  Compute(Ids(0), &book);
  // The page of the last token.
  const std::vector<int32_t> last = book.TakeFreed(0);
  EXPECT_THAT(last, SizeIs(1));
  EXPECT_THAT(book.TakeFreed(0), IsEmpty());
  // There is room for no other: all of them go and come.
  PageTables tables;
  book.Recall(Ids(1000), &tables);
  book.Extend(4 * kPageTokens, &tables);
  EXPECT_THAT(book.TakeFreed(0), IsEmpty());
  book.Drop(&tables);
  const std::vector<int32_t> all = book.TakeFreed(0);
  EXPECT_EQ(std::set<int32_t>(all.begin(), all.end()),
            std::set<int32_t>({0, 1, 2, 3}));
}

}  // namespace
}  // namespace footnote
