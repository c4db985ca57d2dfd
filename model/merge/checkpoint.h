// The tensors of a checkpoint of any model: one *.safetensors file, or a
// folder with model.safetensors or with shards and their index.
#ifndef FOOTNOTE_MODEL_MERGE_CHECKPOINT_H_
#define FOOTNOTE_MODEL_MERGE_CHECKPOINT_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/weights/safetensors.h"
#include "model/weights/tensor.h"

namespace footnote {

// Immutable, so safe from many threads. Tensors are mapped and live as long as
// this does.
class Checkpoint {
 public:
  //   NotFound  a file is missing
  //   DataLoss  a file is damaged, or a shard lacks a tensor of the index
  static absl::StatusOr<std::unique_ptr<Checkpoint>> Open(
      const std::string& path);

  const std::map<std::string, Tensor>& tensors() const { return tensors_; }
  const std::string& path() const { return path_; }
  bool is_folder() const { return is_folder_; }

 private:
  Checkpoint() = default;

  std::string path_;
  bool is_folder_ = false;
  std::vector<std::unique_ptr<SafeTensors>> files_;
  std::map<std::string, Tensor> tensors_;
};

// Gives the memory of mapped `bytes` back to the system: they are read from
// the file again when they are used again.
void ReleasePages(absl::string_view bytes);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_MERGE_CHECKPOINT_H_
