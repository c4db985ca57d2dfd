#include "indexer/claims.h"

#include <gtest/gtest.h>

#include <thread>

namespace footnote {
namespace {

TEST(DocumentClaimsTest, ADocumentBelongsToOneAtATime) {
  DocumentClaims claims;
  EXPECT_TRUE(claims.TryClaim("c", "a"));
  EXPECT_FALSE(claims.TryClaim("c", "a"));
  EXPECT_TRUE(claims.TryClaim("other", "a"));
  claims.Release("c", "a");
  EXPECT_TRUE(claims.TryClaim("c", "a"));
}

TEST(DocumentClaimsTest, WaitingIsSeenAndEndsWithTheRelease) {
  DocumentClaims claims;
  ASSERT_TRUE(claims.TryClaim("c", "a"));
  std::thread other(
      [&] { EXPECT_TRUE(claims.Wait("c", "a", absl::Seconds(20))); });
  while (!claims.wanted()) std::this_thread::yield();
  claims.Release("c", "a");
  other.join();
  EXPECT_FALSE(claims.wanted());
  EXPECT_FALSE(claims.TryClaim("c", "a"));
}

TEST(DocumentClaimsTest, PatienceEnds) {
  DocumentClaims claims;
  ASSERT_TRUE(claims.TryClaim("c", "a"));
  EXPECT_FALSE(claims.Wait("c", "a", absl::Milliseconds(5)));
}

}  // namespace
}  // namespace footnote
