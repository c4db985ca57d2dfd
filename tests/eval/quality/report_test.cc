#include "eval/quality/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/file.h"

namespace footnote {
namespace {

Report Example() {
  Report report({{"questions", 0}, {"contains"}, {"abstain_right"}});
  report.Set("de", "questions", 150);
  report.Set("de", "contains", .5);
  report.Set("fa", "questions", 200);
  report.Set("fa", "contains", .75);
  report.Set("fa", "abstain_right", .25);
  report.AddLanguage("he");
  return report;
}

TEST(ReportTest, MeansLeaveOutWhatDoesNotExist) {
  const auto json = nlohmann::json::parse(Example().ToJson());
  EXPECT_DOUBLE_EQ(json["mean"]["contains"], .625);
  EXPECT_DOUBLE_EQ(json["mean"]["abstain_right"], .25);
  EXPECT_DOUBLE_EQ(json["mean"]["questions"], 175);
}

TEST(ReportTest, AFigureThatDoesNotExistIsNull) {
  const auto json = nlohmann::json::parse(Example().ToJson());
  EXPECT_TRUE(json["languages"]["de"]["abstain_right"].is_null());
  EXPECT_TRUE(json["languages"]["he"]["questions"].is_null());
  Report empty({{"contains"}});
  EXPECT_TRUE(
      nlohmann::json::parse(empty.ToJson())["mean"]["contains"].is_null());
}

TEST(ReportTest, HoldsNothingButMeanAndLanguages) {
  const auto json = nlohmann::json::parse(Example().ToJson());
  EXPECT_EQ(json.size(), 2u);
  EXPECT_EQ(json["languages"].size(), 3u);
  EXPECT_EQ(json["languages"]["de"].size(), 3u);
}

TEST(ReportTest, WritesTheSameToAFile) {
  const std::string path = testing::TempDir() + "/report.json";
  ASSERT_TRUE(Example().Write(path).ok());
  EXPECT_EQ(*ReadFile(path), Example().ToJson());
  EXPECT_FALSE(Example().Write("/nowhere/at/all/report.json").ok());
}

TEST(ReportTest, TableEndsWithTheMeans) {
  EXPECT_EQ(Example().ToTable(),
            "      questions contains abstain_right\n"
            "de          150    0.500             -\n"
            "fa          200    0.750         0.250\n"
            "he            -        -             -\n"
            "mean        175    0.625         0.250\n");
}

}  // namespace
}  // namespace footnote
