// The files of one model, opened: a Hugging Face folder or a GGUF file, behind
// one set of names.
#ifndef FOOTNOTE_MODEL_WEIGHTS_MODEL_FILES_H_
#define FOOTNOTE_MODEL_WEIGHTS_MODEL_FILES_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/weights/gguf.h"
#include "model/weights/model_config.h"
#include "model/weights/safetensors.h"
#include "model/weights/tensor.h"

namespace footnote {

// The name that tensor `name` of a Hugging Face folder has in a GGUF file;
// empty where there is none that is known. `sandwich` as ModelConfig has it.
std::string GgufTensorName(absl::string_view name, bool sandwich);

// Immutable, so safe from many threads. Views that it gives live as long as it
// does: weights are mapped and used in place.
class ModelFiles {
 public:
  // `path` is a folder with config.json and model.safetensors, or
  // model.safetensors.index.json and the shards that it names; or a *.gguf
  // file.
  //   NotFound       a file is missing
  //   DataLoss       a file is damaged; a shard lacks a tensor of the index
  //   InvalidArgument, Unimplemented  as ConfigFromJson and ConfigFromGguf
  static absl::StatusOr<std::unique_ptr<ModelFiles>> Open(
      const std::string& path);

  const ModelConfig& config() const { return config_; }

  // Tensors by Hugging Face's names ("model.layers.0.mlp.up_proj.weight"),
  // also those of a GGUF file.
  const std::map<std::string, Tensor>& tensors() const { return tensors_; }

  // Tensor `name` of `shape`; DataLoss when there is none or when it has
  // another shape.
  absl::StatusOr<Tensor> Find(absl::string_view name,
                              const std::vector<uint64_t>& shape) const;
  bool Contains(absl::string_view name) const {
    return tensors_.count(std::string(name)) > 0;
  }

  // Null for a folder.
  const Gguf* gguf() const { return gguf_.get(); }
  // The folder, or the file.
  const std::string& path() const { return path_; }
  // Bytes of all weight files.
  uint64_t bytes() const;

  // SHA-256 over all weight files in the order of their names, in hexadecimal.
  // Reads every byte: about half a second for each gigabyte.
  std::string Hash() const;

 private:
  ModelFiles() = default;
  absl::Status OpenFolder();
  absl::Status OpenIndex(absl::string_view json, const std::string& file);
  absl::Status OpenGguf();
  absl::Status AddShard(const std::string& file);
  absl::Status Damaged(absl::string_view part, absl::string_view why) const;

  std::string path_;
  ModelConfig config_;
  std::unique_ptr<Gguf> gguf_;
  std::map<std::string, std::unique_ptr<SafeTensors>> shards_;
  std::map<std::string, Tensor> tensors_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_WEIGHTS_MODEL_FILES_H_
