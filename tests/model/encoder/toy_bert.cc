#include "tests/model/encoder/toy_bert.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace footnote {
namespace {

std::vector<std::string> Pieces() {
  std::vector<std::string> pieces = {"[PAD]", "[UNK]", "[CLS]", "[SEP]",
                                     "[MASK]"};
  for (const char* prefix : {"", "##"}) {
    for (char c = 'a'; c <= 'z'; ++c) {
      pieces.push_back(absl::StrCat(prefix, std::string(1, c)));
    }
    for (char c = '0'; c <= '9'; ++c) {
      pieces.push_back(absl::StrCat(prefix, std::string(1, c)));
    }
  }
  return pieces;
}

// The tensors of a safetensors file, one by one.
class Tensors {
 public:
  explicit Tensors(uint32_t seed) : random_(seed) {}

  void Add(const std::string& name, std::vector<int> shape, float mean,
           float spread) {
    size_t count = 1;
    for (const int size : shape) count *= static_cast<size_t>(size);
    const size_t begin = data_.size();
    std::normal_distribution<float> draw(mean, spread);
    for (size_t i = 0; i < count; ++i) {
      const float value = spread == 0 ? mean : draw(random_);
      char bytes[sizeof(value)];
      std::memcpy(bytes, &value, sizeof(value));
      data_.append(bytes, sizeof(bytes));
    }
    entries_.push_back(
        absl::StrCat("\"", name, "\":{\"dtype\":\"F32\",\"shape\":[",
                     absl::StrJoin(shape, ","), "],\"data_offsets\":[", begin,
                     ",", data_.size(), "]}"));
  }
  void AddLinear(const std::string& name, int outputs, int inputs) {
    Add(name + ".weight", {outputs, inputs}, 0, 0.15f);
    Add(name + ".bias", {outputs}, 0, 0.02f);
  }
  void AddNorm(const std::string& name, int size) {
    Add(name + ".weight", {size}, 1, 0);
    Add(name + ".bias", {size}, 0, 0);
  }

  std::string File() const {
    std::string header = absl::StrCat("{", absl::StrJoin(entries_, ","), "}");
    while (header.size() % 8 != 0) header.push_back(' ');
    uint64_t size = header.size();
    std::string out(sizeof(size), '\0');
    std::memcpy(&out[0], &size, sizeof(size));
    return out + header + data_;
  }

 private:
  std::mt19937 random_;
  std::vector<std::string> entries_;
  std::string data_;
};

void Write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace

void WriteToyBert(const std::string& folder, uint32_t seed, int hidden) {
  constexpr int kPositions = 128;
  const int wide = 2 * hidden;
  const std::vector<std::string> pieces = Pieces();
  const int words = static_cast<int>(pieces.size());
  std::filesystem::create_directories(folder);
  Write(folder + "/config.json",
        absl::StrCat("{\"model_type\":\"bert\",\"hidden_act\":\"gelu\","
                     "\"vocab_size\":",
                     words, ",\"hidden_size\":", hidden,
                     ",\"intermediate_size\":", wide,
                     ",\"num_hidden_layers\":1,\"num_attention_heads\":2,"
                     "\"max_position_embeddings\":",
                     kPositions, ",\"layer_norm_eps\":1e-12}"));
  Write(folder + "/footnote.json",
        absl::StrCat("{\"name\":\"toy-", seed,
                     "\",\"max_tokens\":120,\"languages\":[\"en\"]}"));
  std::vector<std::string> vocabulary;
  for (int i = 0; i < words; ++i) {
    vocabulary.push_back(
        absl::StrCat("\"", pieces[static_cast<size_t>(i)], "\":", i));
  }
  Write(folder + "/tokenizer.json",
        absl::StrCat("{\"normalizer\":{\"type\":\"BertNormalizer\","
                     "\"lowercase\":true},\"model\":{\"type\":\"WordPiece\","
                     "\"unk_token\":\"[UNK]\","
                     "\"continuing_subword_prefix\":\"##\",\"vocab\":{",
                     absl::StrJoin(vocabulary, ","), "}}}"));
  Tensors tensors(seed);
  tensors.Add("embeddings.word_embeddings.weight", {words, hidden}, 0, 1);
  tensors.Add("embeddings.position_embeddings.weight", {kPositions, hidden}, 0,
              0.1f);
  tensors.Add("embeddings.token_type_embeddings.weight", {2, hidden}, 0, 0.1f);
  tensors.AddNorm("embeddings.LayerNorm", hidden);
  const std::string layer = "encoder.layer.0.";
  for (const char* part : {"query", "key", "value"}) {
    tensors.AddLinear(absl::StrCat(layer, "attention.self.", part), hidden,
                      hidden);
  }
  tensors.AddLinear(layer + "attention.output.dense", hidden, hidden);
  tensors.AddNorm(layer + "attention.output.LayerNorm", hidden);
  tensors.AddLinear(layer + "intermediate.dense", wide, hidden);
  tensors.AddLinear(layer + "output.dense", hidden, wide);
  tensors.AddNorm(layer + "output.LayerNorm", hidden);
  Write(folder + "/model.safetensors", tensors.File());
}

}  // namespace footnote
