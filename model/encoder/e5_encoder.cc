#include "model/encoder/e5_encoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "kernels/quant_types.h"
#include "model/encoder/batch.h"
#include "model/encoder/bert_network.h"
#include "model/encoder/unigram_tokenizer.h"
#include "model/encoder/weights_file.h"

namespace footnote {
namespace {

constexpr absl::string_view kE5Kind = "e5";
// What the network was trained to see in front of a text.
constexpr absl::string_view kQuestion = "query: ";
constexpr absl::string_view kPassage = "passage: ";
// A longer text is not what it is asked about.
constexpr size_t kMaxTokens = 256;
constexpr size_t kMaxContextTokens = 512;
// So many texts LazyE5 remembers.
constexpr size_t kQuestionsRemembered = 256;
constexpr size_t kPassagesRemembered = 20000;
constexpr size_t kPassagesKept = 40000;
// No number of the network is as large. With larger ones the sums of a layer
// might leave the range of floats, and a text have no vector.
constexpr float kLargest = 1e4f;
constexpr absl::string_view kLanguages[] = {
    "ar", "cs", "de", "el", "en", "es", "fa", "fr", "he", "hi", "id", "it",
    "ja", "ko", "nl", "pl", "pt", "ro", "ru", "tr", "uk", "vi", "zh"};

// Names as the file has them.
std::string SectionOf(absl::string_view name) {
  return absl::StrReplaceAll(
      name, {{"embeddings.position_embeddings.weight", "emb.pos"},
             {"embeddings.token_type_embeddings.weight", "emb.type"},
             {"embeddings.LayerNorm", "emb.ln"},
             {"encoder.layer.", "l"},
             {"attention.self.query", "q"},
             {"attention.self.key", "k"},
             {"attention.self.value", "v"},
             {"attention.output.dense", "ao"},
             {"attention.output.LayerNorm", "aln"},
             {"intermediate.dense", "fi"},
             {"output.dense", "fo"},
             {"output.LayerNorm", "oln"},
             {"weight", "w"},
             {"bias", "b"}});
}

// Whether the scale of each block of 4 bits, a half float, is finite.
bool HasFiniteScales(absl::string_view blocks) {
  const size_t block_bytes =
      QuantRowBytes(QuantType::kQ4_0, QuantBlock(QuantType::kQ4_0));
  for (size_t at = 0; at + 1 < blocks.size(); at += block_bytes) {
    if ((blocks[at + 1] & 0x7c) == 0x7c) return false;
  }
  return true;
}

// Floats, or blocks of 4 bits.
class E5Weights : public BertWeights {
 public:
  E5Weights(const WeightsFile& file, const BertShape& shape)
      : file_(file), hidden_(shape.hidden) {}

  absl::Status FindRows(const BertShape& shape) {
    row_bytes_ = QuantRowBytes(QuantType::kQ4_0, hidden_);
    ASSIGN_OR_RETURN(rows_,
                     file_.Bytes("emb.word", shape.vocabulary * row_bytes_));
    if (!HasFiniteScales(rows_)) {
      return file_.Damaged("section emb.word", "a number that is not finite");
    }
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<float>> Floats(
      const std::string& name,
      const std::vector<uint64_t>& shape) const override {
    const std::string section = SectionOf(name);
    size_t count = 1;
    for (const uint64_t side : shape) count *= side;
    // Memory is taken for what the file has, not for what it says.
    std::vector<float> out;
    ASSIGN_OR_RETURN(const absl::string_view bytes, file_.Section(section));
    if (bytes.size() == count * sizeof(float)) {
      ASSIGN_OR_RETURN(const absl::Span<const float> floats,
                       file_.Floats(section, count));
      out.assign(floats.begin(), floats.end());
    } else if (count % QuantBlock(QuantType::kQ4_0) == 0 &&
               bytes.size() == QuantRowBytes(QuantType::kQ4_0, count)) {
      out.resize(count);
      DequantizeWeights(QuantType::kQ4_0, bytes.data(), count, out.data());
    } else {
      return file_.Damaged(
          absl::StrCat("section ", section),
          absl::StrCat(bytes.size(), " bytes for ", count, " numbers"));
    }
    for (const float value : out) {
      if (!(std::fabs(value) <= kLargest)) {
        return file_.Damaged(absl::StrCat("section ", section),
                             absl::StrCat("it has ", value));
      }
    }
    return out;
  }
  void Row(size_t piece, float* row) const override {
    DequantizeWeights(QuantType::kQ4_0, rows_.data() + piece * row_bytes_,
                      hidden_, row);
  }

 private:
  const WeightsFile& file_;
  const size_t hidden_;
  size_t row_bytes_ = 0;
  absl::string_view rows_;
};

struct E5Model {
  std::unique_ptr<WeightsFile> file;
  std::unique_ptr<UnigramTokenizer> tokenizer;
  std::unique_ptr<BertNetwork> network;
  int32_t begin = 0;
  int32_t end = 0;
  int32_t unknown = 0;
  size_t max_tokens = 0;
  size_t max_context_tokens = 0;
  std::string name;

  // Adds the pieces of `text`, at most `limit`.
  void Cut(absl::string_view text, size_t limit,
           std::vector<int32_t>* tokens) const {
    if (limit == 0) return;
    std::string repaired;
    std::vector<int32_t> pieces;
    tokenizer->Encode(ValidText(text, &repaired), limit, &pieces);
    for (const int32_t piece : pieces) {
      tokens->push_back(piece == UnigramTokenizer::kUnknown ? unknown : piece);
    }
  }
};

class E5Encoder : public Encoder {
 public:
  E5Encoder(std::shared_ptr<const E5Model> model, absl::string_view prefix)
      : model_(std::move(model)), prefix_(prefix) {}

  absl::string_view name() const override { return model_->name; }
  int dimension() const override {
    return static_cast<int>(model_->network->shape().hidden);
  }
  absl::string_view hash() const override { return model_->file->hash(); }
  absl::Span<const absl::string_view> languages() const override {
    return kLanguages;
  }
  int max_tokens() const override {
    return static_cast<int>(model_->max_tokens);
  }

  absl::Status Encode(absl::Span<const absl::string_view> texts,
                      float* rows) const override try {
    std::vector<std::vector<int32_t>> tokens(texts.size());
    model_->network->Parallel(texts.size(),
                              [&](size_t i) { Cut(texts[i], &tokens[i]); });
    model_->network->Encode(tokens, rows);
    return absl::OkStatus();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(
        absl::StrCat("encoder: no memory for a batch of ", texts.size()));
  }

 private:
  void Cut(absl::string_view text, std::vector<int32_t>* tokens) const {
    tokens->push_back(model_->begin);
    model_->Cut(absl::StrCat(prefix_, text), model_->max_tokens - 2, tokens);
    tokens->push_back(model_->end);
  }

  const std::shared_ptr<const E5Model> model_;
  const absl::string_view prefix_;
};

class E5ContextEncoder : public ContextEncoder {
 public:
  explicit E5ContextEncoder(std::shared_ptr<const E5Model> model)
      : model_(std::move(model)) {}

  int dimension() const override {
    return static_cast<int>(model_->network->shape().hidden);
  }

  // Each part, and what stands between two, is cut into pieces by itself: so a
  // piece is of one part.
  absl::Status Encode(absl::string_view text,
                      absl::Span<const absl::string_view> parts,
                      float* rows) const override try {
    std::vector<int32_t> tokens = {model_->begin};
    std::vector<BertNetwork::Part> of_parts;
    const size_t most = model_->max_context_tokens - 1;
    const auto cut = [&](absl::string_view piece) {
      if (absl::StripAsciiWhitespace(piece).empty()) return;
      model_->Cut(piece, most - tokens.size(), &tokens);
    };
    cut(kPassage);
    size_t at = 0;
    for (const absl::string_view part : parts) {
      const size_t begin = part.data() - text.data();
      cut(text.substr(at, begin - at));
      of_parts.push_back({tokens.size(), tokens.size()});
      cut(part);
      of_parts.back().end = tokens.size();
      at = begin + part.size();
    }
    cut(text.substr(at));
    tokens.push_back(model_->end);
    model_->network->EncodeParts(tokens, of_parts, rows);
    return absl::OkStatus();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "encoder: no memory for a text of ", text.size(), " bytes"));
  }

 private:
  const std::shared_ptr<const E5Model> model_;
};

absl::Status ReadShape(const WeightsFile& file, E5Model* model,
                       BertShape* shape) {
  ASSIGN_OR_RETURN(const absl::Span<const int32_t> numbers,
                   file.Integers("shape", 8));
  for (size_t i = 0; i < 6; ++i) {
    if (numbers[i] <= 0 || numbers[i] > 1 << 22) {
      return file.Damaged("section shape", absl::StrCat("it has ", numbers[i]));
    }
  }
  shape->hidden = numbers[0];
  shape->layers = numbers[1];
  shape->heads = numbers[2];
  shape->wide = numbers[3];
  shape->vocabulary = numbers[4];
  shape->positions = numbers[5];
  ASSIGN_OR_RETURN(const absl::Span<const float> epsilon,
                   file.Floats("epsilon", 1));
  shape->epsilon = epsilon[0];
  if (!(shape->epsilon > 0 && shape->epsilon < 1)) {
    return file.Damaged("section epsilon",
                        absl::StrCat("it is ", shape->epsilon));
  }
  ASSIGN_OR_RETURN(const absl::Span<const int32_t> unknown,
                   file.Integers("unknown", 1));
  model->begin = numbers[6];
  model->end = numbers[7];
  model->unknown = unknown[0];
  model->max_tokens = std::min(kMaxTokens, shape->positions);
  model->max_context_tokens = std::min(kMaxContextTokens, shape->positions);
  for (const int32_t piece : {model->begin, model->end, model->unknown}) {
    if (piece < 0 || static_cast<size_t>(piece) >= shape->vocabulary) {
      return file.Damaged("section shape",
                          absl::StrCat("there is no piece ", piece));
    }
  }
  if (model->tokenizer->size() > shape->vocabulary) {
    return file.Damaged("section tokenizer/score",
                        absl::StrCat(model->tokenizer->size(), " pieces, ",
                                     shape->vocabulary, " rows"));
  }
  // Blocks of 4 bits hold so many numbers; a text is at least two tokens.
  if (shape->hidden % QuantBlock(QuantType::kQ4_0) != 0 ||
      shape->positions < 4) {
    return file.Damaged("section shape",
                        absl::StrCat(shape->hidden, " numbers, ",
                                     shape->positions, " positions"));
  }
  return absl::OkStatus();
}

absl::StatusOr<E5Encoders> EncodersOf(std::unique_ptr<WeightsFile> weights_file,
                                      const EncoderOptions& options) {
  auto model = std::make_shared<E5Model>();
  model->file = std::move(weights_file);
  const WeightsFile& file = *model->file;
  if (file.kind() != kE5Kind) {
    return absl::UnimplementedError(
        absl::StrCat("encoder weights ", file.name(), ": kind ", file.kind(),
                     ", want ", kE5Kind));
  }
  ASSIGN_OR_RETURN(model->tokenizer, UnigramTokenizer::Open(file));
  BertShape shape;
  RETURN_IF_ERROR(ReadShape(file, model.get(), &shape));
  auto weights = std::make_unique<E5Weights>(file, shape);
  RETURN_IF_ERROR(weights->FindRows(shape));
  ASSIGN_OR_RETURN(model->network, BertNetwork::Make(shape, std::move(weights),
                                                     options, file.name()));
  model->name = absl::StrCat(
      "multilingual-e5-small",
      options.precision == EncoderPrecision::kInt8 ? "/int8" : "/float32");
  E5Encoders encoders;
  encoders.question = std::make_unique<E5Encoder>(model, kQuestion);
  encoders.passage = std::make_unique<E5Encoder>(model, kPassage);
  encoders.context = std::make_unique<E5ContextEncoder>(model);
  return encoders;
}

}  // namespace

absl::StatusOr<E5Encoders> OpenE5(const std::string& path,
                                  const EncoderOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<WeightsFile> file, WeightsFile::Open(path));
  return EncodersOf(std::move(file), options);
}

absl::StatusOr<E5Encoders> OpenE5Bytes(absl::string_view bytes,
                                       const std::string& name,
                                       const EncoderOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<WeightsFile> file,
                   WeightsFile::FromBytes(bytes, name));
  return EncodersOf(std::move(file), options);
}

const E5Encoders* LazyE5::Get() {
  std::call_once(once_, [this] {
    if (opened_.passage == nullptr) {
      absl::StatusOr<E5Encoders> opened = OpenE5(path_);
      if (!opened.ok()) {
        Log(Severity::kError, "no second encoder",
            {{"reason", std::string(opened.status().message())}});
        return;
      }
      opened_ = *std::move(opened);
    }
    encoders_.question = std::make_unique<RememberingEncoder>(
        opened_.question.get(), kQuestionsRemembered);
    auto passages = std::make_unique<RememberingEncoder>(
        opened_.passage.get(), kPassagesRemembered, kPassagesKept);
    passages_ = passages.get();
    encoders_.passage = std::move(passages);
    auto contexts = std::make_unique<RememberingContextEncoder>(
        opened_.context.get(), kPassagesRemembered, kPassagesKept);
    contexts_ = contexts.get();
    encoders_.context = std::move(contexts);
    is_open_.store(true, std::memory_order_release);
  });
  return IfOpen();
}

}  // namespace footnote
