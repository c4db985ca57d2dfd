#include "tests/generator/scripted_model.h"

#include <cstdint>
#include <cstring>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/model/tokenizer/toy_tokenizer.h"

namespace footnote {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kHidden = 512;
constexpr int kFirstAdded = 304;

void Write(const std::string& path, const std::string& bytes) {
  ASSERT_TRUE(WriteFileAtomically(path, bytes).ok()) << path;
}

class Weights {
 public:
  // Rows of `width`, all zeros.
  std::vector<float>& Add(const std::string& name, int rows, int width) {
    names_.push_back(name);
    shapes_[name] =
        width == 0 ? std::vector<int>{rows} : std::vector<int>{rows, width};
    std::vector<float>& values = values_[name];
    values.assign(static_cast<size_t>(rows) * (width == 0 ? 1 : width), 0.0F);
    return values;
  }

  std::string Bytes() const {
    Json header;
    size_t offset = 0;
    std::string data;
    for (const std::string& name : names_) {
      const std::vector<float>& values = values_.at(name);
      const size_t size = values.size() * sizeof(float);
      header[name] = {{"dtype", "F32"},
                      {"shape", shapes_.at(name)},
                      {"data_offsets", {offset, offset + size}}};
      offset += size;
      data.append(reinterpret_cast<const char*>(values.data()), size);
    }
    std::string json = header.dump();
    json.append((8 - json.size() % 8) % 8, ' ');
    const uint64_t length = json.size();
    std::string bytes(8, '\0');
    memcpy(&bytes[0], &length, 8);
    return bytes + json + data;
  }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::vector<int>> shapes_;
  std::map<std::string, std::vector<float>> values_;
};

}  // namespace

void WriteScriptedModel(const std::string& folder, const std::string& name,
                        const Script& script) {
  const std::string path = absl::StrCat(folder, "/", name);
  ASSERT_TRUE(MakeFolder(path).ok());
  Json tokenizer = Json::parse(ByteLevelJson());
  tokenizer["added_tokens"] = Json::array();
  tokenizer["post_processor"] = nullptr;
  std::map<std::string, int> ids;
  const auto add = [&](const std::string& spelling, bool control) {
    if (spelling.size() == 1 || ids.count(spelling) > 0) return;
    const int id = kFirstAdded + static_cast<int>(ids.size());
    ids[spelling] = id;
    tokenizer["added_tokens"].push_back(
        {{"id", id}, {"content", spelling}, {"special", control}});
  };
  add(script.end, true);
  for (const std::string& control : script.controls) add(control, true);
  for (const auto& [from, to] : script.next) {
    add(from, false);
    add(to, false);
  }
  const auto id_of = [&](const std::string& spelling) {
    return spelling.size() == 1 ? static_cast<uint8_t>(spelling[0])
                                : ids.at(spelling);
  };
  const int vocabulary = kFirstAdded + static_cast<int>(ids.size());
  ASSERT_LE(vocabulary, kHidden) << "too many pieces for one-hot rows";

  Weights weights;
  std::vector<float>& embed =
      weights.Add("model.embed_tokens.weight", vocabulary, kHidden);
  for (int i = 0; i < vocabulary; ++i) embed[i * kHidden + i] = 1;
  const std::string layer = "model.layers.0.";
  for (const char* norm : {"input_layernorm", "post_attention_layernorm"}) {
    for (float& x : weights.Add(layer + norm + ".weight", kHidden, 0)) x = 1;
  }
  weights.Add(layer + "self_attn.q_proj.weight", kHidden, kHidden);
  weights.Add(layer + "self_attn.k_proj.weight", 64, kHidden);
  weights.Add(layer + "self_attn.v_proj.weight", 64, kHidden);
  weights.Add(layer + "self_attn.o_proj.weight", kHidden, kHidden);
  weights.Add(layer + "mlp.gate_proj.weight", 32, kHidden);
  weights.Add(layer + "mlp.up_proj.weight", 32, kHidden);
  weights.Add(layer + "mlp.down_proj.weight", kHidden, 32);
  for (float& x : weights.Add("model.norm.weight", kHidden, 0)) x = 1;
  std::vector<float>& head = weights.Add("lm_head.weight", vocabulary, kHidden);
  std::vector<int> next(vocabulary, ids.at(script.end));
  for (const auto& [from, to] : script.next) next[id_of(from)] = id_of(to);
  for (int i = 0; i < vocabulary; ++i) head[next[i] * kHidden + i] = 1;
  if (script.seed != 0) {
    std::mt19937 random(script.seed);
    for (float& x : head) {
      x = static_cast<float>(random() % 1000) / 1000;
    }
  }
  Write(path + "/model.safetensors", weights.Bytes());

  const Json config = {{"architectures", {"LlamaForCausalLM"}},
                       {"attention_bias", false},
                       {"bos_token_id", 0},
                       {"eos_token_id", ids.at(script.end)},
                       {"head_dim", 64},
                       {"hidden_act", "silu"},
                       {"hidden_size", kHidden},
                       {"intermediate_size", 32},
                       {"max_position_embeddings", 16384},
                       {"mlp_bias", false},
                       {"model_type", "llama"},
                       {"num_attention_heads", 8},
                       {"num_hidden_layers", 1},
                       {"num_key_value_heads", 1},
                       {"rms_norm_eps", 1e-6},
                       {"rope_theta", 10000.0},
                       {"tie_word_embeddings", false},
                       {"vocab_size", vocabulary}};
  Write(path + "/config.json", config.dump());
  Write(path + "/tokenizer.json", tokenizer.dump());
  Write(path + "/tokenizer_config.json",
        Json({{"chat_template", script.chat_template}}).dump());
}

namespace {

// The end of a prompt: told by how many turns had calls, and by revisions.
constexpr char kEnd[] =
    "{% set ns = namespace(n=0) %}{% for m in messages %}"
    "{% if m.tool_calls %}{% set ns.n = ns.n + 1 %}{% endif %}{% endfor %}"
    "{% if messages[-1].role == 'user' and messages | length >= 3 %}<|AGAIN|>"
    "{% elif ns.n == 0 %}<|CHATBOT_TOKEN|>{% elif ns.n == 1 %}<|AFTER_1|>"
    "{% elif ns.n == 2 %}<|AFTER_2|>{% else %}<|AFTER_3|>{% endif %}";

}  // namespace

Script CommandScript() {
  Script script;
  script.controls = {"<|CHATBOT_TOKEN|>",   "<|AFTER_1|>",
                     "<|AFTER_2|>",         "<|AFTER_3|>",
                     "<|AGAIN|>",           "<|USER_TOKEN|>",
                     "<|SYSTEM_TOKEN|>",    "<|START_TOOL_RESULT|>",
                     "<|END_TOOL_RESULT|>", "<|START_THINKING|>",
                     "<|END_THINKING|>",    "<|START_ACTION|>",
                     "<|END_ACTION|>",      "<|START_RESPONSE|>",
                     "<|END_RESPONSE|>"};
  script.chat_template = absl::StrCat(
      "{# <co>span</co: 0:[1]> #}"
      "{% if tools %}<|SYSTEM_TOKEN|>{{ tools | tojson }}{% endif %}"
      "{% if safety_mode %}<|SYSTEM_TOKEN|>{{ safety_mode }}{% endif %}"
      "{% for m in messages %}"
      "{% if m.role == 'tool' %}<|START_TOOL_RESULT|>{{ m.content | tojson }}"
      "<|END_TOOL_RESULT|>"
      "{% elif m.tool_calls %}<|START_ACTION|>{% for c in m.tool_calls %}"
      "{{ c.function.name }}{{ c.function.arguments | tojson }}{% endfor %}"
      "<|END_ACTION|><|END_OF_TURN_TOKEN|>"
      "{% else %}<|USER_TOKEN|>{{ m.content }}<|END_OF_TURN_TOKEN|>{% endif %}"
      "{% endfor %}"
      "{% if documents %}<|START_TOOL_RESULT|>{{ documents | tojson }}"
      "<|END_TOOL_RESULT|>{% endif %}",
      kEnd);
  return script;
}

Script TaggedScript() {
  Script script;
  script.controls = {"<|CHATBOT_TOKEN|>", "<|AFTER_1|>", "<|AFTER_2|>",
                     "<|AFTER_3|>",       "<|AGAIN|>",   "<|im_start|>"};
  // Plain pieces, as in Qwen's own vocabulary.
  script.next = {{"<tool_call>", "</tool_call>"}};
  script.chat_template = absl::StrCat(
      "{% if tools %}<|im_start|>tools {{ tools | tojson }}{% endif %}"
      "{% for m in messages %}<|im_start|>{{ m.role }}: {{ m.content }}"
      "{% for c in m.tool_calls or [] %}<tool_call>{{ c.function | tojson }}"
      "</tool_call>{% endfor %}<|END_OF_TURN_TOKEN|>{% endfor %}",
      kEnd);
  return script;
}

}  // namespace footnote
