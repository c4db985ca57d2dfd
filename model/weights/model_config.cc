#include "model/weights/model_config.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

absl::Status CheckRope(const RopeConfig& rope, absl::string_view name) {
  const bool fits = rope.theta > 0 && rope.factor > 0 &&
                    rope.low_frequency_factor > 0 &&
                    rope.high_frequency_factor > rope.low_frequency_factor &&
                    rope.original_positions > 0 && std::isfinite(rope.theta);
  if (fits || (rope.scaling == RopeScaling::kNone && rope.theta > 0)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("config ", name, ": rope: theta ", rope.theta, ", factor ",
                   rope.factor, ", want them above 0"));
}

}  // namespace

absl::Status CheckConfig(const ModelConfig& config, absl::string_view name) {
  const auto wrong = [&](absl::string_view what, double value,
                         absl::string_view wanted) {
    return absl::InvalidArgumentError(absl::StrCat(
        "config ", name, ": ", what, ": ", value, ", want ", wanted));
  };
  struct Bound {
    const char* what;
    int value;
    int most;
  };
  const Bound bounds[] = {
      {"vocabulary", config.vocabulary, 1 << 24},
      {"hidden size", config.hidden, 1 << 20},
      {"heads", config.heads, 1 << 12},
      {"key-value heads", config.kv_heads, 1 << 12},
      {"head size", config.head_size, 1 << 12},
      {"layers", static_cast<int>(config.layers.size()), 1000},
  };
  for (const Bound& bound : bounds) {
    if (bound.value < 1 || bound.value > bound.most) {
      return wrong(bound.what, bound.value, absl::StrCat("1 to ", bound.most));
    }
  }
  if (config.heads % config.kv_heads != 0) {
    return wrong("heads", config.heads,
                 absl::StrCat("a multiple of the ", config.kv_heads,
                              " key-value heads"));
  }
  if (config.head_size % 2 != 0) {
    return wrong("head size", config.head_size, "an even number");
  }
  if (!(config.norm_epsilon >= 0 && config.norm_epsilon < 1)) {
    return wrong("norm epsilon", config.norm_epsilon, "0 to 1");
  }
  if (!(config.attention_scale > 0) || !std::isfinite(config.logit_scale)) {
    return wrong("attention scale", config.attention_scale, "above 0");
  }
  RETURN_IF_ERROR(CheckRope(config.rope, name));
  RETURN_IF_ERROR(CheckRope(config.local_rope, name));
  for (const LayerConfig& layer : config.layers) {
    if (layer.window < 0) return wrong("window", layer.window, "0 or more");
    if (!layer.experts &&
        (layer.intermediate < 1 || layer.intermediate > (1 << 24))) {
      return wrong("intermediate size", layer.intermediate, "1 to 2^24");
    }
    const ExpertsConfig& experts = config.experts;
    if (!layer.experts) continue;
    if (experts.count < 1 || experts.count > 4096) {
      return wrong("experts", experts.count, "1 to 4096");
    }
    if (experts.used < 1 || experts.used > experts.count) {
      return wrong("experts per token", experts.used,
                   absl::StrCat("1 to ", experts.count));
    }
    if (experts.intermediate < 1 || experts.intermediate > (1 << 24)) {
      return wrong("intermediate size", experts.intermediate, "1 to 2^24");
    }
    if (experts.shared < 0 || experts.shared > 64) {
      return wrong("shared experts", experts.shared, "0 to 64");
    }
  }
  return absl::OkStatus();
}

}  // namespace footnote
