#include "model/encoder/use_network.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "kernels/gemm_float.h"
#include "kernels/gemm_int8.h"
#include "kernels/rows.h"

namespace footnote {
namespace {

constexpr size_t kEmbedding = UseRows::kWidth;
constexpr size_t kBranch = kUseBranch;
constexpr size_t kProjection = kUseProjection;
constexpr size_t kHidden = 320;
constexpr float kEpsilon = kUseEpsilon;
constexpr size_t kGap = kUseGap;

// What stands for 0.0 in a row that QuantizeRow rounded.
constexpr int kZero = 128;

}  // namespace

absl::Status UseRows::Open(const WeightsFile& file, size_t tongue_rows) {
  ASSIGN_OR_RETURN(absl::string_view bytes,
                   file.Bytes("embedding/rows", kUseRows * kWidth));
  rows_ = reinterpret_cast<const uint8_t*>(bytes.data());
  const auto floats = [&file](const char* name, size_t count,
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
  RETURN_IF_ERROR(floats("embedding/scale", kChunks, &scale_));
  RETURN_IF_ERROR(floats("embedding/low", kChunks, &low_));
  if (tongue_rows == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(bytes, file.Bytes("tongues/rows", tongue_rows * kWidth));
  tongue_rows_ = reinterpret_cast<const uint8_t*>(bytes.data());
  tongues_ = tongue_rows;
  return floats("tongues/scale", tongue_rows, &tongue_scale_);
}

UseRows::Row UseRows::operator[](int32_t row) const {
  const size_t i = row;
  if (i < kUseRows) {
    const size_t chunk = i % kChunks;
    return {rows_ + i * kWidth, scale_[chunk], low_[chunk], chunk};
  }
  const size_t own = i - kUseRows;
  const float scale = tongue_scale_[own];
  return {tongue_rows_ + own * kWidth, scale, -kMiddle * scale, kTongueChunk};
}

float UseRows::rest(size_t chunk) const {
  return chunk == kTongueChunk ? 0.0f : low_[chunk] + kMiddle * scale_[chunk];
}

absl::string_view UseRows::use_bytes() const {
  return {reinterpret_cast<const char*>(rows_), kUseRows * kWidth};
}

absl::string_view UseRows::tongue_bytes() const {
  return {reinterpret_cast<const char*>(tongue_rows_), tongues_ * kWidth};
}

absl::Status UseNetwork::Open(const WeightsFile& file,
                              const std::string& prefix, const UseRows& rows,
                              bool int8) {
  rows_ = &rows;
  int8_ = int8;
  const auto floats = [&](absl::string_view name, size_t count,
                          const float** out) -> absl::Status {
    ASSIGN_OR_RETURN(absl::Span<const float> span,
                     file.Floats(absl::StrCat(prefix, name), count));
    for (const float value : span) {
      if (!std::isfinite(value)) {
        return file.Damaged(absl::StrCat("section ", prefix, name),
                            "not a number");
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
  RETURN_IF_ERROR(
      floats("projection/weights", kEmbedding * kProjection, &projection_));
  RETURN_IF_ERROR(floats("projection/bias", kProjection, &projection_bias_));
  RETURN_IF_ERROR(floats("projection/gamma", kProjection, &projection_gamma_));
  RETURN_IF_ERROR(floats("projection/beta", kProjection, &projection_beta_));
  for (size_t b = 0; b < kBranches; ++b) {
    const size_t window = kUseWindows[b].tokens;
    const std::string branch = absl::StrCat("branch", window, "/");
    const auto convolution = [&](absl::string_view name,
                                 Convolution* out) -> absl::Status {
      RETURN_IF_ERROR(floats(absl::StrCat(branch, name, "/weights"),
                             window * kBranch * kBranch, &out->weights));
      RETURN_IF_ERROR(
          floats(absl::StrCat(branch, name, "/bias"), kBranch, &out->bias));
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
        Int8Layer(projection_, 1, kEmbedding, kProjection, UseRows::kMiddle);
    const Int8Weights rounded = projection_int8_.view();
    chunk_bias_.resize((UseRows::kChunks + 1) * kProjection);
    for (size_t c = 0; c <= UseRows::kChunks; ++c) {
      const float rest = rows.rest(c);
      for (size_t j = 0; j < kProjection; ++j) {
        const int32_t sum = rounded.start[j] / -UseRows::kMiddle;
        chunk_bias_[c * kProjection + j] =
            projection_bias_[j] + rest * (sum * rounded.scale[j]);
      }
    }
  }
  return absl::OkStatus();
}

UseTokenWeights UseNetwork::token_weights() const {
  UseTokenWeights weights;
  weights.projection = projection_int8_.view();
  weights.chunk_bias = chunk_bias_.data();
  weights.gamma = projection_gamma_;
  weights.beta = projection_beta_;
  for (size_t b = 0; b < kBranches; ++b) {
    weights.first[b] = {first_[b].int8.view(), first_[b].bias};
    weights.second[b] = {second_[b].int8.view(), second_[b].bias};
  }
  return weights;
}

void UseNetwork::SumTokens(const Batch& batch,
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
      const UseRows::Row r = (*rows_)[token[row]];
      DequantizeRow(r.bytes, r.scale, r.low, kEmbedding, feature);
      LayerNorm(feature, nullptr, nullptr, nullptr, kEpsilon, kFeatures,
                feature);
      AddScaled(feature, 1.0f, kFeatures, sum);
    }
    row += kGap;
  }
}

void UseNetwork::Project(size_t rows, Scratch* s) const {
  float* x = AtLeast(rows * kProjection, &s->x);
  const int32_t* token = s->token.data();
  if (int8_) {
    uint8_t* q = AtLeast(rows * kEmbedding, &s->q);
    float* scale = AtLeast(rows, &s->scale);
    for (size_t i = 0; i < rows; ++i) {
      scale[i] = 0.0f;
      if (token[i] < 0) continue;
      const UseRows::Row row = (*rows_)[token[i]];
      scale[i] = row.scale;
      std::memcpy(q + i * kEmbedding, row.bytes, kEmbedding);
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
      const UseRows::Row row = (*rows_)[token[i]];
      DequantizeRow(row.bytes, row.scale, row.low, kEmbedding,
                    e + i * kEmbedding);
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
        int8_ ? &chunk_bias_[(*rows_)[token[i]].chunk * kProjection] : nullptr;
    LayerNorm(out, add, projection_gamma_, projection_beta_, kEpsilon,
              kProjection, out);
  }
}

void UseNetwork::RunBranch(size_t branch, size_t rows, Scratch* s) const {
  const UseWindow window = kUseWindows[branch];
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

void UseNetwork::Finish(const std::vector<size_t>& texts, const float* sums,
                        const std::vector<size_t>& lengths, float* rows) const {
  const size_t count = texts.size();
  ScratchPool<Scratch>::Lease s(&scratch_);
  float* pooled =
      AtLeast(count * (kFeatures + 2 * kOutput + 2 * kHidden), &s->tail);
  float* mean = pooled + count * kFeatures;
  float* wide = mean + count * kOutput;
  float* narrow0 = wide + count * kOutput;
  float* narrow1 = narrow0 + count * kHidden;
  for (size_t i = 0; i < count; ++i) {
    // The norm's gamma and beta and the mean commute with the sum.
    const float n = static_cast<float>(lengths[texts[i]]);
    const float root = std::sqrt(n);
    const float* sum = sums + texts[i] * kFeatures;
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
    const float root = std::sqrt(static_cast<float>(lengths[texts[i]]));
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
  multiply(narrow0, skip3_, wide);
  for (size_t i = 0; i < count; ++i) {
    float* row = rows + texts[i] * kOutput;
    std::memcpy(row, wide + i * kOutput, kOutput * sizeof(float));
    AddScaled(mean + i * kOutput, 1.0f, kOutput, row);
    for (size_t j = 0; j < kOutput; ++j) row[j] = std::tanh(row[j]);
    NormalizeRow(kOutput, row);
  }
}

}  // namespace footnote
