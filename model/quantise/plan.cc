#include "model/quantise/plan.h"

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "model/quantise/tokenizer_values.h"

namespace footnote {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr uint32_t kQuantisationVersion = 2;

bool IsFloat(TensorType type) {
  return type == TensorType::kFloat32 || type == TensorType::kFloat16 ||
         type == TensorType::kBFloat16;
}

// GGUF's number for a file whose matrices are of `type`: general.file_type.
uint32_t FileType(TensorType type) {
  switch (type) {
    case TensorType::kFloat32:
      return 0;
    case TensorType::kFloat16:
      return 1;
    case TensorType::kQ4_0:
      return 2;
    case TensorType::kQ4_1:
      return 3;
    case TensorType::kQ8_0:
      return 7;
    case TensorType::kQ5_0:
      return 8;
    case TensorType::kQ5_1:
      return 9;
    case TensorType::kQ4K:
      return 14;
    case TensorType::kQ5K:
      return 16;
    case TensorType::kQ6K:
      return 18;
    default:
      return 32;  // BF16
  }
}

absl::Status Wrong(const ModelFiles& files, absl::string_view tensor,
                   absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("quantise ", files.path(), ": tensor ", tensor, ": ", why));
}

absl::Status Unknown(const ModelFiles& files, absl::string_view part,
                     absl::string_view why) {
  return absl::UnimplementedError(
      absl::StrCat("quantise ", files.path(), ": ", part, ": ", why));
}

// Sets the type of `planned` and checks its rows.
absl::Status Choose(const ModelFiles& files, TensorType type, TensorType ends,
                    PlannedTensor* planned) {
  if (!IsFloat(planned->source.type)) {
    return Unknown(
        files, absl::StrCat("tensor ", planned->name),
        absl::StrCat("its type is ", TensorTypeName(planned->source.type),
                     ", want F32, F16 or BF16"));
  }
  const bool is_end =
      planned->name == "token_embd.weight" || planned->name == "output.weight";
  planned->type = planned->shape.size() < 2 ? TensorType::kFloat32
                  : is_end                  ? ends
                                            : type;
  const uint64_t block = LayoutOf(planned->type).numbers;
  const uint64_t row = planned->shape.empty() ? 1 : planned->shape.back();
  if (row % block != 0) {
    return Wrong(
        files, planned->name,
        absl::StrCat("rows of ", row, " numbers, want a multiple of ", block,
                     " for ", TensorTypeName(planned->type), "; ",
                     row % 32 == 0 ? "Q8_0, Q4_0, Q4_1, Q5_0 and Q5_1 "
                                     "take multiples of 32"
                                   : "F16, BF16 and F32 take any"));
  }
  return absl::OkStatus();
}

// The window that repeats, and after how many layers one sees all.
void WindowValues(const ModelFiles& files, const std::string& prefix,
                  GgufValues* values) {
  const std::vector<LayerConfig>& layers = files.config().layers;
  int window = 0;
  size_t first_full = layers.size();
  for (size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].window > 0) {
      window = layers[i].window;
    } else {
      first_full = std::min(first_full, i);
    }
  }
  if (window == 0) return;
  values->Whole(prefix + "attention.sliding_window", window);
  const std::string& kind = files.config().architecture;
  if (kind == "cohere2" || kind == "gemma3") {
    values->Whole(prefix + "attention.sliding_window_pattern",
                  static_cast<uint32_t>(first_full + 1));
  }
}

void ConfigValues(const ModelFiles& files, const std::string& kind,
                  GgufValues* values) {
  const ModelConfig& config = files.config();
  const std::string prefix = kind + ".";
  const auto whole = [&](const char* key, int value) {
    values->Whole(prefix + key, static_cast<uint32_t>(value));
  };
  values->Text("general.architecture", kind);
  whole("vocab_size", config.vocabulary);
  if (config.max_positions > 0) whole("context_length", config.max_positions);
  whole("embedding_length", config.hidden);
  whole("block_count", static_cast<int>(config.layers.size()));
  whole("feed_forward_length", config.layers[0].intermediate);
  whole("attention.head_count", config.heads);
  whole("attention.head_count_kv", config.kv_heads);
  whole("attention.key_length", config.head_size);
  whole("attention.value_length", config.head_size);
  whole("rope.dimension_count", config.head_size);
  values->Real(prefix + "rope.freq_base",
               static_cast<float>(config.rope.theta));
  if (kind == "gemma3") {
    values->Real(prefix + "rope.freq_base_swa",
                 static_cast<float>(config.local_rope.theta));
  }
  if (config.rope.scaling == RopeScaling::kLinear) {
    values->Text(prefix + "rope.scaling.type", "linear");
    values->Real(prefix + "rope.scaling.factor",
                 static_cast<float>(config.rope.factor));
  }
  if (config.norm == NormKind::kLayerNorm) {
    values->Real(prefix + "attention.layer_norm_epsilon", config.norm_epsilon);
  } else {
    values->Real(prefix + "attention.layer_norm_rms_epsilon",
                 config.norm_epsilon);
  }
  if (kind == "cohere2") {
    values->Real(prefix + "logit_scale", config.logit_scale);
  }
  WindowValues(files, prefix, values);
}

// What Llama 3.1's scaling divides each frequency by.
std::vector<float> RopeFactors(const ModelConfig& config) {
  const RopeConfig& rope = config.rope;
  const double low = rope.original_positions / rope.low_frequency_factor;
  const double high = rope.original_positions / rope.high_frequency_factor;
  std::vector<float> factors;
  for (int i = 0; i < config.head_size / 2; ++i) {
    const double length =
        2 * kPi * std::pow(rope.theta, 2.0 * i / config.head_size);
    double factor = 1;
    if (length > low) {
      factor = rope.factor;
    } else if (length >= high) {
      const double smooth =
          (rope.original_positions / length - rope.low_frequency_factor) /
          (rope.high_frequency_factor - rope.low_frequency_factor);
      factor = 1 / ((1 - smooth) / rope.factor + smooth);
    }
    factors.push_back(static_cast<float>(factor));
  }
  return factors;
}

absl::Status PlanFolder(const ModelFiles& files, TensorType type,
                        TensorType ends, QuantisePlan* plan) {
  const ModelConfig& config = files.config();
  // GGUF calls Mistral's models by Llama's name.
  const std::string kind =
      config.architecture == "mistral" ? "llama" : config.architecture;
  if (config.experts.count > 0) {
    return Unknown(files, config.architecture,
                   "no names are known for its experts in GGUF");
  }
  ConfigValues(files, kind, &plan->values);
  for (const auto& [name, tensor] : files.tensors()) {
    if (absl::EndsWith(name, "rotary_emb.inv_freq")) continue;
    if (config.tied && name == "lm_head.weight") continue;
    PlannedTensor planned;
    planned.name = GgufTensorName(name, config.sandwich);
    if (planned.name.empty()) {
      return Unknown(files, absl::StrCat("tensor ", name),
                     "no name is known for it in GGUF");
    }
    planned.shape = tensor.shape;
    planned.source = tensor;
    if (absl::EndsWith(name, "norm.weight")) {
      planned.offset = config.norm_offset;
    }
    if (kind == "llama" && absl::StrContains(planned.name, ".attn_q.")) {
      planned.heads = config.heads;
    } else if (kind == "llama" && absl::StrContains(planned.name, ".attn_k.")) {
      planned.heads = config.kv_heads;
    }
    if (planned.heads > 0 &&
        (tensor.shape.empty() ||
         tensor.shape[0] != uint64_t{1} * planned.heads * config.head_size ||
         config.head_size % 2 != 0)) {
      return Wrong(
          files, name,
          absl::StrCat("shape ", ShapeText(tensor.shape), ", want ",
                       planned.heads, " heads of ", config.head_size, " rows"));
    }
    RETURN_IF_ERROR(Choose(files, type, ends, &planned));
    plan->tensors.push_back(std::move(planned));
  }
  if (config.rope.scaling == RopeScaling::kLlama3) {
    PlannedTensor factors;
    factors.name = "rope_freqs.weight";
    factors.computed = RopeFactors(config);
    factors.shape = {factors.computed.size()};
    plan->tensors.push_back(std::move(factors));
  }
  return AddTokenizerValues(files, &plan->values, &plan->left_out);
}

absl::Status PlanGguf(const ModelFiles& files, TensorType type, TensorType ends,
                      QuantisePlan* plan) {
  const Gguf& gguf = *files.gguf();
  std::string entry;
  for (const auto& [key, unused] : gguf.Metadata()) {
    if (key == "general.file_type" || key == "general.alignment" ||
        key == "general.quantization_version") {
      continue;
    }
    entry.clear();
    gguf.AppendEntry(key, &entry);
    plan->values.Copied(entry);
  }
  for (const auto& [name, tensor] : gguf.tensors()) {
    PlannedTensor planned;
    planned.name = name;
    planned.shape = tensor.shape;
    planned.source = tensor;
    RETURN_IF_ERROR(Choose(files, type, ends, &planned));
    plan->tensors.push_back(std::move(planned));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<QuantisePlan> PlanQuantised(const ModelFiles& files,
                                           TensorType type, TensorType ends) {
  QuantisePlan plan;
  if (files.gguf() == nullptr) {
    RETURN_IF_ERROR(PlanFolder(files, type, ends, &plan));
  } else {
    RETURN_IF_ERROR(PlanGguf(files, type, ends, &plan));
  }
  plan.values.Whole("general.file_type", FileType(type));
  plan.values.Whole("general.quantization_version", kQuantisationVersion);
  return plan;
}

absl::Status CheckSaysTheSame(const ModelConfig& source,
                              const ModelConfig& written) {
  absl::Status status;
  const auto same = [&status](absl::string_view what, auto a, auto b) {
    const double difference = std::fabs(double(a) - double(b));
    if (!status.ok() || difference <= 1e-6 * std::fabs(double(a))) return;
    status = absl::UnimplementedError(
        absl::StrCat("quantise: ", what, " ", a,
                     ": GGUF's metadata as it is known here says ", b));
  };
  same("hidden size", source.hidden, written.hidden);
  same("vocabulary", source.vocabulary, written.vocabulary);
  same("heads", source.heads, written.heads);
  same("kv heads", source.kv_heads, written.kv_heads);
  same("head size", source.head_size, written.head_size);
  same("kind of norm", static_cast<int>(source.norm),
       static_cast<int>(written.norm));
  same("norm epsilon", source.norm_epsilon, written.norm_epsilon);
  same("parallel parts", source.parallel, written.parallel);
  same("sandwich norms", source.sandwich, written.sandwich);
  same("norms of heads", source.head_norms, written.head_norms);
  same("biases of attention", source.attention_bias, written.attention_bias);
  same("bias of attention's output", source.output_bias, written.output_bias);
  same("biases of feed-forward", source.feed_forward_bias,
       written.feed_forward_bias);
  same("activation", static_cast<int>(source.activation),
       static_cast<int>(written.activation));
  same("rope theta", source.rope.theta, written.rope.theta);
  if (source.rope.scaling != RopeScaling::kLlama3) {
    same("rope scaling", static_cast<int>(source.rope.scaling),
         static_cast<int>(written.rope.scaling));
    same("rope factor", source.rope.factor, written.rope.factor);
  }
  same("embedding scale", source.embedding_scale, written.embedding_scale);
  same("attention scale", source.attention_scale, written.attention_scale);
  same("logit scale", source.logit_scale, written.logit_scale);
  same("tied output", source.tied, written.tied);
  same("layers", source.layers.size(), written.layers.size());
  if (!status.ok()) return status;
  for (size_t i = 0; i < source.layers.size(); ++i) {
    const LayerConfig& a = source.layers[i];
    const LayerConfig& b = written.layers[i];
    const std::string layer = absl::StrCat("layer ", i, ": ");
    same(layer + "window", a.window, b.window);
    same(layer + "positions by rotation", a.rotates, b.rotates);
    same(layer + "own rotation", a.local_rope, b.local_rope);
    if (a.local_rope) {
      same(layer + "rope theta", source.local_rope.theta,
           written.local_rope.theta);
      same(layer + "rope scaling", static_cast<int>(source.local_rope.scaling),
           static_cast<int>(written.local_rope.scaling));
    }
    same(layer + "width", a.intermediate, b.intermediate);
  }
  return status;
}

}  // namespace footnote
