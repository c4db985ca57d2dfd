#include "generator/extractive/codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "text/span.h"

namespace footnote {
namespace extractive {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Found(const std::string& text) {
  std::vector<std::string> found;
  for (const TextSpan& span : FindCodes(text)) {
    found.push_back(text.substr(span.begin, span.size()));
  }
  return found;
}

TEST(CodesTest, BeginWithALetterAndHoldADigit) {
  EXPECT_THAT(Found("Does ERR-4012 mean the CO2 of v2.3.1?"),
              ElementsAre("ERR-4012", "CO2", "v2.3.1"));
  EXPECT_THAT(Found("К-317 и PX-200の保証期間"),
              ElementsAre("К-317", "PX-200"));
  EXPECT_THAT(Found("See INC-2026-031."), ElementsAre("INC-2026-031"));
  EXPECT_THAT(Found("In 1990s, on the 4th, a well-known 17 km"), IsEmpty());
  // "in 1729" and "the 1" are two words each.
  EXPECT_THAT(Found("ב1729 ال1 第3条"), IsEmpty());
  EXPECT_THAT(Found(""), IsEmpty());
  EXPECT_THAT(Found("\xff"
                    "A1\xe4"),
              ElementsAre("A1"));
}

TEST(CodesTest, MayBeWrittenOtherwise) {
  EXPECT_THAT(OtherWritings("AS-206"), ElementsAre("AS206"));
  EXPECT_THAT(OtherWritings("AS206"), ElementsAre("206"));
  EXPECT_THAT(OtherWritings("v2.3.1"), ElementsAre("2.3.1"));
  EXPECT_THAT(OtherWritings("2.3.1"), ElementsAre("v2.3.1"));
  EXPECT_THAT(OtherWritings("INC-2026-031"), IsEmpty());
  EXPECT_THAT(OtherWritings("H2O"), IsEmpty());
  EXPECT_THAT(OtherWritings("2026"), IsEmpty());
  EXPECT_THAT(OtherWritings("-4"), IsEmpty());
  EXPECT_THAT(OtherWritings(""), IsEmpty());
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
