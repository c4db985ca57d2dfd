#include "model/encoder/bert_encoder.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "model/encoder/batch.h"
#include "model/encoder/bert_network.h"
#include "model/tokenizer/wordpiece.h"
#include "model/weights/safetensors.h"
#include "simdjson.h"

namespace footnote {
namespace {

class FolderWeights : public BertWeights {
 public:
  // Some packages put the model under a name of its own.
  explicit FolderWeights(std::unique_ptr<SafeTensors> file)
      : file_(std::move(file)),
        top_(file_->Contains("bert.embeddings.word_embeddings.weight") ? "bert."
                                                                       : "") {}

  absl::Status FindRows(const BertShape& shape) {
    ASSIGN_OR_RETURN(words_,
                     file_->Find(top_ + "embeddings.word_embeddings.weight",
                                 {shape.vocabulary, shape.hidden}));
    hidden_ = shape.hidden;
    word_bytes_ = words_.bytes.size() / shape.vocabulary;
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<float>> Floats(
      const std::string& name,
      const std::vector<uint64_t>& shape) const override {
    return file_->Floats(top_ + name, shape);
  }
  void Row(size_t piece, float* row) const override {
    ConvertFloats(words_.type, words_.bytes.data() + piece * word_bytes_,
                  hidden_, row);
  }

 private:
  const std::unique_ptr<SafeTensors> file_;
  const std::string top_;
  Tensor words_;  // [vocabulary][hidden]
  size_t word_bytes_ = 0;
  size_t hidden_ = 0;
};

class BertEncoder : public Encoder {
 public:
  static absl::StatusOr<std::unique_ptr<Encoder>> Open(
      absl::string_view folder, const EncoderOptions& options);

  absl::string_view name() const override { return name_; }
  int dimension() const override { return static_cast<int>(shape_.hidden); }
  absl::string_view hash() const override { return hash_; }
  absl::Span<const absl::string_view> languages() const override {
    return language_views_;
  }
  int max_tokens() const override { return static_cast<int>(max_tokens_); }
  absl::Status Encode(absl::Span<const absl::string_view> texts,
                      float* rows) const override;

 private:
  BertEncoder() = default;
  absl::Status Load(const std::string& folder, const EncoderOptions& options);
  absl::Status ReadConfig(absl::string_view json, const std::string& path);
  void ReadOwn(absl::string_view json);

  std::unique_ptr<WordPiece> tokenizer_;
  std::string name_ = "bert";
  std::string hash_;
  std::vector<std::string> languages_;
  std::vector<absl::string_view> language_views_;
  size_t max_tokens_ = 256;
  BertShape shape_;
  std::unique_ptr<BertNetwork> network_;
};

absl::StatusOr<std::unique_ptr<Encoder>> BertEncoder::Open(
    absl::string_view folder, const EncoderOptions& options) {
  std::unique_ptr<BertEncoder> encoder(new BertEncoder());
  RETURN_IF_ERROR(encoder->Load(std::string(folder), options));
  return std::unique_ptr<Encoder>(std::move(encoder));
}

absl::Status BertEncoder::ReadConfig(absl::string_view json,
                                     const std::string& path) {
  simdjson::dom::parser parser;
  simdjson::dom::element config;
  if (parser.parse(json.data(), json.size()).get(config) != simdjson::SUCCESS) {
    return absl::DataLossError(absl::StrCat("config ", path, ": not JSON"));
  }
  for (const auto& [key, want] :
       {std::pair<const char*, const char*>{"model_type", "bert"},
        {"hidden_act", "gelu"},
        {"position_embedding_type", "absolute"}}) {
    std::string_view found;
    if (config[key].get(found) == simdjson::SUCCESS && found != want) {
      return absl::UnimplementedError(absl::StrCat("config ", path, ": ", key,
                                                   " ", std::string(found),
                                                   ", want ", want));
    }
  }
  for (const auto& [key, value] :
       {std::pair<const char*, size_t*>{"vocab_size", &shape_.vocabulary},
        {"hidden_size", &shape_.hidden},
        {"intermediate_size", &shape_.wide},
        {"num_hidden_layers", &shape_.layers},
        {"num_attention_heads", &shape_.heads},
        {"max_position_embeddings", &shape_.positions}}) {
    uint64_t number;
    if (config[key].get(number) != simdjson::SUCCESS || number == 0 ||
        number > (1u << 22)) {
      return absl::DataLossError(absl::StrCat("config ", path, ": ", key,
                                              ": want a number above zero"));
    }
    *value = number;
  }
  double epsilon;
  if (config["layer_norm_eps"].get(epsilon) == simdjson::SUCCESS) {
    shape_.epsilon = static_cast<float>(epsilon);
  }
  return CheckBertShape(shape_, absl::StrCat("config ", path));
}

void BertEncoder::ReadOwn(absl::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element own;
  if (parser.parse(json.data(), json.size()).get(own) != simdjson::SUCCESS) {
    return;
  }
  std::string_view text;
  if (own["name"].get(text) == simdjson::SUCCESS) name_ = std::string(text);
  uint64_t number;
  if (own["max_tokens"].get(number) == simdjson::SUCCESS && number >= 4) {
    max_tokens_ = number;
  }
  simdjson::dom::array codes;
  if (own["languages"].get(codes) == simdjson::SUCCESS) {
    for (const auto code : codes) {
      if (code.get(text) == simdjson::SUCCESS) languages_.emplace_back(text);
    }
  }
}

absl::Status BertEncoder::Load(const std::string& folder,
                               const EncoderOptions& options) {
  const std::string config_path = folder + "/config.json";
  ASSIGN_OR_RETURN(std::string config, ReadFile(config_path));
  RETURN_IF_ERROR(ReadConfig(config, config_path));
  const std::string tokenizer_path = folder + "/tokenizer.json";
  ASSIGN_OR_RETURN(std::string tokenizer, ReadFile(tokenizer_path));
  ASSIGN_OR_RETURN(tokenizer_, WordPiece::FromJson(tokenizer, tokenizer_path));
  if (tokenizer_->size() > shape_.vocabulary) {
    return absl::DataLossError(
        absl::StrCat("tokenizer ", tokenizer_path, ": ", tokenizer_->size(),
                     " pieces, config.json says ", shape_.vocabulary));
  }
  absl::StatusOr<std::string> own = ReadFile(folder + "/footnote.json");
  if (own.ok()) ReadOwn(*own);
  max_tokens_ = std::min(max_tokens_, shape_.positions);
  absl::StrAppend(&name_, options.precision == EncoderPrecision::kInt8
                              ? "/int8"
                              : "/float32");
  std::sort(languages_.begin(), languages_.end());
  language_views_.assign(languages_.begin(), languages_.end());

  ASSIGN_OR_RETURN(std::unique_ptr<SafeTensors> file,
                   SafeTensors::Open(folder + "/model.safetensors"));
  Sha256Stream hash;
  hash.Update(config);
  hash.Update(tokenizer);
  hash.Update(file->contents());
  hash_ = Hex(hash.Finish());

  auto weights = std::make_unique<FolderWeights>(std::move(file));
  RETURN_IF_ERROR(weights->FindRows(shape_));
  ASSIGN_OR_RETURN(
      network_, BertNetwork::Make(shape_, std::move(weights), options, folder));
  return absl::OkStatus();
}

absl::Status BertEncoder::Encode(absl::Span<const absl::string_view> texts,
                                 float* rows) const try {
  const size_t count = texts.size();
  std::vector<std::vector<int32_t>> tokens(count);
  constexpr size_t kTextsAtOnce = 16;
  network_->Parallel(
      (count + kTextsAtOnce - 1) / kTextsAtOnce, [&](size_t part) {
        const size_t end = std::min(count, (part + 1) * kTextsAtOnce);
        for (size_t i = part * kTextsAtOnce; i < end; ++i) {
          std::string repaired;
          tokenizer_->Encode(ValidText(texts[i], &repaired), max_tokens_,
                             &tokens[i]);
        }
      });
  network_->Encode(tokens, rows);
  return absl::OkStatus();
} catch (const std::bad_alloc&) {
  return absl::ResourceExhaustedError(
      absl::StrCat("encoder: no memory for a batch of ", texts.size()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Encoder>> OpenBertEncoder(
    absl::string_view folder, const EncoderOptions& options) {
  return BertEncoder::Open(folder, options);
}

}  // namespace footnote
