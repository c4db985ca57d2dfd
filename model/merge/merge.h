// Merges checkpoints of one architecture into one, tensor by tensor.
#ifndef FOOTNOTE_MODEL_MERGE_MERGE_H_
#define FOOTNOTE_MODEL_MERGE_MERGE_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/merge/recipe.h"
#include "model/merge/tensor_merge.h"

namespace footnote {

struct MergeReport {
  // By rule, in the recipe's order: "*mlp*: ties".
  std::vector<std::pair<std::string, MergeCounts>> rules;
  // Tensors that are not floats and were copied.
  uint64_t copied = 0;
  uint64_t bytes = 0;  // of the result
};

// Writes the merge of `recipe`'s checkpoints to `out`: a *.safetensors file;
// or, when `out` has no such ending, a new folder with model.safetensors and
// the small files of the base, or of the first model, beside it. Numbers have
// the type that they have there, rounded to the nearest, halves to even.
// Memory stays below 100 MB for any size.
// `progress` is called with the share that is done, 0 to 1.
//   NotFound            a file is missing
//   DataLoss            a file is damaged, or a result is not finite
//   InvalidArgument     a tensor is missing in one model, or has another shape;
//                       or integers differ between models
//   FailedPrecondition  `out` is there already
absl::StatusOr<MergeReport> MergeCheckpoints(
    const MergeRecipe& recipe, const std::string& out,
    const std::function<void(double)>& progress);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_MERGE_MERGE_H_
