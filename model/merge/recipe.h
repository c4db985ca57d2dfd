// What to merge, and how: read from a JSON file.
//
//   {"method": "ties", "base": "parent", "density": 0.5, "scale": 1,
//    "models": [{"path": "a", "weight": 0.6}, {"path": "b", "weight": 0.4}],
//    "layers": [{"pattern": "*embed_tokens*", "method": "linear",
//                "weights": [1, 0]}]}
//
// Of "layers" the first whose pattern fits a tensor's name counts; * stands for
// any letters. What it leaves out is as above. Paths that are not absolute
// begin at the recipe's folder.
#ifndef FOOTNOTE_MODEL_MERGE_RECIPE_H_
#define FOOTNOTE_MODEL_MERGE_RECIPE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

enum class MergeMethod {
  kLinear,          // the weighted mean of the models
  kSlerp,           // two models, along the great circle between them
  kTaskArithmetic,  // base + scale * weighted sum of what each model changed
  kTies,            // of the changes: largest kept, signs elected, mean
  kDare,            // changes dropped at random, the rest rescaled, summed
  kDareTies,        // the same, then signs elected
};

// "linear", "slerp", "task_arithmetic", "ties", "dare", "dare_ties".
absl::string_view MergeMethodName(MergeMethod method);

// How one tensor is merged.
struct MergeRule {
  std::string pattern = "*";
  MergeMethod method = MergeMethod::kLinear;
  std::vector<double> weights;  // of the models, in order
  // Share of the changes that kTies keeps by size, kDare by chance.
  double density = 1;
  double scale = 1;  // of the merged change
};

struct MergeRecipe {
  std::vector<std::string> models;
  std::string base;  // empty: none; needed by all but kLinear and kSlerp
  uint64_t seed = 0;
  // The first that fits a tensor is its rule; the last fits all.
  std::vector<MergeRule> rules;

  const MergeRule& RuleFor(absl::string_view tensor) const;
};

// InvalidArgument, naming the key, when it is not JSON, a key is unknown or a
// value cannot be. `folder` is where relative paths begin.
absl::StatusOr<MergeRecipe> ParseMergeRecipe(absl::string_view json,
                                             absl::string_view folder);

// True when `text` is `pattern` with some text for each *.
bool FitsPattern(absl::string_view pattern, absl::string_view text);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_MERGE_RECIPE_H_
