#include "indexer/sources/robots.h"

#include <gtest/gtest.h>

#include <string>

namespace footnote {
namespace {

constexpr char kText[] =
    "User-agent: other\nDisallow: /\n\n"
    "User-agent: *\nUser-agent: second\n"
    "Disallow: /private/ # keep out\nAllow: /private/open/\n"
    "Disallow: /*.pdf$\nDisallow:\nCrawl-delay: 2\n";

TEST(RobotsTest, FollowsTheLongestRuleOfTheGroupForAll) {
  const Robots robots(kText, "footnote");
  EXPECT_TRUE(robots.Allows("/"));
  EXPECT_FALSE(robots.Allows("/private/a.html"));
  EXPECT_TRUE(robots.Allows("/private/open/a.html"));
  EXPECT_FALSE(robots.Allows("/docs/a.pdf"));
  EXPECT_TRUE(robots.Allows("/docs/a.pdf?x"));
  EXPECT_EQ(robots.delay(), absl::Seconds(2));
}

TEST(RobotsTest, PrefersTheGroupOfItsOwnName) {
  const Robots robots(std::string(kText) +
                          "\nUser-Agent: Footnote\n"
                          "Disallow: /no/\n",
                      "footnote");
  EXPECT_TRUE(robots.Allows("/private/a.html"));
  EXPECT_FALSE(robots.Allows("/no/a.html"));
  EXPECT_EQ(robots.delay(), absl::ZeroDuration());
}

TEST(RobotsTest, AllowsEverythingWhereNothingIsSaid) {
  EXPECT_TRUE(Robots().Allows("/a"));
  EXPECT_TRUE(Robots("", "footnote").Allows("/a"));
  EXPECT_TRUE(Robots("\xff\0:::\n:\n*", "footnote").Allows("/a"));
  EXPECT_TRUE(Robots("Disallow: /\n", "footnote").Allows("/a"));
}

TEST(RobotsTest, MatchesStarsAnywhere) {
  const Robots robots("User-agent: *\nDisallow: /a*b*c$\nDisallow: *secret\n",
                      "footnote");
  EXPECT_FALSE(robots.Allows("/axxbyyc"));
  EXPECT_TRUE(robots.Allows("/axxbyycd"));
  EXPECT_FALSE(robots.Allows("/abcbc"));
  EXPECT_FALSE(robots.Allows("/x/secret/y"));
  EXPECT_TRUE(robots.Allows("/ac"));
}

}  // namespace
}  // namespace footnote
