// What a decoder's configuration says, from config.json or from GGUF's
// metadata: one forward pass with flags.
#ifndef FOOTNOTE_MODEL_WEIGHTS_MODEL_CONFIG_H_
#define FOOTNOTE_MODEL_WEIGHTS_MODEL_CONFIG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

class Gguf;

enum class NormKind {
  kLayerNorm,  // (x - mean) / sqrt(variance + epsilon) * w
  kRmsNorm,    // x / sqrt(mean of squares + epsilon) * w
};

enum class RopePairing {
  kAdjacent,  // 2i with 2i + 1
  kHalves,    // i with i + head_size / 2
};

enum class Activation { kSilu, kGeluTanh };

enum class RopeScaling { kNone, kLinear, kLlama3 };

struct RopeConfig {
  double theta = 10000;
  RopeScaling scaling = RopeScaling::kNone;
  double factor = 1;  // of kLinear and kLlama3
  double low_frequency_factor = 1;
  double high_frequency_factor = 4;
  double original_positions = 8192;
};

struct LayerConfig {
  // The last `window` positions are seen, the own one included; 0: all.
  int window = 0;
  bool rotates = true;      // positions enter by rotation
  bool local_rope = false;  // with ModelConfig::local_rope, not rope
  bool experts = false;     // the feed-forward part is a mixture
  int intermediate = 0;     // width of the feed-forward part that is dense
};

// A mixture of experts.
struct ExpertsConfig {
  int count = 0;
  int used = 0;          // of them, per token
  int intermediate = 0;  // width of one
  int shared = 0;        // one more of this many widths, for every token
  bool sigmoid = false;  // weights by sigmoid, else by softmax over the chosen
  bool normalize = false;       // sigmoid weights are divided by their sum
  bool average_shared = false;  // (routed + shared) / 2, else their sum
};

struct ModelConfig {
  std::string architecture;  // "cohere2", "llama", …
  int vocabulary = 0;
  int hidden = 0;
  int heads = 0;
  int kv_heads = 0;
  int head_size = 0;
  int max_positions = 0;  // 0: not said

  NormKind norm = NormKind::kRmsNorm;
  float norm_epsilon = 1e-5f;
  float norm_offset = 0;        // added to each weight of a norm
  bool parallel = false;        // attention and feed-forward see the same norm
  bool sandwich = false;        // norms also after attention and feed-forward
  bool head_norms = false;      // RMS norms of each head's q and k
  bool attention_bias = false;  // on q, k and v
  bool output_bias = false;     // on the attention's output
  bool feed_forward_bias = false;
  Activation activation = Activation::kSilu;
  RopePairing pairing = RopePairing::kHalves;
  RopeConfig rope;
  RopeConfig local_rope;
  float embedding_scale = 1;
  float attention_scale = 0;  // of the scores
  float logit_scale = 1;
  bool tied = false;  // the embedding is the output matrix
  ExpertsConfig experts;
  std::vector<LayerConfig> layers;

  int32_t begin_id = -1;         // -1: none
  std::vector<int32_t> end_ids;  // any of them ends an answer
};

// `json` is the content of config.json, `name` its path for messages.
//   InvalidArgument  not JSON, or a value that cannot be
//   Unimplemented    an architecture, or a key that changes the arithmetic,
//                    that is not known; the message names it
absl::StatusOr<ModelConfig> ConfigFromJson(absl::string_view json,
                                           absl::string_view name);

// The same from a GGUF file's metadata. Unimplemented also where the file is
// one of several.
absl::StatusOr<ModelConfig> ConfigFromGguf(const Gguf& gguf);

// InvalidArgument when sizes do not fit each other; names the one that is
// wrong. Both functions above end with this.
absl::Status CheckConfig(const ModelConfig& config, absl::string_view name);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_WEIGHTS_MODEL_CONFIG_H_
