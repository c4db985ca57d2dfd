#include "model/encoder/bert_network.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "kernels/gemm_float.h"
#include "kernels/gemm_int8.h"
#include "kernels/rows.h"

namespace footnote {
namespace {

// Rows whose numbers fit the second-level cache together.
constexpr size_t kBatchTokens = 192;
// Rows that pass the wide layer together.
constexpr size_t kWideRows = 96;
// Inputs that share a scale. These networks have a few numbers far larger than
// the others; with one scale for a whole row the worst cosine is 0.991.
constexpr size_t kSegment = 64;
constexpr size_t kMaxTexts = 2048;  // tokens; more than any such model takes
constexpr int kZero = 128;          // what stands for 0.0 after QuantizeRow
constexpr size_t kLanes = 16;

size_t RoundUp(size_t n, size_t step) { return (n + step - 1) / step * step; }

}  // namespace

absl::Status CheckBertShape(const BertShape& shape, const std::string& name) {
  if (shape.hidden % shape.heads != 0 ||
      (shape.hidden / shape.heads) % 4 != 0 ||
      shape.hidden / shape.heads > kInt8Panel || shape.hidden > 8192 ||
      shape.wide > 32768 || shape.layers > 128 || shape.positions < 4 ||
      shape.positions > kMaxTexts) {
    return absl::UnimplementedError(absl::StrCat(
        name, ": ", shape.layers, " layers of ", shape.heads, " heads, ",
        shape.hidden, " and ", shape.wide,
        " wide: a head must have a multiple of 4 numbers, at most ",
        kInt8Panel));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<BertNetwork>> BertNetwork::Make(
    const BertShape& shape, std::unique_ptr<const BertWeights> weights,
    const EncoderOptions& options, const std::string& name) {
  RETURN_IF_ERROR(CheckBertShape(shape, name));
  std::unique_ptr<BertNetwork> network = absl::WrapUnique(new BertNetwork());
  network->shape_ = shape;
  network->weights_ = std::move(weights);
  network->int8_ = options.precision == EncoderPrecision::kInt8;
  if (options.threads > 1) {
    network->threads_ = std::make_unique<ThreadPool>(options.threads - 1);
  }
  RETURN_IF_ERROR(network->Read());
  return network;
}

absl::Status BertNetwork::Read() {
  const uint64_t hidden = shape_.hidden;
  const std::string embeddings = "embeddings.";
  ASSIGN_OR_RETURN(positions_,
                   weights_->Floats(embeddings + "position_embeddings.weight",
                                    {shape_.positions, hidden}));
  ASSIGN_OR_RETURN(std::vector<float> types,
                   weights_->Floats(embeddings + "token_type_embeddings.weight",
                                    {2, hidden}));
  for (size_t i = 0; i < shape_.positions; ++i) {
    AddScaled(types.data(), 1.0f, hidden, &positions_[i * hidden]);
  }
  RETURN_IF_ERROR(ReadNorm(embeddings + "LayerNorm", &embedding_norm_));
  layers_.resize(shape_.layers);
  for (size_t i = 0; i < shape_.layers; ++i) {
    Layer& layer = layers_[i];
    const std::string prefix = absl::StrCat("encoder.layer.", i, ".");
    const std::string self = prefix + "attention.self.";
    RETURN_IF_ERROR(ReadLinear({self + "query", self + "key", self + "value"},
                               hidden, hidden, &layer.qkv));
    RETURN_IF_ERROR(ReadLinear({prefix + "attention.output.dense"}, hidden,
                               hidden, &layer.mix));
    RETURN_IF_ERROR(
        ReadNorm(prefix + "attention.output.LayerNorm", &layer.mix_norm));
    RETURN_IF_ERROR(ReadLinear({prefix + "intermediate.dense"}, shape_.wide,
                               hidden, &layer.up));
    RETURN_IF_ERROR(ReadLinear({prefix + "output.dense"}, hidden, shape_.wide,
                               &layer.down));
    RETURN_IF_ERROR(ReadNorm(prefix + "output.LayerNorm", &layer.down_norm));
  }
  return absl::OkStatus();
}

absl::Status BertNetwork::ReadNorm(const std::string& name, Norm* out) {
  ASSIGN_OR_RETURN(out->gamma, weights_->Floats(name + ".weight",
                                                {uint64_t{shape_.hidden}}));
  ASSIGN_OR_RETURN(out->beta,
                   weights_->Floats(name + ".bias", {uint64_t{shape_.hidden}}));
  return absl::OkStatus();
}

absl::Status BertNetwork::ReadLinear(const std::vector<std::string>& names,
                                     size_t outputs_each, size_t inputs,
                                     Linear* out) {
  out->inputs = inputs;
  out->outputs = outputs_each * names.size();
  std::vector<float> weights;
  size_t first = 0;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(std::vector<float> part,
                     weights_->Floats(name + ".weight", {uint64_t{outputs_each},
                                                         uint64_t{inputs}}));
    ASSIGN_OR_RETURN(
        std::vector<float> bias,
        weights_->Floats(name + ".bias", {uint64_t{outputs_each}}));
    out->bias.insert(out->bias.end(), bias.begin(), bias.end());
    // Not before there is a part: a shape alone may say anything.
    weights.resize(inputs * out->outputs);
    // The file has [outputs][inputs]; blocks keep both sides in the cache.
    constexpr size_t kBlock = 32;
    for (size_t o0 = 0; o0 < outputs_each; o0 += kBlock) {
      for (size_t i0 = 0; i0 < inputs; i0 += kBlock) {
        for (size_t o = o0; o < std::min(outputs_each, o0 + kBlock); ++o) {
          for (size_t i = i0; i < std::min(inputs, i0 + kBlock); ++i) {
            weights[i * out->outputs + first + o] = part[o * inputs + i];
          }
        }
      }
    }
    first += outputs_each;
  }
  if (!int8_) {
    out->weights = std::move(weights);
    return absl::OkStatus();
  }
  const bool cut = inputs > kSegment && inputs % kSegment == 0;
  const size_t segments = cut ? inputs / kSegment : 1;
  out->int8 = Int8Layer(weights.data(), segments, inputs / segments,
                        out->outputs, kZero);
  return absl::OkStatus();
}

void BertNetwork::Parallel(size_t count,
                           const std::function<void(size_t)>& body) const {
  if (threads_ == nullptr || count < 2) {
    for (size_t i = 0; i < count; ++i) body(i);
    return;
  }
  threads_->ParallelFor(count, body);
}

void BertNetwork::Encode(const std::vector<std::vector<int32_t>>& tokens,
                         float* rows) const {
  std::vector<size_t> lengths(tokens.size());
  for (size_t i = 0; i < tokens.size(); ++i) lengths[i] = tokens[i].size();
  const std::vector<Batch> batches = MakeBatches(lengths, kBatchTokens);
  Parallel(batches.size(),
           [&](size_t i) { EncodeBatch(batches[i], tokens, rows); });
}

void BertNetwork::Apply(const Linear& layer, const float* a, size_t rows,
                        float* c, Scratch* s) const {
  const size_t inputs = layer.inputs;
  if (!int8_) {
    GemmFloat({rows, inputs, layer.outputs, a, inputs, layer.weights.data(),
               layer.outputs, layer.bias.data(), c, layer.outputs});
    return;
  }
  uint8_t* q = AtLeast(rows * inputs + kInt8Group, &s->q);
  const Int8Weights weights = layer.int8.view();
  const size_t part = weights.inputs;
  float* scale = AtLeast(rows * weights.segments, &s->scale);
  for (size_t i = 0; i < rows; ++i) {
    for (size_t g = 0; g < weights.segments; ++g) {
      const size_t at = i * inputs + g * part;
      scale[g * rows + i] = QuantizeRow(a + at, part, q + at);
    }
  }
  GemmInt8({q, rows, inputs, part, scale, rows}, weights, layer.bias.data(), c,
           layer.outputs);
}

void BertNetwork::Attend(const float* qkv, size_t n, float* mixed,
                         Scratch* s) const {
  const size_t hidden = shape_.hidden;
  const size_t width = hidden / shape_.heads;
  const float scale = 1.0f / std::sqrt(static_cast<float>(width));
  float* key = AtLeast(width * n, &s->key);
  float* score = AtLeast(n * n, &s->score);
  for (size_t head = 0; head < shape_.heads; ++head) {
    const float* q = qkv + head * width;
    const float* k = q + hidden;
    const float* v = k + hidden;
    for (size_t i = 0; i < n; ++i) {
      for (size_t x = 0; x < width; ++x) key[x * n + i] = k[i * 3 * hidden + x];
    }
    GemmFloat({n, width, n, q, 3 * hidden, key, n, nullptr, score, n});
    for (size_t i = 0; i < n; ++i) Softmax(scale, n, score + i * n);
    GemmFloat({n, n, width, score, n, v, 3 * hidden, nullptr,
               mixed + head * width, hidden});
  }
}

// The same with both products in 8 bits: keys are rounded per token, values per
// number of the head, probabilities against the largest of their row.
void BertNetwork::AttendInt8(const float* qkv, size_t n, float* mixed,
                             Scratch* s) const {
  const size_t hidden = shape_.hidden;
  const size_t stride = 3 * hidden;
  const size_t width = hidden / shape_.heads;
  const size_t groups = width / kInt8Group;
  const float root = 1.0f / std::sqrt(static_cast<float>(width));
  const size_t columns = PaddedColumns(n);
  // Scores beyond the text are minus infinity, so every row is whole vectors.
  const size_t padded = RoundUp(n, kLanes);
  const size_t value_groups = RoundUp(n, kInt8Group) / kInt8Group;
  const size_t packed_bytes = std::max(PackedInt8Bytes(n, 1, width),
                                       value_groups * kInt8Group * kInt8Panel);

  uint8_t* q = AtLeast(n * hidden + kInt8Group, &s->q);
  float* q_scale = AtLeast(n, &s->scale);
  uint8_t* k = AtLeast(std::max(n, size_t{1}) * width, &s->bytes);
  float* score = AtLeast(n * padded, &s->score);
  int8_t* packed = AtLeast(packed_bytes, &s->packed);
  float* packed_scale =
      AtLeast(std::max(columns, kInt8Panel), &s->packed_scale);
  int32_t* start = AtLeast(std::max(columns, kInt8Panel), &s->packed_start);
  float* inverse = AtLeast(kInt8Panel, &s->byte_scale);
  float* value = AtLeast(kInt8Panel * 4, &s->key);

  for (size_t head = 0; head < shape_.heads; ++head) {
    const float* query = qkv + head * width;
    const float* key = query + hidden;
    const float* values = key + hidden;

    // Keys as weights: column i is token i.
    std::fill(start, start + columns, 0);
    std::fill(packed_scale + n, packed_scale + columns, 0.0f);
    for (size_t i = 0; i < n; ++i) {
      q_scale[i] = QuantizeRow(query + i * stride, width, q + i * width);
      packed_scale[i] = QuantizeRow(key + i * stride, width, k);
      int32_t sum = 0;
      for (size_t x = 0; x < width; ++x) {
        k[x] ^= 0x80;  // from around 128 to two's complement
        sum += static_cast<int8_t>(k[x]);
      }
      start[i] = -kZero * sum;
      int8_t* column = packed + (i / kInt8Panel) * groups * 256 +
                       (i % kInt8Panel) * kInt8Group;
      for (size_t g = 0; g < groups; ++g) {
        std::memcpy(column + g * 256, k + g * kInt8Group, kInt8Group);
      }
    }
    GemmInt8({q, n, width, 0, q_scale, 0},
             {n, 1, width, packed, packed_scale, start}, nullptr, score,
             padded);

    // Probabilities as activations.
    uint8_t* p = AtLeast(n * padded, &s->bytes);
    for (size_t i = 0; i < n; ++i) {
      float* row = score + i * padded;
      std::fill(row + n, row + padded, -1e30f);
      q_scale[i] = SoftmaxBytes(root, row, padded, p + i * padded);
    }

    // Values as weights: input i is token i.
    std::fill(inverse, inverse + kInt8Panel, 0.0f);
    for (size_t i = 0; i < n; ++i) {
      for (size_t x = 0; x < width; ++x) {
        const float size = std::fabs(values[i * stride + x]);
        inverse[x] = size > inverse[x] ? size : inverse[x];
      }
    }
    for (size_t x = 0; x < kInt8Panel; ++x) {
      packed_scale[x] = inverse[x] / 127.0f;
      inverse[x] = packed_scale[x] > 1e-37f ? 1.0f / packed_scale[x] : 0.0f;
      start[x] = 0;
    }
    for (size_t g = 0; g < value_groups; ++g) {
      int8_t* group = packed + g * 256;
      std::fill(value, value + kInt8Group * kInt8Panel, 0.0f);
      for (size_t part = 0; part < kInt8Group; ++part) {
        const size_t i = g * kInt8Group + part;
        if (i >= n) break;
        std::memcpy(value + part * kInt8Panel, values + i * stride,
                    width * sizeof(float));
      }
      for (size_t x = 0; x < width; ++x) {
        for (size_t part = 0; part < kInt8Group; ++part) {
          const float rounded =
              value[part * kInt8Panel + x] * inverse[x] + 12582912.0f;
          int32_t bits;
          std::memcpy(&bits, &rounded, sizeof(bits));
          group[x * kInt8Group + part] = static_cast<int8_t>(bits);
        }
      }
    }
    GemmInt8({p, n, padded, 0, q_scale, 0},
             {width, 1, n, packed, packed_scale, start}, nullptr,
             mixed + head * width, hidden);
    k = s->bytes.data();
  }
}

void BertNetwork::RunBatch(const Batch& batch,
                           const std::vector<std::vector<int32_t>>& tokens,
                           Scratch* s) const {
  const size_t hidden = shape_.hidden;
  const size_t rows = batch.tokens;
  float* x = AtLeast(rows * hidden, &s->x);
  float* qkv = AtLeast(rows * 3 * hidden, &s->qkv);
  float* mixed = AtLeast(rows * hidden, &s->mixed);
  float* wide = AtLeast(kWideRows * shape_.wide, &s->wide);

  float* row = x;
  for (const size_t text : batch.texts) {
    for (size_t i = 0; i < tokens[text].size(); ++i, row += hidden) {
      weights_->Row(tokens[text][i], row);
      LayerNorm(row, &positions_[i * hidden], embedding_norm_.gamma.data(),
                embedding_norm_.beta.data(), shape_.epsilon, hidden, row);
    }
  }
  for (const Layer& layer : layers_) {
    Apply(layer.qkv, x, rows, qkv, s);
    size_t first = 0;
    for (const size_t text : batch.texts) {
      const size_t n = tokens[text].size();
      const float* from = qkv + first * 3 * hidden;
      float* to = mixed + first * hidden;
      int8_ ? AttendInt8(from, n, to, s) : Attend(from, n, to, s);
      first += n;
    }
    // The projected rows go where the queries were.
    Apply(layer.mix, mixed, rows, qkv, s);
    for (size_t i = 0; i < rows; ++i) {
      LayerNorm(qkv + i * hidden, x + i * hidden, layer.mix_norm.gamma.data(),
                layer.mix_norm.beta.data(), shape_.epsilon, hidden,
                x + i * hidden);
    }
    for (size_t i = 0; i < rows; i += kWideRows) {
      const size_t part = std::min(kWideRows, rows - i);
      Apply(layer.up, x + i * hidden, part, wide, s);
      Gelu(part * shape_.wide, wide);
      Apply(layer.down, wide, part, mixed + i * hidden, s);
    }
    for (size_t i = 0; i < rows; ++i) {
      LayerNorm(mixed + i * hidden, x + i * hidden,
                layer.down_norm.gamma.data(), layer.down_norm.beta.data(),
                shape_.epsilon, hidden, x + i * hidden);
    }
  }
}

void BertNetwork::Mean(const float* from, size_t count, float* mean) const {
  const size_t hidden = shape_.hidden;
  std::fill(mean, mean + hidden, 0.0f);
  for (size_t i = 0; i < count; ++i) {
    AddScaled(from + i * hidden, 1.0f, hidden, mean);
  }
  NormalizeRow(hidden, mean);
}

void BertNetwork::EncodeBatch(const Batch& batch,
                              const std::vector<std::vector<int32_t>>& tokens,
                              float* rows) const {
  ScratchPool<Scratch>::Lease s(&scratch_);
  RunBatch(batch, tokens, &*s);
  const float* row = s->x.data();
  for (const size_t text : batch.texts) {
    Mean(row, tokens[text].size(), rows + text * shape_.hidden);
    row += tokens[text].size() * shape_.hidden;
  }
}

void BertNetwork::EncodeParts(const std::vector<int32_t>& tokens,
                              const std::vector<Part>& parts,
                              float* rows) const {
  ScratchPool<Scratch>::Lease s(&scratch_);
  RunBatch({{0}, tokens.size()}, {tokens}, &*s);
  const size_t hidden = shape_.hidden;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].begin == parts[i].end) {
      std::fill_n(rows + i * hidden, hidden, 0.0f);
    } else {
      Mean(s->x.data() + parts[i].begin * hidden, parts[i].end - parts[i].begin,
           rows + i * hidden);
    }
  }
}

}  // namespace footnote
