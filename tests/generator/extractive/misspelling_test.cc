#include "generator/extractive/misspelling.h"

#include <gtest/gtest.h>

namespace footnote {
namespace extractive {
namespace {

TEST(MisspellingTest, IsOneSlip) {
  EXPECT_TRUE(IsMisspelling("anual", "annual"));
  EXPECT_TRUE(IsMisspelling("warrranty", "warranty"));
  EXPECT_TRUE(IsMisspelling("warrenty", "warranty"));
  EXPECT_TRUE(IsMisspelling("warratny", "warranty"));
  EXPECT_TRUE(IsMisspelling("warrant", "warranty"));
  EXPECT_TRUE(IsMisspelling("гарнтия", "гарантия"));
  EXPECT_TRUE(IsMisspelling("spaetschicht", "spatschicht"));
}

TEST(MisspellingTest, IsNotTwoSlipsNorAnotherBeginning) {
  EXPECT_FALSE(IsMisspelling("warranty", "warranty"));
  EXPECT_FALSE(IsMisspelling("warenty", "warranty"));
  EXPECT_FALSE(IsMisspelling("warrytan", "warranty"));
  EXPECT_FALSE(IsMisspelling("house", "mouse"));
  EXPECT_FALSE(IsMisspelling("leave", "lease of"));
  EXPECT_FALSE(IsMisspelling("", "a"));
  EXPECT_FALSE(IsMisspelling("a", ""));
  EXPECT_FALSE(IsMisspelling("a", "b"));
}

TEST(MisspellingTest, SurvivesInvalidBytes) {
  EXPECT_TRUE(IsMisspelling("a\xff", "a"));
  EXPECT_FALSE(IsMisspelling("\xff\xfe", "\xe4"));
}

}  // namespace
}  // namespace extractive
}  // namespace footnote
