// Writes a model's weights anew, in fewer bits.
#ifndef FOOTNOTE_MODEL_QUANTISE_QUANTISE_H_
#define FOOTNOTE_MODEL_QUANTISE_QUANTISE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/weights/tensor.h"

namespace footnote {

struct QuantiseOptions {
  // Of matrices; vectors stay floats of 32 bits.
  TensorType type = TensorType::kQ4K;
  // Of the embedding and the output. kOther: `type`, but Q6_K for types of
  // fewer bits, or Q8_0 where rows are no multiple of Q6_K's block.
  TensorType ends = TensorType::kOther;
  int threads = 1;
};

struct QuantiseReport {
  std::map<std::string, int> tensors;  // by type
  uint64_t source_bytes = 0;
  uint64_t bytes = 0;
  // Sentences: what of the source is not in the result.
  std::vector<std::string> left_out;
};

// "Q4_K" in any case of letters. InvalidArgument, with the names that there
// are, for others.
absl::StatusOr<TensorType> QuantisedTypeNamed(absl::string_view name);

// Writes the model at `source`, a Hugging Face folder or a GGUF file with
// floats, to `target`, a new GGUF file of version 3 (docs: ggml's "GGUF").
// A folder's names, rotations and norms become what GGUF means by them. The
// file appears under its name when it is complete and on disk; until then it
// is TARGET.part, with the room it needs. Weights are worked on a million
// numbers a thread at a time, and their pages given back: memory stays below
// 100 MB and 10 MB a thread, and what the tokenizer takes, for any size.
// `progress` is called with the numbers that are done and all of them.
//   NotFound, DataLoss, …  as ModelFiles::Open; DataLoss also for a number that
//                          is not finite or too large for the type
//   AlreadyExists          `target` is there
//   FailedPrecondition     TARGET.part is the source, or as PartFile::Create
//   InvalidArgument, Unimplemented  as PlanQuantised
//   ResourceExhausted      the disk is full
absl::StatusOr<QuantiseReport> QuantiseModel(
    const std::string& source, const std::string& target,
    const QuantiseOptions& options,
    const std::function<void(uint64_t done, uint64_t all)>& progress);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_QUANTISE_QUANTISE_H_
