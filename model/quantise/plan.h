// What a GGUF file of a model holds: its tensors, in which types, and its
// metadata.
#ifndef FOOTNOTE_MODEL_QUANTISE_PLAN_H_
#define FOOTNOTE_MODEL_QUANTISE_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/quantise/gguf_values.h"
#include "model/weights/model_files.h"
#include "model/weights/tensor.h"

namespace footnote {

struct PlannedTensor {
  std::string name;
  TensorType type = TensorType::kFloat32;
  std::vector<uint64_t> shape;  // the outermost side first
  // Where the numbers come from; its bytes live as long as the source.
  Tensor source;
  // Above 0: the rows of each head, that many heads, go from halves that
  // rotate with each other to neighbours that do.
  int heads = 0;
  float offset = 0;             // is added to every number
  std::vector<float> computed;  // instead of a source
};

struct QuantisePlan {
  std::vector<PlannedTensor> tensors;
  GgufValues values;
  // What of the source is not in the result, a sentence each.
  std::vector<std::string> left_out;
};

// The plan for `files` with matrices of `type`, the embedding and the output of
// `ends`. Vectors (norms, biases) stay floats of 32 bits.
//   InvalidArgument  a row is no multiple of the type's block
//   Unimplemented    an architecture or a tensor that GGUF has no name for, or
//                    weights that are rounded already
absl::StatusOr<QuantisePlan> PlanQuantised(const ModelFiles& files,
                                           TensorType type, TensorType ends);

// OK when `written`, the configuration that a file says, computes what
// `source` does; Unimplemented, naming the first difference, when GGUF's
// metadata can't say it.
absl::Status CheckSaysTheSame(const ModelConfig& source,
                              const ModelConfig& written);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_QUANTISE_PLAN_H_
