#include "retriever/repeats.h"

#include <string>

#include "gtest/gtest.h"

namespace footnote {
namespace {

TEST(SharedTextTest, IsThePartOfTheShorterText) {
  const std::string text =
      "The lighthouse of Eddystone was built in 1759 by John Smeaton.";
  EXPECT_EQ(SharedText(text, text), 1);
  EXPECT_EQ(SharedText(text, "Before it. " + text + " And behind it."), 1);
  EXPECT_EQ(SharedText("Before it. " + text + " And behind it.", text), 1);
  EXPECT_EQ(SharedText(text, "Green tea is brewed at seventy degrees."), 0);
  const double changed = SharedText(
      text, "The lighthouse of Eddystone was built in 1809 by John Smeaton.");
  EXPECT_GT(changed, 0.7);
  EXPECT_LT(changed, 1);
}

TEST(SharedTextTest, CasePunctuationAndSpacesDoNotCount) {
  EXPECT_EQ(
      SharedText("The tower, built of GRANITE.", "the tower built\nof granite"),
      1);
  EXPECT_EQ(SharedText("绿茶应当用七十度左右的热水冲泡。",
                       "绿茶应当用七十度左右的热水，冲泡"),
            1);
}

TEST(SharedTextTest, WhatIsTooShortSharesNothing) {
  EXPECT_EQ(SharedText("", ""), 0);
  EXPECT_EQ(SharedText("short", "short"), 0);
}

}  // namespace
}  // namespace footnote
