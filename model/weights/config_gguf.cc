#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "model/weights/gguf.h"
#include "model/weights/model_config.h"

namespace footnote {
namespace {

// What of "<architecture>.*" is read below or says nothing about arithmetic.
constexpr const char* kKnownKeys[] = {
    "attention.head_count",
    "attention.head_count_kv",
    "attention.key_length",
    "attention.layer_norm_epsilon",
    "attention.layer_norm_rms_epsilon",
    "attention.sliding_window",
    "attention.sliding_window_pattern",
    "attention.value_length",
    "block_count",
    "context_length",
    "embedding_length",
    "feed_forward_length",
    "logit_scale",
    "rope.dimension_count",
    "rope.freq_base",
    "rope.freq_base_swa",
    "rope.scaling.factor",
    "rope.scaling.finetuned",
    "rope.scaling.original_context_length",
    "rope.scaling.type",
    "vocab_size",
};

// Reads "<architecture>.<key>" of `gguf`; the first error is kept.
class Reader {
 public:
  Reader(const Gguf& gguf, const std::string& architecture)
      : gguf_(gguf), prefix_(absl::StrCat(architecture, ".")) {}

  bool Has(absl::string_view key) const {
    return gguf_.Has(absl::StrCat(prefix_, key));
  }
  int Integer(absl::string_view key) {
    const auto number = gguf_.Integer(absl::StrCat(prefix_, key));
    if (!number.ok()) return Keep(number.status()), 0;
    if (*number < 0 || *number > (1 << 30)) {
      Wrong(key, absl::StrCat(*number, ", want 0 to 2^30"));
      return 0;
    }
    return static_cast<int>(*number);
  }
  int Integer(absl::string_view key, int otherwise) {
    return Has(key) ? Integer(key) : otherwise;
  }
  double Number(absl::string_view key) {
    const auto number = gguf_.Number(absl::StrCat(prefix_, key));
    if (!number.ok()) return Keep(number.status()), 0;
    return *number;
  }
  double Number(absl::string_view key, double otherwise) {
    return Has(key) ? Number(key) : otherwise;
  }
  std::string Text(absl::string_view key, absl::string_view otherwise) {
    if (!Has(key)) return std::string(otherwise);
    const auto text = gguf_.String(absl::StrCat(prefix_, key));
    if (!text.ok()) return Keep(text.status()), std::string();
    return std::string(*text);
  }
  void Refuse(absl::string_view key, absl::string_view why) {
    Keep(absl::UnimplementedError(absl::StrCat(
        "weights ", gguf_.name(), ": key ", prefix_, key, ": ", why)));
  }
  void Wrong(absl::string_view key, absl::string_view why) {
    Keep(absl::InvalidArgumentError(absl::StrCat(
        "weights ", gguf_.name(), ": key ", prefix_, key, ": ", why)));
  }
  absl::Status Finish() {
    for (const auto& [key, value] : gguf_.Metadata()) {
      if (!absl::StartsWith(key, prefix_)) continue;
      const std::string rest = key.substr(prefix_.size());
      if (std::find(std::begin(kKnownKeys), std::end(kKnownKeys), rest) ==
          std::end(kKnownKeys)) {
        Refuse(rest, "a key that is not known, and so what it changes");
      }
    }
    return status_;
  }

 private:
  void Keep(const absl::Status& status) {
    if (status_.ok()) status_ = status;
  }

  const Gguf& gguf_;
  std::string prefix_;
  absl::Status status_;
};

void ReadRope(Reader* reader, ModelConfig* config) {
  config->rope.theta = reader->Number("rope.freq_base", 10000);
  config->local_rope.theta = reader->Number("rope.freq_base_swa", 10000);
  const std::string scaling = reader->Text("rope.scaling.type", "none");
  if (scaling == "linear") {
    config->rope.scaling = RopeScaling::kLinear;
    config->rope.factor = reader->Number("rope.scaling.factor");
  } else if (scaling != "none") {
    reader->Refuse("rope.scaling.type",
                   absl::StrCat(scaling, ", known are none and linear"));
  }
  const int rotated =
      reader->Integer("rope.dimension_count", config->head_size);
  if (rotated != config->head_size) {
    reader->Refuse("rope.dimension_count",
                   absl::StrCat(rotated, ", only all ", config->head_size,
                                " of a head are known"));
  }
}

// The window of every layer but each `pattern`th.
void ReadWindows(Reader* reader, int pattern, ModelConfig* config) {
  const int window = reader->Integer("attention.sliding_window");
  if (window < 1) reader->Wrong("attention.sliding_window", "want above 0");
  pattern = reader->Integer("attention.sliding_window_pattern", pattern);
  if (pattern < 1) {
    reader->Wrong("attention.sliding_window_pattern", "want above 0");
    return;
  }
  for (size_t i = 0; i < config->layers.size(); ++i) {
    config->layers[i].window = (i + 1) % pattern != 0 ? window : 0;
  }
}

void ReadTokenIds(const Gguf& gguf, ModelConfig* config) {
  const auto id = [&](absl::string_view key) -> int32_t {
    if (!gguf.Has(key)) return -1;
    const auto number = gguf.Integer(key);
    const bool fits =
        number.ok() && *number >= 0 && *number < config->vocabulary;
    return fits ? static_cast<int32_t>(*number) : -1;
  };
  config->begin_id = id("tokenizer.ggml.bos_token_id");
  for (const char* key :
       {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id",
        "tokenizer.ggml.eom_token_id"}) {
    const int32_t end = id(key);
    if (end >= 0 && std::find(config->end_ids.begin(), config->end_ids.end(),
                              end) == config->end_ids.end()) {
      config->end_ids.push_back(end);
    }
  }
}

}  // namespace

absl::StatusOr<ModelConfig> ConfigFromGguf(const Gguf& gguf) {
  ModelConfig config;
  ASSIGN_OR_RETURN(const absl::string_view kind,
                   gguf.String("general.architecture"));
  config.architecture = std::string(kind);
  if (kind != "llama" && kind != "qwen2" && kind != "qwen3" &&
      kind != "gemma3" && kind != "cohere2") {
    return absl::UnimplementedError(absl::StrCat(
        "weights ", gguf.name(), ": key general.architecture: \"", kind,
        "\", known are cohere2, gemma3, llama, qwen2 and qwen3"));
  }
  if (gguf.Has("split.count")) {
    ASSIGN_OR_RETURN(const int64_t files, gguf.Integer("split.count"));
    if (files > 1) {
      return absl::UnimplementedError(
          absl::StrCat("weights ", gguf.name(), ": key split.count: one of ",
                       files, " files, want all of it in one"));
    }
  }
  Reader reader(gguf, config.architecture);
  config.hidden = reader.Integer("embedding_length");
  config.heads = reader.Integer("attention.head_count");
  config.kv_heads = reader.Integer("attention.head_count_kv", config.heads);
  config.head_size =
      reader.Integer("attention.key_length",
                     config.heads > 0 ? config.hidden / config.heads : 0);
  if (reader.Integer("attention.value_length", config.head_size) !=
      config.head_size) {
    reader.Refuse("attention.value_length", "differs from key_length");
  }
  config.max_positions = reader.Integer("context_length", 0);
  const int layers = reader.Integer("block_count");
  if (layers < 1 || layers > 1000) {
    reader.Wrong("block_count", absl::StrCat(layers, ", want 1 to 1000"));
    return reader.Finish();
  }
  LayerConfig layer;
  layer.intermediate = reader.Integer("feed_forward_length");
  config.layers.assign(layers, layer);
  config.attention_scale =
      static_cast<float>(1 / std::sqrt(std::max(1.0, 1.0 * config.head_size)));
  const auto embedding = gguf.tensors().find("token_embd.weight");
  if (embedding == gguf.tensors().end() ||
      embedding->second.shape.size() != 2 ||
      embedding->second.shape[0] > (1 << 24)) {
    return absl::DataLossError(absl::StrCat(
        "weights ", gguf.name(), ": tensor token_embd.weight: want a matrix"));
  }
  config.vocabulary = static_cast<int>(embedding->second.shape[0]);
  config.tied = gguf.tensors().count("output.weight") == 0;
  ReadRope(&reader, &config);
  if (kind == "cohere2") {
    config.norm = NormKind::kLayerNorm;
    config.norm_epsilon =
        static_cast<float>(reader.Number("attention.layer_norm_epsilon"));
    config.parallel = true;
    config.pairing = RopePairing::kAdjacent;
    config.logit_scale = static_cast<float>(reader.Number("logit_scale"));
    ReadWindows(&reader, 4, &config);
    for (LayerConfig& one : config.layers) one.rotates = one.window > 0;
  } else {
    config.norm_epsilon =
        static_cast<float>(reader.Number("attention.layer_norm_rms_epsilon"));
    if (reader.Has("logit_scale")) {
      reader.Refuse("logit_scale", "not known for this architecture");
    }
  }
  // The converter has put rows of q and k side by side for this pairing.
  if (kind == "llama") config.pairing = RopePairing::kAdjacent;
  config.attention_bias = gguf.tensors().count("blk.0.attn_q.bias") > 0;
  config.output_bias = gguf.tensors().count("blk.0.attn_output.bias") > 0;
  config.feed_forward_bias = gguf.tensors().count("blk.0.ffn_gate.bias") > 0;
  config.head_norms = kind == "qwen3" || kind == "gemma3";
  if (kind == "gemma3") {
    // The converter has added the 1 to the norms' weights.
    config.sandwich = true;
    config.activation = Activation::kGeluTanh;
    config.embedding_scale = static_cast<float>(std::sqrt(1.0 * config.hidden));
    ReadWindows(&reader, 6, &config);
    for (LayerConfig& one : config.layers) one.local_rope = one.window > 0;
    // The one with 62 layers (27B) scales by another size.
    if (layers == 62 && config.heads > 0) {
      config.attention_scale =
          static_cast<float>(1 / std::sqrt(1.0 * config.hidden / config.heads));
    }
  } else if (kind != "cohere2" && reader.Has("attention.sliding_window")) {
    const int window = reader.Integer("attention.sliding_window");
    for (LayerConfig& one : config.layers) one.window = window;
  }
  RETURN_IF_ERROR(reader.Finish());
  ReadTokenIds(gguf, &config);
  RETURN_IF_ERROR(CheckConfig(config, gguf.name()));
  return config;
}

}  // namespace footnote
