#include "base/quote.h"

#include <gtest/gtest.h>

namespace footnote {
namespace {

const std::vector<absl::string_view> kSources = {
    "The library was opened in 1923 after long works.",
    "The garden has forty trees and one well."};

TEST(QuoteOriginTest, KnowsTheCitedStretch) {
  EXPECT_EQ(FindQuoteOrigin("opened in 1923", "opened in 1923", {}),
            QuoteOrigin::kCited);
}

TEST(QuoteOriginTest, FindsAQuoteElsewhere) {
  EXPECT_EQ(FindQuoteOrigin("forty trees", "opened in 1923", kSources),
            QuoteOrigin::kElsewhere);
}

TEST(QuoteOriginTest, FindsTheSeam) {
  EXPECT_EQ(
      FindQuoteOrigin("The library was opened has forty trees", "x", kSources),
      QuoteOrigin::kStitched);
}

TEST(QuoteOriginTest, DoesNotStitchCrumbs) {
  EXPECT_EQ(FindQuoteOrigin("The works trees in was", "x", kSources),
            QuoteOrigin::kNowhere);
}

TEST(QuoteOriginTest, AnEmptyQuoteIsNowhere) {
  EXPECT_EQ(FindQuoteOrigin("", "", kSources), QuoteOrigin::kNowhere);
}

TEST(QuoteOriginTest, OneLetterMakesItNowhere) {
  EXPECT_EQ(FindQuoteOrigin("opened in 1924 after long works.", "x", kSources),
            QuoteOrigin::kNowhere);
}

}  // namespace
}  // namespace footnote
