#include "model/weights/model_files.h"

#include <sys/stat.h>

#include <set>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "simdjson.h"

namespace footnote {
namespace {

constexpr size_t kMaxJsonBytes = size_t{64} << 20;
constexpr char kSingle[] = "model.safetensors";
constexpr char kIndex[] = "model.safetensors.index.json";

struct Renaming {
  absl::string_view gguf;
  absl::string_view name;
};

constexpr Renaming kWhole[] = {
    {"token_embd.weight", "model.embed_tokens.weight"},
    {"output_norm.weight", "model.norm.weight"},
    {"output.weight", "lm_head.weight"},
};

// Inside a layer; ".weight" or ".bias" follows.
constexpr Renaming kInLayer[] = {
    {"attn_norm", "input_layernorm"},
    {"attn_q", "self_attn.q_proj"},
    {"attn_k", "self_attn.k_proj"},
    {"attn_v", "self_attn.v_proj"},
    {"attn_output", "self_attn.o_proj"},
    {"attn_q_norm", "self_attn.q_norm"},
    {"attn_k_norm", "self_attn.k_norm"},
    {"ffn_norm", "post_attention_layernorm"},
    {"ffn_gate", "mlp.gate_proj"},
    {"ffn_up", "mlp.up_proj"},
    {"ffn_down", "mlp.down_proj"},
    {"post_attention_norm", "post_attention_layernorm"},
    {"post_ffw_norm", "post_feedforward_layernorm"},
};

// The name that `gguf` has in a Hugging Face folder; what is unknown stays.
std::string HuggingFaceName(absl::string_view gguf, bool sandwich) {
  for (const Renaming& one : kWhole) {
    if (gguf == one.gguf) return std::string(one.name);
  }
  absl::string_view rest = gguf;
  if (!absl::ConsumePrefix(&rest, "blk.")) return std::string(gguf);
  const size_t dot = rest.find('.');
  const size_t last = rest.rfind('.');
  if (dot == rest.npos || last <= dot) return std::string(gguf);
  absl::string_view part = rest.substr(dot + 1, last - dot - 1);
  for (const Renaming& one : kInLayer) {
    if (part != one.gguf) continue;
    const absl::string_view name =
        sandwich && part == "ffn_norm" ? "pre_feedforward_layernorm" : one.name;
    return absl::StrCat("model.layers.", rest.substr(0, dot), ".", name,
                        rest.substr(last));
  }
  return std::string(gguf);
}

}  // namespace

std::string GgufTensorName(absl::string_view name, bool sandwich) {
  for (const Renaming& one : kWhole) {
    if (name == one.name) return std::string(one.gguf);
  }
  absl::string_view rest = name;
  if (!absl::ConsumePrefix(&rest, "model.layers.")) return "";
  const size_t dot = rest.find('.');
  if (dot == rest.npos) return "";
  for (const Renaming& one : kInLayer) {
    for (const absl::string_view end : {".weight", ".bias"}) {
      const std::string gguf =
          absl::StrCat("blk.", rest.substr(0, dot), ".", one.gguf, end);
      if (HuggingFaceName(gguf, sandwich) == name) return gguf;
    }
  }
  return "";
}

namespace {

bool IsFolder(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool Exists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ModelFiles>> ModelFiles::Open(
    const std::string& path) {
  std::unique_ptr<ModelFiles> files = absl::WrapUnique(new ModelFiles());
  files->path_ = path;
  if (IsFolder(path)) {
    RETURN_IF_ERROR(files->OpenFolder());
  } else {
    RETURN_IF_ERROR(files->OpenGguf());
  }
  return files;
}

absl::Status ModelFiles::Damaged(absl::string_view part,
                                 absl::string_view why) const {
  return absl::DataLossError(
      absl::StrCat("weights ", path_, ": ", part, ": ", why));
}

absl::Status ModelFiles::OpenGguf() {
  ASSIGN_OR_RETURN(gguf_, Gguf::Open(path_));
  ASSIGN_OR_RETURN(config_, ConfigFromGguf(*gguf_));
  for (const auto& [name, tensor] : gguf_->tensors()) {
    const std::string renamed = HuggingFaceName(name, config_.sandwich);
    if (!tensors_.emplace(renamed, tensor).second) {
      return Damaged(absl::StrCat("tensor ", name),
                     absl::StrCat("stands there twice, as ", renamed));
    }
  }
  return absl::OkStatus();
}

absl::Status ModelFiles::OpenFolder() {
  const std::string config = absl::StrCat(path_, "/config.json");
  ASSIGN_OR_RETURN(const std::string json, ReadFile(config, kMaxJsonBytes));
  ASSIGN_OR_RETURN(config_, ConfigFromJson(json, config));
  const std::string index = absl::StrCat(path_, "/", kIndex);
  if (Exists(absl::StrCat(path_, "/", kSingle)) || !Exists(index)) {
    return AddShard(kSingle);
  }
  ASSIGN_OR_RETURN(const std::string map, ReadFile(index, kMaxJsonBytes));
  return OpenIndex(map, index);
}

absl::Status ModelFiles::AddShard(const std::string& file) {
  ASSIGN_OR_RETURN(std::unique_ptr<SafeTensors> shard,
                   SafeTensors::Open(absl::StrCat(path_, "/", file)));
  for (const auto& [name, tensor] : shard->tensors()) {
    if (!tensors_.emplace(name, tensor).second) {
      return Damaged(absl::StrCat("tensor ", name),
                     absl::StrCat("stands in ", file, " once more"));
    }
  }
  shards_.emplace(file, std::move(shard));
  return absl::OkStatus();
}

absl::Status ModelFiles::OpenIndex(absl::string_view json,
                                   const std::string& file) {
  simdjson::dom::parser parser;
  simdjson::dom::object map;
  if (parser.parse(json.data(), json.size())["weight_map"].get(map) !=
      simdjson::SUCCESS) {
    return absl::DataLossError(
        absl::StrCat("index ", file, ": want an object weight_map"));
  }
  std::set<std::string> shards;
  for (const auto field : map) {
    std::string_view shard;
    // A name from the file must not lead out of the folder.
    if (field.value.get(shard) != simdjson::SUCCESS || shard.empty() ||
        shard[0] == '.' || shard.find('/') != shard.npos) {
      return absl::DataLossError(
          absl::StrCat("index ", file, ": tensor ", std::string(field.key),
                       ": want the name of a file in this folder"));
    }
    shards.emplace(shard);
  }
  for (const std::string& shard : shards) RETURN_IF_ERROR(AddShard(shard));
  for (const auto field : map) {
    const std::string name(field.key);
    const std::string shard(field.value.get_string().value_unsafe());
    if (shards_[shard]->tensors().count(name) == 0) {
      return Damaged(
          absl::StrCat("tensor ", name),
          absl::StrCat("the index says it is in ", shard, ", but it is not"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Tensor> ModelFiles::Find(
    absl::string_view name, const std::vector<uint64_t>& shape) const {
  const auto found = tensors_.find(std::string(name));
  const std::string part = absl::StrCat("tensor ", name);
  if (found == tensors_.end()) return Damaged(part, "missing");
  if (found->second.shape != shape) {
    return Damaged(part, absl::StrCat("shape ", ShapeText(found->second.shape),
                                      ", want ", ShapeText(shape)));
  }
  const TensorType type = found->second.type;
  if (type == TensorType::kOther || type == TensorType::kInt32 ||
      type == TensorType::kInt64) {
    return absl::UnimplementedError(absl::StrCat(
        "weights ", path_, ": ", part,
        ": its type is none of F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, "
        "Q4_K, Q5_K and Q6_K"));
  }
  return found->second;
}

uint64_t ModelFiles::bytes() const {
  uint64_t sum = gguf_ == nullptr ? 0 : gguf_->contents().size();
  for (const auto& [name, shard] : shards_) sum += shard->contents().size();
  return sum;
}

std::string ModelFiles::Hash() const {
  Sha256Stream stream;
  if (gguf_ != nullptr) stream.Update(gguf_->contents());
  for (const auto& [name, shard] : shards_) stream.Update(shard->contents());
  return Hex(stream.Finish());
}

}  // namespace footnote
