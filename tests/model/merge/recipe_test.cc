#include "model/merge/recipe.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace footnote {
namespace {

TEST(RecipeTest, LayersChangeWhatTheySayAndTheFirstThatFitsCounts) {
  const auto recipe = ParseMergeRecipe(
      R"({"method": "ties", "base": "parent", "density": 0.5, "seed": 3,
          "models": [{"path": "a", "weight": 0.6}, {"path": "/b"}],
          "layers": [
            {"pattern": "*.mlp.*", "density": 0.2, "weights": [1, 2]},
            {"pattern": "layers.3.*", "method": "slerp"}]})",
      "folder");
  ASSERT_TRUE(recipe.ok()) << recipe.status();
  EXPECT_EQ(recipe->base, "folder/parent");
  EXPECT_EQ(recipe->models, (std::vector<std::string>{"folder/a", "/b"}));
  EXPECT_EQ(recipe->seed, 3);
  const MergeRule& mlp = recipe->RuleFor("layers.3.mlp.up");
  EXPECT_EQ(mlp.method, MergeMethod::kTies);
  EXPECT_EQ(mlp.density, 0.2);
  EXPECT_EQ(mlp.weights, (std::vector<double>{1, 2}));
  EXPECT_EQ(recipe->RuleFor("layers.3.norm").method, MergeMethod::kSlerp);
  const MergeRule& rest = recipe->RuleFor("layers.4.norm");
  EXPECT_EQ(rest.density, 0.5);
  EXPECT_EQ(rest.weights, (std::vector<double>{0.6, 1}));
}

struct WrongCase {
  const char* name;
  const char* json;
  const char* says;
};

class WrongRecipeTest : public testing::TestWithParam<WrongCase> {};

TEST_P(WrongRecipeTest, IsRefusedByName) {
  const absl::Status status = ParseMergeRecipe(GetParam().json, "").status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), GetParam().says)) << status;
}

INSTANTIATE_TEST_SUITE_P(
    Recipes, WrongRecipeTest,
    testing::Values(
        WrongCase{"NotJson", "{", "JSON"},
        WrongCase{"NoModels", R"({"method": "linear"})", "models"},
        WrongCase{"UnknownKey", R"({"modles": []})", "modles"},
        WrongCase{"UnknownMethod",
                  R"({"method": "mean", "models": [{"path": "a"}]})", "mean"},
        WrongCase{"NoBase", R"({"method": "ties", "models": [{"path": "a"}]})",
                  "base"},
        WrongCase{"SlerpOfThree",
                  R"({"method": "slerp", "models": [{"path": "a"},
                      {"path": "b"}, {"path": "c"}]})",
                  "3 models"},
        WrongCase{"WeightsOfNothing",
                  R"({"models": [{"path": "a", "weight": 0}]})", "sum is 0"},
        WrongCase{"Density", R"({"density": 0, "models": [{"path": "a"}]})",
                  "density"},
        WrongCase{"TooFewWeights",
                  R"({"models": [{"path": "a"}, {"path": "b"}],
                      "layers": [{"pattern": "*", "weights": [1]}]})",
                  "1 weights for 2 models"}),
    [](const testing::TestParamInfo<WrongCase>& info) {
      return std::string(info.param.name);
    });

TEST(PatternTest, StarStandsForAnyLetters) {
  EXPECT_TRUE(FitsPattern("*", ""));
  EXPECT_TRUE(FitsPattern("a*c", "abc"));
  EXPECT_TRUE(FitsPattern("a*c", "ac"));
  EXPECT_TRUE(FitsPattern("*ab*ab", "abcababab"));
  EXPECT_FALSE(FitsPattern("a*c", "abcd"));
  EXPECT_FALSE(FitsPattern("", "a"));
  EXPECT_FALSE(FitsPattern("ab", "a"));
}

}  // namespace
}  // namespace footnote
