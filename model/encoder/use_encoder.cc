#include "model/encoder/use_encoder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "kernels/gemm_float.h"
#include "kernels/gemm_int8.h"
#include "kernels/rows.h"
#include "model/encoder/batch.h"
#include "model/encoder/int8_layer.h"
#include "model/encoder/unigram_tokenizer.h"

namespace footnote {
namespace {

constexpr size_t kEmbedding = 512;
constexpr size_t kBranch = 256;
constexpr size_t kBranches = 3;
constexpr size_t kProjection = kBranches * kBranch;
constexpr size_t kFeatures = kEmbedding + kProjection;
constexpr size_t kOutput = 512;
constexpr size_t kHidden = 320;
constexpr float kEpsilon = 1e-12f;

// The table's rows are rounded in 17 chunks; row i is of chunk i % 17.
constexpr size_t kChunks = 17;
constexpr size_t kVocabulary = kChunks * 7530;

// Tokens that a branch looks at, and how many of them stand before its own.
struct Window {
  size_t tokens;
  size_t before;
};
constexpr Window kWindows[kBranches] = {{2, 0}, {3, 1}, {5, 2}};

// Zero rows between two texts, so that no window sees a neighbouring text.
constexpr size_t kGap = 2;

constexpr size_t kMaxTokens = 1024;
// Rows whose numbers fit the second-level cache together.
constexpr size_t kBatchTokens = 192;
constexpr size_t kTailTexts = 32;
// What stands for 0.0 in a row that QuantizeRow rounded.
constexpr int kZero = 128;
// The table's bytes are 0 to 63.
constexpr int kTableMiddle = 32;

// Found on translated news, 1,007 sentences: top-1 >= 0.9 into English.
constexpr absl::string_view kLanguages[] = {
    "ar", "de", "en", "es", "fr", "id", "it", "ja",
    "ko", "nl", "pl", "pt", "ru", "tr", "zh",
};

struct Convolution {
  const float* weights;  // [window * 256][256]
  const float* bias;
  Int8Layer int8;
};

struct Dense {
  const float* weights;  // [inputs][outputs]
  size_t inputs;
  size_t outputs;
};

struct Scratch {
  std::vector<uint8_t> q;      // 8-bit activations
  std::vector<float> scale;    // of the rows of q
  std::vector<float> x;        // [rows][768]
  std::vector<float> branch;   // [rows][256]
  std::vector<float> hidden;   // [rows][256]
  std::vector<float> feature;  // [rows][1280]
  std::vector<int32_t> token;  // of a row, or -1 in a gap
  std::vector<float> tail;
};

class UseEncoder : public Encoder {
 public:
  static absl::StatusOr<std::unique_ptr<Encoder>> Open(
      std::unique_ptr<WeightsFile> file, const EncoderOptions& options);

  absl::string_view name() const override { return name_; }
  int dimension() const override { return kOutput; }
  absl::string_view hash() const override { return file_->hash(); }
  absl::Span<const absl::string_view> languages() const override {
    return kLanguages;
  }
  int max_tokens() const override { return kMaxTokens; }
  absl::Status Encode(absl::Span<const absl::string_view> texts,
                      float* rows) const override;

 private:
  UseEncoder() = default;
  absl::Status Load(const EncoderOptions& options);

  void Parallel(size_t count, const std::function<void(size_t)>& body) const;

  std::vector<int32_t> Tokens(absl::string_view text) const;

  // sums[i] = the sum of the normed features of the tokens of text i.
  void SumTokens(const Batch& batch,
                 const std::vector<std::vector<int32_t>>& tokens,
                 float* sums) const;
  void Project(size_t rows, Scratch* s) const;
  void RunBranch(size_t branch, size_t rows, Scratch* s) const;

  // From the sums of `count` texts to their vectors.
  void Finish(const float* sums, const size_t* lengths, size_t count,
              float* rows) const;

  std::unique_ptr<WeightsFile> file_;
  std::unique_ptr<UnigramTokenizer> tokenizer_;
  std::unique_ptr<ThreadPool> threads_;  // null when one thread was asked for
  std::string name_;
  bool int8_ = true;

  const uint8_t* table_ = nullptr;
  const float* table_scale_ = nullptr;
  const float* table_low_ = nullptr;

  const float* projection_ = nullptr;
  const float* projection_bias_ = nullptr;
  const float* projection_gamma_ = nullptr;
  const float* projection_beta_ = nullptr;
  Int8Layer projection_int8_;
  // For each chunk of the table: the bias, and what the chunk's offset adds,
  // because the product runs on the table's bytes.
  std::vector<float> chunk_bias_;

  Convolution first_[kBranches];
  Convolution second_[kBranches];
  const float* feature_gamma_ = nullptr;
  const float* feature_beta_ = nullptr;

  Dense output_;
  const float* output_bias_ = nullptr;
  Dense dense0_, dense1_, dense2_, dense3_, skip1_, skip3_;

  mutable ScratchPool<Scratch> scratch_;
};

absl::StatusOr<std::unique_ptr<Encoder>> UseEncoder::Open(
    std::unique_ptr<WeightsFile> file, const EncoderOptions& options) {
  std::unique_ptr<UseEncoder> encoder(new UseEncoder());
  encoder->file_ = std::move(file);
  RETURN_IF_ERROR(encoder->Load(options));
  return std::unique_ptr<Encoder>(std::move(encoder));
}

absl::Status UseEncoder::Load(const EncoderOptions& options) {
  const WeightsFile& file = *file_;
  int8_ = options.precision == EncoderPrecision::kInt8;
  name_ = absl::StrCat("use-multilingual-v3/", int8_ ? "int8" : "float32");
  if (options.threads > 1) {
    threads_ = std::make_unique<ThreadPool>(options.threads - 1);
  }
  ASSIGN_OR_RETURN(tokenizer_, UnigramTokenizer::Open(file));
  if (tokenizer_->size() > kVocabulary) {
    return file.Damaged("section tokenizer/score",
                        absl::StrCat(tokenizer_->size(),
                                     " pieces, want at most ", kVocabulary));
  }
  ASSIGN_OR_RETURN(absl::string_view table,
                   file.Bytes("embedding/rows", kVocabulary * kEmbedding));
  table_ = reinterpret_cast<const uint8_t*>(table.data());

  const auto floats = [&file](absl::string_view name, size_t count,
                              const float** out) -> absl::Status {
    ASSIGN_OR_RETURN(absl::Span<const float> span, file.Floats(name, count));
    for (const float value : span) {
      if (!std::isfinite(value)) {
        return file.Damaged(absl::StrCat("section ", name), "not a number");
      }
    }
    *out = span.data();
    return absl::OkStatus();
  };
  const auto dense = [&floats](absl::string_view name, size_t inputs,
                               size_t outputs, Dense* out) {
    *out = {nullptr, inputs, outputs};
    return floats(name, inputs * outputs, &out->weights);
  };
  RETURN_IF_ERROR(floats("embedding/scale", kChunks, &table_scale_));
  RETURN_IF_ERROR(floats("embedding/low", kChunks, &table_low_));
  RETURN_IF_ERROR(
      floats("projection/weights", kEmbedding * kProjection, &projection_));
  RETURN_IF_ERROR(floats("projection/bias", kProjection, &projection_bias_));
  RETURN_IF_ERROR(floats("projection/gamma", kProjection, &projection_gamma_));
  RETURN_IF_ERROR(floats("projection/beta", kProjection, &projection_beta_));
  for (size_t b = 0; b < kBranches; ++b) {
    const size_t window = kWindows[b].tokens;
    const std::string prefix = absl::StrCat("branch", window, "/");
    const auto convolution = [&](absl::string_view name,
                                 Convolution* out) -> absl::Status {
      RETURN_IF_ERROR(floats(absl::StrCat(prefix, name, "/weights"),
                             window * kBranch * kBranch, &out->weights));
      RETURN_IF_ERROR(
          floats(absl::StrCat(prefix, name, "/bias"), kBranch, &out->bias));
      if (int8_) {
        out->int8 = Int8Layer(out->weights, window, kBranch, kBranch, kZero);
      }
      return absl::OkStatus();
    };
    RETURN_IF_ERROR(convolution("first", &first_[b]));
    RETURN_IF_ERROR(convolution("second", &second_[b]));
  }
  RETURN_IF_ERROR(floats("features/gamma", kFeatures, &feature_gamma_));
  RETURN_IF_ERROR(floats("features/beta", kFeatures, &feature_beta_));
  RETURN_IF_ERROR(dense("output/weights", kFeatures, kOutput, &output_));
  RETURN_IF_ERROR(floats("output/bias", kOutput, &output_bias_));
  RETURN_IF_ERROR(dense("dense0", kOutput, kHidden, &dense0_));
  RETURN_IF_ERROR(dense("dense1", kHidden, kHidden, &dense1_));
  RETURN_IF_ERROR(dense("skip1", kOutput, kHidden, &skip1_));
  RETURN_IF_ERROR(dense("dense2", kHidden, kOutput, &dense2_));
  RETURN_IF_ERROR(dense("dense3", kOutput, kOutput, &dense3_));
  RETURN_IF_ERROR(dense("skip3", kHidden, kOutput, &skip3_));

  if (int8_) {
    // value = scale * (byte - middle) + (low + middle * scale). The second part
    // goes through the rounded weights too, or its error would be large.
    projection_int8_ =
        Int8Layer(projection_, 1, kEmbedding, kProjection, kTableMiddle);
    const Int8Weights rounded = projection_int8_.view();
    chunk_bias_.resize(kChunks * kProjection);
    for (size_t c = 0; c < kChunks; ++c) {
      const float rest = table_low_[c] + kTableMiddle * table_scale_[c];
      for (size_t j = 0; j < kProjection; ++j) {
        const int32_t sum = rounded.start[j] / -kTableMiddle;
        chunk_bias_[c * kProjection + j] =
            projection_bias_[j] + rest * (sum * rounded.scale[j]);
      }
    }
  }
  return absl::OkStatus();
}

void UseEncoder::Parallel(size_t count,
                          const std::function<void(size_t)>& body) const {
  if (threads_ == nullptr || count < 2) {
    for (size_t i = 0; i < count; ++i) body(i);
    return;
  }
  threads_->ParallelFor(count, body);
}

std::vector<int32_t> UseEncoder::Tokens(absl::string_view text) const {
  std::string repaired;
  std::vector<int32_t> ids;
  tokenizer_->Encode(ValidText(text, &repaired), kMaxTokens - 2, &ids);
  ids.insert(ids.begin(), UnigramTokenizer::kBegin);
  ids.push_back(UnigramTokenizer::kEnd);
  return ids;
}

absl::Status UseEncoder::Encode(absl::Span<const absl::string_view> texts,
                                float* rows) const try {
  const size_t count = texts.size();
  std::vector<std::vector<int32_t>> tokens(count);
  constexpr size_t kTextsAtOnce = 16;
  Parallel((count + kTextsAtOnce - 1) / kTextsAtOnce, [&](size_t part) {
    const size_t end = std::min(count, (part + 1) * kTextsAtOnce);
    for (size_t i = part * kTextsAtOnce; i < end; ++i) {
      tokens[i] = Tokens(texts[i]);
    }
  });

  std::vector<size_t> lengths(count);
  for (size_t i = 0; i < count; ++i) lengths[i] = tokens[i].size();
  const std::vector<Batch> batches = MakeBatches(lengths, kBatchTokens);
  std::vector<float> sums(count * kFeatures);
  Parallel(batches.size(),
           [&](size_t i) { SumTokens(batches[i], tokens, sums.data()); });

  Parallel((count + kTailTexts - 1) / kTailTexts, [&](size_t part) {
    const size_t begin = part * kTailTexts;
    const size_t end = std::min(count, begin + kTailTexts);
    Finish(&sums[begin * kFeatures], &lengths[begin], end - begin,
           rows + begin * kOutput);
  });
  return absl::OkStatus();
} catch (const std::bad_alloc&) {
  return absl::ResourceExhaustedError(
      absl::StrCat("encoder: no memory for a batch of ", texts.size()));
}

void UseEncoder::SumTokens(const Batch& batch,
                           const std::vector<std::vector<int32_t>>& tokens,
                           float* sums) const {
  ScratchPool<Scratch>::Lease s(&scratch_);
  // gap text gap text ... gap
  const size_t rows = batch.tokens + kGap * (batch.texts.size() + 1);
  int32_t* token = AtLeast(rows, &s->token);
  std::fill(token, token + rows, -1);
  size_t row = kGap;
  for (const size_t text : batch.texts) {
    std::copy(tokens[text].begin(), tokens[text].end(), token + row);
    row += tokens[text].size() + kGap;
  }

  Project(rows, &*s);
  AtLeast(rows * kFeatures, &s->feature);
  for (size_t branch = 0; branch < kBranches; ++branch) {
    RunBranch(branch, rows, &*s);
  }

  row = kGap;
  for (const size_t text : batch.texts) {
    float* sum = sums + text * kFeatures;
    for (size_t i = 0; i < tokens[text].size(); ++i, ++row) {
      float* feature = &s->feature[row * kFeatures];
      const size_t chunk = token[row] % kChunks;
      DequantizeRow(table_ + size_t(token[row]) * kEmbedding,
                    table_scale_[chunk], table_low_[chunk], kEmbedding,
                    feature);
      LayerNorm(feature, nullptr, nullptr, nullptr, kEpsilon, kFeatures,
                feature);
      AddScaled(feature, 1.0f, kFeatures, sum);
    }
    row += kGap;
  }
}

void UseEncoder::Project(size_t rows, Scratch* s) const {
  float* x = AtLeast(rows * kProjection, &s->x);
  const int32_t* token = s->token.data();
  if (int8_) {
    uint8_t* q = AtLeast(rows * kEmbedding, &s->q);
    float* scale = AtLeast(rows, &s->scale);
    for (size_t i = 0; i < rows; ++i) {
      scale[i] = token[i] < 0 ? 0.0f : table_scale_[token[i] % kChunks];
      if (token[i] < 0) continue;
      std::memcpy(q + i * kEmbedding, table_ + size_t(token[i]) * kEmbedding,
                  kEmbedding);
    }
    GemmInt8({q, rows, kEmbedding, 0, scale, 0}, projection_int8_.view(),
             nullptr, x, kProjection);
  } else {
    float* e = AtLeast(rows * kEmbedding, &s->feature);
    for (size_t i = 0; i < rows; ++i) {
      if (token[i] < 0) {
        std::fill_n(e + i * kEmbedding, kEmbedding, 0.0f);
        continue;
      }
      const size_t chunk = token[i] % kChunks;
      DequantizeRow(table_ + size_t(token[i]) * kEmbedding, table_scale_[chunk],
                    table_low_[chunk], kEmbedding, e + i * kEmbedding);
    }
    GemmFloat({rows, kEmbedding, kProjection, e, kEmbedding, projection_,
               kProjection, projection_bias_, x, kProjection});
  }
  for (size_t i = 0; i < rows; ++i) {
    float* out = x + i * kProjection;
    if (token[i] < 0) {
      std::fill_n(out, kProjection, 0.0f);
      continue;
    }
    const float* add =
        int8_ ? &chunk_bias_[(token[i] % kChunks) * kProjection] : nullptr;
    LayerNorm(out, add, projection_gamma_, projection_beta_, kEpsilon,
              kProjection, out);
  }
}

void UseEncoder::RunBranch(size_t branch, size_t rows, Scratch* s) const {
  const Window window = kWindows[branch];
  const int32_t* token = s->token.data();
  const float* x = s->x.data() + branch * kBranch;
  float* input = AtLeast(rows * kBranch, &s->branch);
  float* hidden = AtLeast(rows * kBranch, &s->hidden);
  float* out = s->feature.data() + kEmbedding + branch * kBranch;
  uint8_t* q = AtLeast(rows * kBranch, &s->q);
  float* scale = AtLeast(rows, &s->scale);
  // Rows that are not in the first or the last gap, whose windows would reach
  // outside.
  const size_t begin = kGap;
  const size_t inner = rows - 2 * kGap;

  // c = the convolution of `input`, of the inner rows.
  const auto convolve = [&](const Convolution& layer, float* c, size_t stride) {
    const size_t from = begin - window.before;
    if (!int8_) {
      GemmFloat({inner, window.tokens * kBranch, kBranch,
                 input + from * kBranch, kBranch, layer.weights, kBranch,
                 layer.bias, c + begin * stride, stride});
      return;
    }
    for (size_t i = 0; i < rows; ++i) {
      scale[i] = token[i] < 0 ? 0.0f
                              : QuantizeRow(input + i * kBranch, kBranch,
                                            q + i * kBranch);
    }
    GemmInt8({q + from * kBranch, inner, kBranch, kBranch, scale + from, 1},
             layer.int8.view(), layer.bias, c + begin * stride, stride);
  };

  for (size_t i = 0; i < rows; ++i) {
    std::memcpy(input + i * kBranch, x + i * kProjection,
                kBranch * sizeof(float));
  }
  convolve(first_[branch], hidden, kBranch);
  for (size_t i = 0; i < rows; ++i) {
    if (token[i] < 0) continue;  // stays zero
    ReluAdd(hidden + i * kBranch, input + i * kBranch, kBranch,
            input + i * kBranch);
  }
  convolve(second_[branch], out, kFeatures);
  for (size_t i = 0; i < rows; ++i) {
    if (token[i] < 0) continue;
    ReluAdd(out + i * kFeatures, input + i * kBranch, kBranch,
            out + i * kFeatures);
  }
}

void UseEncoder::Finish(const float* sums, const size_t* lengths, size_t count,
                        float* rows) const {
  ScratchPool<Scratch>::Lease s(&scratch_);
  float* pooled =
      AtLeast(count * (kFeatures + 2 * kOutput + 2 * kHidden), &s->tail);
  float* mean = pooled + count * kFeatures;
  float* wide = mean + count * kOutput;
  float* narrow0 = wide + count * kOutput;
  float* narrow1 = narrow0 + count * kHidden;
  for (size_t i = 0; i < count; ++i) {
    // The norm's gamma and beta and the mean commute with the sum.
    const float n = static_cast<float>(lengths[i]);
    const float root = std::sqrt(n);
    const float* sum = sums + i * kFeatures;
    float* out = pooled + i * kFeatures;
    for (size_t j = 0; j < kFeatures; ++j) {
      out[j] = (sum[j] * feature_gamma_[j] + n * feature_beta_[j]) / root;
    }
  }
  const auto multiply = [count](const float* in, const Dense& layer,
                                float* out) {
    GemmFloat({count, layer.inputs, layer.outputs, in, layer.inputs,
               layer.weights, layer.outputs, nullptr, out, layer.outputs});
  };
  multiply(pooled, output_, mean);
  for (size_t i = 0; i < count; ++i) {
    const float root = std::sqrt(static_cast<float>(lengths[i]));
    AddScaled(output_bias_, root, kOutput, mean + i * kOutput);
  }
  // y1 = relu(skip1(mean) + dense1(relu(dense0(mean))))
  multiply(mean, dense0_, narrow0);
  ReluAdd(narrow0, nullptr, count * kHidden, narrow0);
  multiply(narrow0, dense1_, narrow1);
  multiply(mean, skip1_, narrow0);
  AddScaled(narrow1, 1.0f, count * kHidden, narrow0);
  ReluAdd(narrow0, nullptr, count * kHidden, narrow0);
  // z = tanh(skip3(y1) + dense3(relu(dense2(y1))))
  multiply(narrow0, dense2_, wide);
  ReluAdd(wide, nullptr, count * kOutput, wide);
  multiply(wide, dense3_, mean);
  multiply(narrow0, skip3_, rows);
  for (size_t i = 0; i < count; ++i) {
    float* row = rows + i * kOutput;
    AddScaled(mean + i * kOutput, 1.0f, kOutput, row);
    for (size_t j = 0; j < kOutput; ++j) row[j] = std::tanh(row[j]);
    NormalizeRow(kOutput, row);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Encoder>> OpenUseEncoder(
    std::unique_ptr<WeightsFile> file, const EncoderOptions& options) {
  return UseEncoder::Open(std::move(file), options);
}

}  // namespace footnote
