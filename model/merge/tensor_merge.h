// The arithmetic of merging one tensor.
#ifndef FOOTNOTE_MODEL_MERGE_TENSOR_MERGE_H_
#define FOOTNOTE_MODEL_MERGE_TENSOR_MERGE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/merge/recipe.h"
#include "model/weights/tensor.h"

namespace footnote {

// What a merge did to one tensor, or to many.
struct MergeCounts {
  uint64_t tensors = 0;
  uint64_t numbers = 0;
  // Of the changes of all models, how many took part.
  uint64_t changes = 0;
  uint64_t kept = 0;
  // Places where two models that take part pull to different sides.
  uint64_t conflicts = 0;
  // Sums of squares of the first model or the base, and of what was added.
  double before = 0;
  double added = 0;

  void Add(const MergeCounts& other);
};

// Merges tensors of one name, type and shape, a few million numbers at a time:
// the memory that it takes does not grow with the tensor. Accumulates in
// double; model by model in the recipe's order.
class TensorMerge {
 public:
  // `base` may be null when the rule's method needs none. All must outlive
  // this and have the same shape, and types that ConvertFloats takes.
  TensorMerge(const MergeRule& rule, uint64_t seed, absl::string_view name,
              const Tensor* base, std::vector<const Tensor*> models);

  // Calls `write` with each part of the result, in order.
  MergeCounts Run(const std::function<void(const float*, size_t)>& write);

 private:
  void Load(size_t begin, size_t count);
  // Frees the memory of the tensors' bytes that were read.
  void Release(size_t begin, size_t count) const;
  // The size of the smallest change that kTies keeps, of each model.
  void FindThresholds();
  // Where the models lie on the circle, for kSlerp.
  void FindAngle();
  void Combine(size_t begin, size_t count, MergeCounts* counts);
  void CombineChanges(size_t begin, size_t count, MergeCounts* counts);

  const MergeRule& rule_;
  const Tensor* base_;
  std::vector<const Tensor*> models_;
  uint64_t numbers_ = 1;
  std::vector<uint64_t> seeds_;  // of each model's chances
  std::vector<float> thresholds_;
  // Places of the threshold's size that are kept, the first ones.
  std::vector<uint64_t> ties_;
  double slerp_[2] = {0, 0};
  std::vector<float> base_part_;
  std::vector<std::vector<float>> parts_;
  std::vector<float> out_;
};

// The chance, from 0 to below 1, of number `index` of a tensor: the same on
// every machine (splitmix64).
double ChanceOf(uint64_t seed, uint64_t index);

// The seed of a tensor's chances: FNV-1a of its name, the seed and the model.
uint64_t ChanceSeed(uint64_t seed, absl::string_view tensor, size_t model);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_MERGE_TENSOR_MERGE_H_
