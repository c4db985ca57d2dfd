// Compares a model with what another program computed for it.
#ifndef FOOTNOTE_MODEL_GOLDEN_H_
#define FOOTNOTE_MODEL_GOLDEN_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "model/decoder/device.h"

namespace footnote {

struct GoldenReport {
  // Largest absolute difference, by the golden tensor's name, in the order in
  // which a forward pass makes them.
  std::vector<std::pair<std::string, double>> differences;
  double logits = 0;         // of the prompt, in one step
  double greedy_logits = 0;  // of the tokens after it, one step each
  int greedy_tokens = 0;     // that the golden has
  int greedy_equal = 0;      // of them, from the first on
};

// `folder` is a model with golden.safetensors: ids [T], logits [T, vocabulary],
// greedy.ids [G], greedy.logits [G, vocabulary] and any of layer<i>.{norm, q,
// k, attn_out, mlp_out, out} and final_norm.
//   NotFound, DataLoss, … as ModelFiles::Open; DataLoss when golden.safetensors
//   lacks one of the first four or a shape does not fit
absl::StatusOr<GoldenReport> CompareGolden(const std::string& folder,
                                           int threads);

// The same on another device; without `watches`, only logits are looked at, so
// that a step is one piece for it.
absl::StatusOr<GoldenReport> CompareGoldenOn(const std::string& folder,
                                             std::unique_ptr<Device> device,
                                             bool watches);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_GOLDEN_H_
