#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "model/weights/model_config.h"
#include "simdjson.h"

namespace footnote {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::element;
using simdjson::dom::object;

// Keys that say nothing about the arithmetic of a forward pass.
constexpr const char* kSilentKeys[] = {
    "_name_or_path",
    "architectures",
    "attention_dropout",
    "attn_implementation",
    "auto_map",
    "cache_implementation",
    "dtype",
    "embedding_dropout",
    "hidden_dropout",
    "initializer_range",
    "is_llama_config",
    "model_type",
    "output_attentions",
    "output_hidden_states",
    "output_router_logits",
    "pad_token_id",
    "pretraining_tp",
    "resid_pdrop",
    "return_dict",
    "router_aux_loss_coef",
    "sep_token_id",
    "torch_dtype",
    "transformers.js_config",
    "transformers_version",
    "unsloth_fixed",
    "unsloth_version",
    "use_cache",
    "use_embedding_sharing",
    "use_gated_activation",
    "use_parallel_block",
    "use_parallel_embedding",
    // Says what layer_types and the pattern already say.
    "layer_switch",
    "order_of_interleaved_layers",
};

// An object whose keys are ticked off when they are read. Errors are kept: the
// first is told at the end.
class Keys {
 public:
  Keys(object json, std::string name) : json_(json), name_(std::move(name)) {
    for (const char* key : kSilentKeys) read_.insert(key);
  }

  // True when there is such a key, and it is not null.
  bool Has(const char* key) {
    read_.insert(key);
    element value;
    return json_[key].get(value) == SUCCESS && !value.is_null();
  }

  // True when it is there as null: not the same as missing.
  bool IsNull(const char* key) {
    read_.insert(key);
    element value;
    return json_[key].get(value) == SUCCESS && value.is_null();
  }

  double Number(const char* key, double otherwise) {
    if (!Has(key)) return otherwise;
    double number;
    if (json_[key].get(number) != SUCCESS || !std::isfinite(number)) {
      Complain(key, "want a number");
      return otherwise;
    }
    return number;
  }

  int Integer(const char* key, int otherwise) {
    if (!Has(key)) return otherwise;
    int64_t number;
    if (json_[key].get(number) != SUCCESS || number < -1 ||
        number > (1 << 30)) {
      Complain(key, "want a whole number below 2^30");
      return otherwise;
    }
    return static_cast<int>(number);
  }

  int RequiredInteger(const char* key) {
    if (!Has(key)) Complain(key, "missing");
    return Integer(key, 0);
  }

  bool Bool(const char* key, bool otherwise) {
    if (!Has(key)) return otherwise;
    bool value;
    if (json_[key].get(value) != SUCCESS) {
      Complain(key, "want true or false");
      return otherwise;
    }
    return value;
  }

  std::string Text(const char* key, const char* otherwise) {
    if (!Has(key)) return otherwise;
    std::string_view text;
    if (json_[key].get(text) != SUCCESS) {
      Complain(key, "want a string");
      return otherwise;
    }
    return std::string(text);
  }

  std::vector<std::string> Texts(const char* key) {
    std::vector<std::string> texts;
    if (!Has(key)) return texts;
    simdjson::dom::array array;
    if (json_[key].get(array) != SUCCESS) {
      Complain(key, "want strings");
      return texts;
    }
    for (const element one : array) {
      std::string_view text;
      if (one.get(text) != SUCCESS) {
        Complain(key, "want strings");
        return texts;
      }
      texts.emplace_back(text);
    }
    return texts;
  }

  // A number or numbers.
  std::vector<int32_t> Ids(const char* key) {
    std::vector<int32_t> ids;
    if (!Has(key)) return ids;
    const auto add = [&](element one) {
      int64_t id;
      if (one.get(id) != SUCCESS || id < -1 || id > (1 << 30)) {
        Complain(key, "want token ids");
      } else if (id >= 0) {
        ids.push_back(static_cast<int32_t>(id));
      }
    };
    const element value = json_[key].value_unsafe();
    simdjson::dom::array array;
    if (value.get(array) == SUCCESS) {
      for (const element one : array) add(one);
    } else {
      add(value);
    }
    return ids;
  }

  // The object under `key`.
  bool Object(const char* key, object* inner) {
    if (!Has(key)) return false;
    if (json_[key].get(*inner) == SUCCESS) return true;
    Complain(key, "want an object");
    return false;
  }

  // `key` must have one value; anything else is arithmetic that is not known.
  void OnlyBool(const char* key, bool value) {
    if (Bool(key, value) != value) {
      Refuse(key, absl::StrCat("only ", value ? "true" : "false", " is known"));
    }
  }
  void OnlyText(const char* key, const char* value) {
    const std::string found = Text(key, value);
    if (found != value) {
      Refuse(key, absl::StrCat(found, ", only ", value, " is known"));
    }
  }
  void OnlyNumber(const char* key, double value) {
    const double found = Number(key, value);
    if (found != value) {
      Refuse(key, absl::StrCat(found, ", only ", value, " is known"));
    }
  }
  void OnlyNull(const char* key) {
    if (Has(key)) Refuse(key, "has a value, but what it does is not known");
  }

  void Complain(absl::string_view key, absl::string_view why) {
    Keep(absl::InvalidArgumentError(
        absl::StrCat("config ", name_, ": ", key, ": ", why)));
  }
  void Refuse(absl::string_view key, absl::string_view why) {
    Keep(absl::UnimplementedError(
        absl::StrCat("config ", name_, ": ", key, ": ", why)));
  }

  // The first error; a key that nobody has read is one, unless its value is
  // null or false.
  absl::Status Finish() {
    for (const auto field : json_) {
      const std::string key(field.key);
      bool flag = true;
      const bool off =
          field.value.is_null() || (field.value.get(flag) == SUCCESS && !flag);
      if (read_.count(key) == 0 && !off) {
        Refuse(key, "a key that is not known, and so what it changes");
      }
    }
    return status_;
  }

  const std::string& name() const { return name_; }

 private:
  void Keep(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  object json_;
  std::string name_;
  std::set<std::string> read_;
  absl::Status status_;
};

// One rope_parameters or rope_scaling object, over what `rope` has.
void ReadRope(object json, absl::string_view key, Keys* keys,
              RopeConfig* rope) {
  Keys inner(json, absl::StrCat(keys->name(), ": ", key));
  rope->theta = inner.Number("rope_theta", rope->theta);
  std::string type = inner.Text("type", "default");
  type = inner.Text("rope_type", type.c_str());
  if (type == "linear") {
    rope->scaling = RopeScaling::kLinear;
    rope->factor = inner.Number("factor", 1);
  } else if (type == "llama3") {
    rope->scaling = RopeScaling::kLlama3;
    rope->factor = inner.Number("factor", 8);
    rope->low_frequency_factor = inner.Number("low_freq_factor", 1);
    rope->high_frequency_factor = inner.Number("high_freq_factor", 4);
    rope->original_positions =
        inner.Number("original_max_position_embeddings", 8192);
  } else if (type != "default") {
    inner.Refuse("rope_type",
                 absl::StrCat(type, ", known are default, linear and llama3"));
  }
  inner.OnlyNumber("partial_rotary_factor", 1);
  const absl::Status status = inner.Finish();
  if (absl::IsUnimplemented(status)) {
    keys->Refuse(key, status.message());
  } else if (!status.ok()) {
    keys->Complain(key, status.message());
  }
}

void ReadRopes(Keys* keys, double theta, double local_theta,
               ModelConfig* config) {
  config->rope.theta = keys->Number("rope_theta", theta);
  config->local_rope.theta = keys->Number("rope_local_base_freq", local_theta);
  keys->OnlyNumber("rotary_pct", 1);
  keys->OnlyNumber("partial_rotary_factor", 1);
  object json;
  if (keys->Object("rope_scaling", &json)) {
    ReadRope(json, "rope_scaling", keys, &config->rope);
  }
  if (!keys->Object("rope_parameters", &json)) return;
  object full;
  object sliding;
  const bool by_kind = json["full_attention"].get(full) == SUCCESS;
  if (json["sliding_attention"].get(sliding) == SUCCESS) {
    ReadRope(sliding, "rope_parameters.sliding_attention", keys,
             &config->local_rope);
  }
  ReadRope(by_kind ? full : json, "rope_parameters", keys, &config->rope);
}

// Which layers have a window: by layer_types, else those that `otherwise`
// names.
template <typename Otherwise>
void ReadWindows(Keys* keys, int window, Otherwise otherwise,
                 ModelConfig* config) {
  const std::vector<std::string> types = keys->Texts("layer_types");
  if (!types.empty() && types.size() != config->layers.size()) {
    keys->Complain("layer_types", absl::StrCat(types.size(), " of them, want ",
                                               config->layers.size()));
    return;
  }
  for (size_t i = 0; i < config->layers.size(); ++i) {
    bool sliding;
    if (types.empty()) {
      sliding = otherwise(i);
    } else if (types[i] == "sliding_attention" ||
               types[i] == "full_attention") {
      sliding = types[i] == "sliding_attention";
    } else {
      keys->Refuse("layer_types", types[i]);
      return;
    }
    if (sliding && window <= 0) {
      keys->Complain("sliding_window",
                     absl::StrCat("layer ", i, " slides, want a window"));
      return;
    }
    config->layers[i].window = sliding ? window : 0;
  }
}

void ReadSizes(Keys* keys, ModelConfig* config) {
  config->vocabulary = keys->RequiredInteger("vocab_size");
  config->hidden = keys->RequiredInteger("hidden_size");
  config->heads = keys->RequiredInteger("num_attention_heads");
  config->kv_heads = keys->Integer("num_key_value_heads", config->heads);
  config->head_size = keys->Integer(
      "head_dim", config->heads > 0 ? config->hidden / config->heads : 0);
  config->max_positions = keys->Integer("max_position_embeddings", 0);
  const int layers = keys->RequiredInteger("num_hidden_layers");
  if (layers < 1 || layers > 1000) {
    keys->Complain("num_hidden_layers",
                   absl::StrCat(layers, ", want 1 to 1000"));
    return;
  }
  LayerConfig layer;
  layer.intermediate = keys->RequiredInteger("intermediate_size");
  config->layers.assign(layers, layer);
  config->attention_scale =
      config->head_size > 0
          ? static_cast<float>(1 / std::sqrt(double{1} * config->head_size))
          : 0;
  const std::vector<int32_t> begin = keys->Ids("bos_token_id");
  if (!begin.empty()) config->begin_id = begin[0];
  config->end_ids = keys->Ids("eos_token_id");
}

void ReadCohere2(Keys* keys, ModelConfig* config) {
  config->norm = NormKind::kLayerNorm;
  config->norm_epsilon =
      static_cast<float>(keys->Number("layer_norm_eps", 1e-5));
  config->parallel = true;
  config->pairing = RopePairing::kAdjacent;
  config->logit_scale = static_cast<float>(keys->Number("logit_scale", 0.0625));
  config->tied = keys->Bool("tie_word_embeddings", true);
  keys->OnlyText("hidden_act", "silu");
  keys->OnlyText("position_embedding_type", "rope_gptj");
  keys->OnlyBool("attention_bias", false);
  keys->OnlyBool("use_qk_norm", false);
  ReadRopes(keys, 10000, 10000, config);
  if (keys->IsNull("sliding_window")) {
    keys->Refuse("sliding_window",
                 "null, want a window: without one there "
                 "would be no positions");
  }
  int pattern = keys->Integer("_sliding_window_pattern", 4);
  pattern = keys->Integer("sliding_window_pattern", pattern);
  if (pattern < 1) {
    keys->Complain("sliding_window_pattern", "want at least 1");
    return;
  }
  const int prefix = keys->Integer("first_k_dense_replace", 0);
  const int prefix_pattern =
      std::max(1, keys->Integer("prefix_dense_sliding_window_pattern", 1));
  ReadWindows(
      keys, keys->Integer("sliding_window", 4096),
      [&](int i) {
        return i < prefix ? (i + 1) % prefix_pattern != 0
                          : (i - prefix + 1) % pattern != 0;
      },
      config);
  for (LayerConfig& layer : config->layers) layer.rotates = layer.window > 0;
}

void ReadCohere2Moe(Keys* keys, ModelConfig* config) {
  ReadCohere2(keys, config);
  if (keys->Has("rms_norm_eps")) {
    config->norm = NormKind::kRmsNorm;
    config->norm_epsilon = static_cast<float>(keys->Number("rms_norm_eps", 0));
  }
  ExpertsConfig& experts = config->experts;
  experts.count = keys->Integer("num_experts", 8);
  experts.used = keys->Integer("num_experts_per_tok", 2);
  experts.intermediate = keys->Integer("intermediate_size", 0);
  experts.shared = keys->Integer("num_shared_experts", 0);
  experts.normalize = keys->Bool("norm_topk_prob", true);
  const std::string choice = keys->Text("expert_selection_fn", "softmax");
  experts.sigmoid = choice == "sigmoid";
  if (!experts.sigmoid && choice != "softmax") {
    keys->Refuse("expert_selection_fn", choice);
  }
  const std::string joined =
      keys->Text("shared_expert_combination_strategy", "average");
  experts.average_shared = joined == "average";
  if (!experts.average_shared && joined != "sum") {
    keys->Refuse("shared_expert_combination_strategy", joined);
  }
  const int prefix = keys->Integer("first_k_dense_replace", 0);
  const bool rotate_dense =
      keys->Integer("prefix_dense_sliding_window_pattern", 1) == 1;
  const int dense =
      keys->Integer("prefix_dense_intermediate_size", experts.intermediate);
  const std::vector<std::string> kinds = keys->Texts("mlp_layer_types");
  if (!kinds.empty() && kinds.size() != config->layers.size()) {
    keys->Complain("mlp_layer_types", absl::StrCat(kinds.size(), " of them"));
    return;
  }
  for (size_t i = 0; i < config->layers.size(); ++i) {
    LayerConfig& layer = config->layers[i];
    if (!kinds.empty() && kinds[i] != "dense" && kinds[i] != "sparse") {
      keys->Refuse("mlp_layer_types", kinds[i]);
    }
    layer.experts =
        kinds.empty() ? static_cast<int>(i) >= prefix : kinds[i] == "sparse";
    layer.intermediate = dense;
    if (!layer.experts && rotate_dense) layer.rotates = true;
  }
}

// Llama, Mistral, Qwen2 and Qwen3.
void ReadLlamaLike(Keys* keys, ModelConfig* config) {
  const std::string& kind = config->architecture;
  config->norm_epsilon = static_cast<float>(keys->Number("rms_norm_eps", 1e-6));
  config->tied = keys->Bool("tie_word_embeddings", false);
  keys->OnlyText("hidden_act", "silu");
  keys->OnlyBool("rope_interleaved", false);
  ReadRopes(keys, 10000, 10000, config);
  int window = 0;
  if (kind == "mistral") {
    window = keys->Integer("sliding_window", 4096);
    if (keys->IsNull("sliding_window")) window = 0;
    ReadWindows(
        keys, window, [&](int) { return window > 0; }, config);
    return;
  }
  if (kind == "llama") {
    config->attention_bias = keys->Bool("attention_bias", false);
    config->output_bias = config->attention_bias;
    config->feed_forward_bias = keys->Bool("mlp_bias", false);
    keys->OnlyNull("sliding_window");
    return;
  }
  if (kind == "qwen2") {
    config->attention_bias = true;
  } else {
    config->attention_bias = keys->Bool("attention_bias", false);
    config->output_bias = config->attention_bias;
    config->head_norms = true;
  }
  const bool slides = keys->Bool("use_sliding_window", false);
  window = keys->Integer("sliding_window", 4096);
  if (keys->IsNull("sliding_window")) window = 0;
  const int first = keys->Integer("max_window_layers", 28);
  ReadWindows(
      keys, slides ? window : 0,
      [&](int i) { return slides && window > 0 && i >= first; }, config);
}

void ReadGemma3(Keys* keys, ModelConfig* config) {
  config->norm_epsilon = static_cast<float>(keys->Number("rms_norm_eps", 1e-6));
  config->norm_offset = 1;
  config->sandwich = true;
  config->head_norms = true;
  config->tied = keys->Bool("tie_word_embeddings", true);
  config->attention_bias = keys->Bool("attention_bias", false);
  config->output_bias = config->attention_bias;
  std::string activation = keys->Text("hidden_act", "gelu_pytorch_tanh");
  activation = keys->Text("hidden_activation", activation.c_str());
  if (activation != "gelu_pytorch_tanh") {
    keys->Refuse("hidden_activation", activation);
  }
  config->activation = Activation::kGeluTanh;
  config->embedding_scale =
      static_cast<float>(std::sqrt(double{1} * config->hidden));
  const double scalar = keys->Number("query_pre_attn_scalar", 256);
  if (scalar <= 0) keys->Complain("query_pre_attn_scalar", "want above 0");
  config->attention_scale = static_cast<float>(1 / std::sqrt(scalar));
  keys->OnlyNull("attn_logit_softcapping");
  keys->OnlyNull("final_logit_softcapping");
  keys->OnlyBool("use_bidirectional_attention", false);
  ReadRopes(keys, 1e6, 1e4, config);
  int pattern = keys->Integer("_sliding_window_pattern", 6);
  pattern = std::max(1, keys->Integer("sliding_window_pattern", pattern));
  ReadWindows(
      keys, keys->Integer("sliding_window", 4096),
      [&](int i) { return (i + 1) % pattern != 0; }, config);
  for (LayerConfig& layer : config->layers) {
    layer.local_rope = layer.window > 0;
  }
}

}  // namespace

absl::StatusOr<ModelConfig> ConfigFromJson(absl::string_view json,
                                           absl::string_view name) {
  simdjson::dom::parser parser;
  object fields;
  if (parser.parse(json.data(), json.size()).get(fields) != SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrCat("config ", name, ": not a JSON object"));
  }
  Keys keys(fields, std::string(name));
  ModelConfig config;
  config.architecture = keys.Text("model_type", "");
  const std::string& kind = config.architecture;
  const bool llama_like = kind == "llama" || kind == "mistral" ||
                          kind == "qwen2" || kind == "qwen3";
  const bool gemma3 = kind == "gemma3_text";
  if (kind != "cohere2" && kind != "cohere2_moe" && !llama_like && !gemma3) {
    return absl::UnimplementedError(absl::StrCat(
        "config ", name, ": model_type: \"", kind,
        "\", known are cohere2, cohere2_moe, gemma3_text, llama, mistral, "
        "qwen2 and qwen3"));
  }
  ReadSizes(&keys, &config);
  keys.OnlyNull("quantization_config");
  if (kind == "cohere2") {
    ReadCohere2(&keys, &config);
  } else if (kind == "cohere2_moe") {
    ReadCohere2Moe(&keys, &config);
  } else if (gemma3) {
    config.architecture = "gemma3";
    ReadGemma3(&keys, &config);
  } else {
    ReadLlamaLike(&keys, &config);
  }
  RETURN_IF_ERROR(keys.Finish());
  RETURN_IF_ERROR(CheckConfig(config, name));
  return config;
}

}  // namespace footnote
