#include "model/decoder/layers.h"

#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "kernels/quant_types.h"

namespace footnote {
namespace {

constexpr double kPi = 3.14159265358979323846;

// Takes tensors out of `files` and remembers which.
class Loader {
 public:
  Loader(const ModelFiles& files, Device* device)
      : files_(files), device_(device) {}

  // The matrix `name`, `rows` outputs of `columns` inputs.
  absl::StatusOr<Matrix> LoadMatrix(const std::string& name, uint64_t rows,
                                    uint64_t columns,
                                    Split split = Split::kNone) {
    ASSIGN_OR_RETURN(Tensor tensor, files_.Find(name, {rows, columns}));
    used_.insert(name);
    return Upload(name, tensor, split);
  }

  absl::StatusOr<Matrix> Upload(const std::string& name, const Tensor& tensor,
                                Split split) {
    auto matrix = device_->UploadSplit(tensor, split);
    if (matrix.ok()) return matrix;
    return absl::Status(matrix.status().code(),
                        absl::StrCat("weights ", files_.path(), ": tensor ",
                                     name, ": ", matrix.status().message()));
  }

  absl::StatusOr<int> MakeMixture(const std::string& prefix,
                                  const Mixture& mixture) {
    auto made = device_->MakeMixture(mixture);
    if (made.ok()) return made;
    return absl::Status(
        made.status().code(),
        absl::StrCat("weights ", files_.path(), ": tensors ", prefix,
                     "experts: ", made.status().message()));
  }

  // The vector `name` as floats, with `offset` added.
  absl::StatusOr<const float*> LoadVector(const std::string& name, uint64_t n,
                                          float offset = 0) {
    ASSIGN_OR_RETURN(std::vector<float> values, Floats(name, n));
    for (float& value : values) value += offset;
    float* floats = device_->Allocate(n);
    device_->Write(values.data(), n, floats);
    return floats;
  }

  absl::StatusOr<std::vector<float>> Floats(const std::string& name,
                                            uint64_t n) {
    ASSIGN_OR_RETURN(Tensor tensor, files_.Find(name, {n}));
    used_.insert(name);
    QuantType type;
    if (!QuantTypeFromGgml(static_cast<uint32_t>(tensor.type), &type)) {
      return Damaged(name, "want floats");
    }
    std::vector<float> values(n);
    DequantizeWeights(type, tensor.bytes.data(), n, values.data());
    for (const float value : values) {
      if (!std::isfinite(value)) return Damaged(name, "not a number");
    }
    return values;
  }

  bool Has(const std::string& name) const { return files_.Contains(name); }
  void MarkUsed(const std::string& name) { used_.insert(name); }
  const ModelFiles& files() const { return files_; }

  // Every tensor was used, or says nothing about the arithmetic.
  absl::Status CheckAllUsed() const {
    for (const auto& [name, tensor] : files_.tensors()) {
      if (used_.count(name) > 0 || absl::EndsWith(name, "rotary_emb.inv_freq"))
        continue;
      return absl::UnimplementedError(
          absl::StrCat("weights ", files_.path(), ": tensor ", name,
                       ": the configuration does not say what it is for"));
    }
    return absl::OkStatus();
  }

  absl::Status Damaged(absl::string_view name, absl::string_view why) const {
    return absl::DataLossError(
        absl::StrCat("weights ", files_.path(), ": tensor ", name, ": ", why));
  }

 private:
  const ModelFiles& files_;
  Device* device_;
  std::set<std::string> used_;
};

std::vector<float> Frequencies(const RopeConfig& rope, int head_size) {
  std::vector<float> frequencies;
  for (int i = 0; i < head_size / 2; ++i) {
    // In floats, as the models were trained.
    double frequency = static_cast<float>(
        1.0 / static_cast<float>(std::pow(rope.theta, 2.0 * i / head_size)));
    if (rope.scaling == RopeScaling::kLinear) {
      frequency /= rope.factor;
    } else if (rope.scaling == RopeScaling::kLlama3) {
      const double length = 2 * kPi / frequency;
      const double low = rope.original_positions / rope.low_frequency_factor;
      const double high = rope.original_positions / rope.high_frequency_factor;
      if (length > low) {
        frequency /= rope.factor;
      } else if (length >= high) {
        const double smooth =
            (rope.original_positions / length - rope.low_frequency_factor) /
            (rope.high_frequency_factor - rope.low_frequency_factor);
        frequency = (1 - smooth) * frequency / rope.factor + smooth * frequency;
      }
    }
    frequencies.push_back(static_cast<float>(frequency));
  }
  return frequencies;
}

absl::StatusOr<FeedForward> LoadFeedForward(Loader* loader,
                                            const std::string& prefix,
                                            int hidden, int width, bool bias) {
  FeedForward part;
  ASSIGN_OR_RETURN(
      part.gate, loader->LoadMatrix(prefix + "gate_proj.weight", width, hidden,
                                    Split::kOutputs));
  ASSIGN_OR_RETURN(part.up, loader->LoadMatrix(prefix + "up_proj.weight", width,
                                               hidden, Split::kOutputs));
  ASSIGN_OR_RETURN(
      part.down, loader->LoadMatrix(prefix + "down_proj.weight", hidden, width,
                                    Split::kInputs));
  if (!bias) return part;
  ASSIGN_OR_RETURN(part.gate_bias,
                   loader->LoadVector(prefix + "gate_proj.bias", width));
  ASSIGN_OR_RETURN(part.up_bias,
                   loader->LoadVector(prefix + "up_proj.bias", width));
  ASSIGN_OR_RETURN(part.down_bias,
                   loader->LoadVector(prefix + "down_proj.bias", hidden));
  return part;
}

// Rows begin..begin + rows of expert `e` in a tensor [experts][side][columns].
absl::StatusOr<Matrix> LoadSlice(Loader* loader, const std::string& name,
                                 const Tensor& tensor, uint64_t e,
                                 uint64_t begin, uint64_t rows, Split split) {
  const uint64_t columns = tensor.shape[2];
  const BlockLayout layout = LayoutOf(tensor.type);
  if (columns % layout.numbers != 0) return loader->Damaged(name, "odd rows");
  const uint64_t row_bytes = columns / layout.numbers * layout.bytes;
  Tensor slice;
  slice.type = tensor.type;
  slice.shape = {rows, columns};
  slice.bytes = tensor.bytes.substr((e * tensor.shape[1] + begin) * row_bytes,
                                    rows * row_bytes);
  return loader->Upload(name, slice, split);
}

// All experts in two tensors, or each in its own three.
absl::Status LoadExperts(Loader* loader, const std::string& prefix,
                         const ModelConfig& config, Layer* layer) {
  const ExpertsConfig& experts = config.experts;
  const uint64_t width = experts.intermediate;
  const uint64_t count = experts.count;
  const uint64_t hidden = config.hidden;
  ASSIGN_OR_RETURN(layer->router, loader->LoadMatrix(prefix + "gate.weight",
                                                     experts.count, hidden));
  Mixture mixture;
  mixture.used = experts.used;
  const std::string both = prefix + "experts.gate_up_proj";
  const std::string down = prefix + "experts.down_proj";
  if (loader->Has(both)) {
    ASSIGN_OR_RETURN(const Tensor gate_up,
                     loader->files().Find(both, {count, 2 * width, hidden}));
    ASSIGN_OR_RETURN(const Tensor downs,
                     loader->files().Find(down, {count, hidden, width}));
    loader->MarkUsed(both);
    loader->MarkUsed(down);
    for (uint64_t e = 0; e < count; ++e) {
      ASSIGN_OR_RETURN(const Matrix gate, LoadSlice(loader, both, gate_up, e, 0,
                                                    width, Split::kOutputs));
      ASSIGN_OR_RETURN(
          const Matrix up,
          LoadSlice(loader, both, gate_up, e, width, width, Split::kOutputs));
      ASSIGN_OR_RETURN(const Matrix from, LoadSlice(loader, down, downs, e, 0,
                                                    hidden, Split::kInputs));
      mixture.gate.push_back(gate);
      mixture.up.push_back(up);
      mixture.down.push_back(from);
    }
  } else {
    for (uint64_t e = 0; e < count; ++e) {
      ASSIGN_OR_RETURN(
          const FeedForward part,
          LoadFeedForward(loader, absl::StrCat(prefix, "experts.", e, "."),
                          config.hidden, experts.intermediate, false));
      mixture.gate.push_back(part.gate);
      mixture.up.push_back(part.up);
      mixture.down.push_back(part.down);
    }
  }
  ASSIGN_OR_RETURN(layer->mixture, loader->MakeMixture(prefix, mixture));
  if (experts.shared > 0) {
    ASSIGN_OR_RETURN(
        layer->shared,
        LoadFeedForward(loader, prefix + "shared_experts.", config.hidden,
                        experts.intermediate * experts.shared, false));
  }
  return absl::OkStatus();
}

absl::Status LoadAttention(Loader* loader, const std::string& prefix,
                           const ModelConfig& config, Layer* layer) {
  const uint64_t hidden = config.hidden;
  const uint64_t q = uint64_t{1} * config.heads * config.head_size;
  const uint64_t kv = uint64_t{1} * config.kv_heads * config.head_size;
  ASSIGN_OR_RETURN(layer->q, loader->LoadMatrix(prefix + "q_proj.weight", q,
                                                hidden, Split::kOutputs));
  ASSIGN_OR_RETURN(layer->k, loader->LoadMatrix(prefix + "k_proj.weight", kv,
                                                hidden, Split::kOutputs));
  ASSIGN_OR_RETURN(layer->v, loader->LoadMatrix(prefix + "v_proj.weight", kv,
                                                hidden, Split::kOutputs));
  ASSIGN_OR_RETURN(layer->o, loader->LoadMatrix(prefix + "o_proj.weight",
                                                hidden, q, Split::kInputs));
  if (config.attention_bias) {
    ASSIGN_OR_RETURN(layer->q_bias,
                     loader->LoadVector(prefix + "q_proj.bias", q));
    ASSIGN_OR_RETURN(layer->k_bias,
                     loader->LoadVector(prefix + "k_proj.bias", kv));
    ASSIGN_OR_RETURN(layer->v_bias,
                     loader->LoadVector(prefix + "v_proj.bias", kv));
  }
  if (config.output_bias) {
    ASSIGN_OR_RETURN(layer->o_bias,
                     loader->LoadVector(prefix + "o_proj.bias", hidden));
  }
  if (config.head_norms) {
    ASSIGN_OR_RETURN(layer->q_norm,
                     loader->LoadVector(prefix + "q_norm.weight",
                                        config.head_size, config.norm_offset));
    ASSIGN_OR_RETURN(layer->k_norm,
                     loader->LoadVector(prefix + "k_norm.weight",
                                        config.head_size, config.norm_offset));
  }
  return absl::OkStatus();
}

absl::StatusOr<Layer> LoadLayer(Loader* loader, int index,
                                const ModelConfig& config) {
  const std::string prefix = absl::StrCat("model.layers.", index, ".");
  const LayerConfig& wanted = config.layers[index];
  Layer layer;
  const auto norm = [&](const char* name) {
    return loader->LoadVector(absl::StrCat(prefix, name, ".weight"),
                              config.hidden, config.norm_offset);
  };
  ASSIGN_OR_RETURN(layer.input_norm, norm("input_layernorm"));
  if (!config.parallel) {
    ASSIGN_OR_RETURN(layer.post_attention_norm,
                     norm("post_attention_layernorm"));
  }
  if (config.sandwich) {
    ASSIGN_OR_RETURN(layer.pre_feed_forward_norm,
                     norm("pre_feedforward_layernorm"));
    ASSIGN_OR_RETURN(layer.post_feed_forward_norm,
                     norm("post_feedforward_layernorm"));
  }
  RETURN_IF_ERROR(LoadAttention(loader, prefix + "self_attn.", config, &layer));
  if (wanted.experts) {
    RETURN_IF_ERROR(LoadExperts(loader, prefix + "mlp.", config, &layer));
  } else {
    ASSIGN_OR_RETURN(
        layer.dense,
        LoadFeedForward(loader, prefix + "mlp.", config.hidden,
                        wanted.intermediate, config.feed_forward_bias));
  }
  return layer;
}

}  // namespace

absl::StatusOr<DecoderWeights> LoadWeights(const ModelFiles& files,
                                           Device* device) {
  const ModelConfig& config = files.config();
  Loader loader(files, device);
  DecoderWeights weights;
  ASSIGN_OR_RETURN(weights.embedding,
                   loader.LoadMatrix("model.embed_tokens.weight",
                                     config.vocabulary, config.hidden));
  if (config.tied) {
    weights.output = weights.embedding;
    // Some files hold the same matrix once more.
    loader.MarkUsed("lm_head.weight");
  } else {
    ASSIGN_OR_RETURN(
        weights.output,
        loader.LoadMatrix("lm_head.weight", config.vocabulary, config.hidden));
  }
  ASSIGN_OR_RETURN(weights.final_norm,
                   loader.LoadVector("model.norm.weight", config.hidden,
                                     config.norm_offset));
  for (size_t i = 0; i < config.layers.size(); ++i) {
    ASSIGN_OR_RETURN(Layer layer,
                     LoadLayer(&loader, static_cast<int>(i), config));
    weights.layers.push_back(std::move(layer));
  }
  weights.frequencies = Frequencies(config.rope, config.head_size);
  weights.local_frequencies = Frequencies(config.local_rope, config.head_size);
  if (loader.Has("rope_freqs.weight")) {
    ASSIGN_OR_RETURN(std::vector<float> factors,
                     loader.Floats("rope_freqs.weight", config.head_size / 2));
    for (size_t i = 0; i < factors.size(); ++i) {
      if (!(factors[i] > 0)) {
        return loader.Damaged("rope_freqs.weight", "want numbers above 0");
      }
      weights.frequencies[i] /= factors[i];
    }
  }
  RETURN_IF_ERROR(loader.CheckAllUsed());
  return weights;
}

}  // namespace footnote
