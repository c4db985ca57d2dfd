#include "model/decoder/decoder.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// Which pages each layer's keys and values are in: layers of one window share.
KvShape ShapeOf(const ModelConfig& config) {
  KvShape shape;
  shape.kv_heads = config.kv_heads;
  shape.head_size = config.head_size;
  for (const LayerConfig& layer : config.layers) {
    const auto found =
        std::find(shape.windows.begin(), shape.windows.end(), layer.window);
    const int kind = static_cast<int>(found - shape.windows.begin());
    if (found == shape.windows.end()) {
      shape.windows.push_back(layer.window);
      shape.layers_of_kind.push_back(0);
    }
    shape.layers.push_back({kind, shape.layers_of_kind[kind]++});
  }
  return shape;
}

}  // namespace

// Rows between two operations, in the device's memory.
struct Decoder::Scratch {
  float* x;       // the residual stream
  float* normed;  // of hidden
  float* q;
  float* k;
  float* v;
  float* heads;      // what attention gives, by head
  float* attention;  // of hidden
  float* gate;
  float* up;
  float* fed;  // of hidden: what the feed-forward part gives
  float* last;
  float* logits;
  // Of a mixture.
  float* scores = nullptr;
  float* shared = nullptr;  // of hidden: what every row's experts give
  std::vector<int> positions;
  std::vector<float> host_logits;
  std::vector<float> host_last;
  std::vector<float> seen;
};

Decoder::Decoder(const ModelConfig& config, std::unique_ptr<Device> device,
                 int max_rows, int max_logit_rows)
    : config_(config),
      device_(std::move(device)),
      max_rows_(max_rows),
      max_logit_rows_(max_logit_rows),
      shape_(ShapeOf(config)),
      scratch_(std::make_unique<Scratch>()) {
  size_t width = 0;
  bool experts = false;
  for (const LayerConfig& layer : config.layers) {
    experts |= layer.experts;
    width = std::max<size_t>(width, layer.experts ? 0 : layer.intermediate);
  }
  const ExpertsConfig& mixture = config.experts;
  if (experts) {
    width = std::max<size_t>(width,
                             size_t{1} * mixture.intermediate * mixture.shared);
  }
  const size_t rows = max_rows;
  const size_t hidden = config.hidden;
  const size_t q = size_t{1} * config.heads * config.head_size;
  const size_t kv = size_t{1} * config.kv_heads * config.head_size;
  Scratch& s = *scratch_;
  s.x = device_->Allocate(rows * hidden);
  s.normed = device_->Allocate(rows * hidden);
  s.q = device_->Allocate(rows * q);
  s.k = device_->Allocate(rows * kv);
  s.v = device_->Allocate(rows * kv);
  s.heads = device_->Allocate(rows * q);
  s.attention = device_->Allocate(rows * hidden);
  s.gate = device_->Allocate(rows * width);
  s.up = device_->Allocate(rows * width);
  s.fed = device_->Allocate(rows * hidden);
  s.last = device_->Allocate(max_logit_rows * hidden);
  s.logits = device_->Allocate(size_t{1} * max_logit_rows * config.vocabulary);
  if (experts) {
    s.scores = device_->Allocate(rows * mixture.count);
    s.shared = device_->Allocate(rows * hidden);
  }
}

Decoder::~Decoder() = default;

absl::StatusOr<std::unique_ptr<Decoder>> Decoder::Create(
    const ModelFiles& files, std::unique_ptr<Device> device, int max_rows,
    int max_logit_rows) {
  std::unique_ptr<Decoder> decoder = absl::WrapUnique(
      new Decoder(files.config(), std::move(device), max_rows, max_logit_rows));
  ASSIGN_OR_RETURN(decoder->weights_,
                   LoadWeights(files, decoder->device_.get()));
  return decoder;
}

absl::Status Decoder::MakePages(absl::Span<const int> pages) {
  return device_->MakePages(shape_, pages);
}

void Decoder::See(const Observer& observer, int layer, const char* name,
                  const float* x, int rows, int n) {
  if (observer == nullptr) return;
  scratch_->seen.resize(size_t{1} * rows * n);
  device_->Read(x, scratch_->seen.size(), scratch_->seen.data());
  observer(
      layer < 0 ? std::string(name) : absl::StrCat("layer", layer, ".", name),
      scratch_->seen.data(), rows, n);
}

void Decoder::Heads(int index, const Batch& batch, const Observer& observer) {
  const Layer& layer = weights_.layers[index];
  const LayerConfig& layer_config = config_.layers[index];
  const int rows = static_cast<int>(batch.ids.size());
  const int q = config_.heads * config_.head_size;
  const int kv = config_.kv_heads * config_.head_size;
  Scratch& s = *scratch_;
  const Product products[] = {
      {&layer.q, layer.q_bias, s.q, static_cast<size_t>(q)},
      {&layer.k, layer.k_bias, s.k, static_cast<size_t>(kv)},
      {&layer.v, layer.v_bias, s.v, static_cast<size_t>(kv)}};
  device_->Multiply(products, s.normed, rows);
  See(observer, index, "q", s.q, rows, q);
  See(observer, index, "k", s.k, rows, kv);
  if (config_.head_norms) {
    device_->NormHeads(layer.q_norm, config_.norm_epsilon, s.q, rows,
                       config_.heads, config_.head_size);
    device_->NormHeads(layer.k_norm, config_.norm_epsilon, s.k, rows,
                       config_.kv_heads, config_.head_size);
  }
  if (layer_config.rotates) {
    const int set = layer_config.local_rope ? 1 : 0;
    device_->Rotate(set, config_.pairing, s.q, rows, config_.heads,
                    config_.head_size);
    device_->Rotate(set, config_.pairing, s.k, rows, config_.kv_heads,
                    config_.head_size);
  }
  device_->Attend(index, batch.sequences, config_.heads,
                  config_.attention_scale, s.q, s.k, s.v, s.heads);
}

void Decoder::KeepRows(absl::Span<const int> kept) {
  Scratch& s = *scratch_;
  const int hidden = config_.hidden;
  // Into rows of the same width that are not in use here.
  device_->Gather(s.heads, kept, config_.heads * config_.head_size, s.q);
  std::swap(s.heads, s.q);
  device_->Gather(s.x, kept, hidden, s.attention);
  std::swap(s.x, s.attention);
  device_->Gather(s.normed, kept, hidden, s.fed);
  std::swap(s.normed, s.fed);
}

void Decoder::FeedForwardRows(const FeedForward& part, int width,
                              const float* x, int rows, float* out) {
  Scratch& s = *scratch_;
  const size_t stride = width;
  const Product products[] = {{&part.gate, part.gate_bias, s.gate, stride},
                              {&part.up, part.up_bias, s.up, stride}};
  device_->Multiply(products, x, rows);
  device_->Gate(config_.activation, s.gate, s.up, rows, width, s.gate);
  const Product down = {&part.down, part.down_bias, out,
                        static_cast<size_t>(config_.hidden)};
  device_->Multiply(absl::MakeConstSpan(&down, 1), s.gate, rows);
}

void Decoder::Experts(const Layer& layer, int rows) {
  const ExpertsConfig& experts = config_.experts;
  const int hidden = config_.hidden;
  Scratch& s = *scratch_;
  const size_t count = experts.count;
  const Product router = {&layer.router, nullptr, s.scores, count};
  device_->Multiply(absl::MakeConstSpan(&router, 1), s.normed, rows);
  const size_t numbers = size_t{1} * rows * hidden;
  if (experts.shared > 0) {
    FeedForwardRows(layer.shared, experts.intermediate * experts.shared,
                    s.normed, rows, s.shared);
    device_->Scale(0, numbers, s.fed);
    device_->Add(s.shared, numbers, s.fed);
  } else {
    device_->Scale(0, numbers, s.fed);
  }
  device_->Mix(layer.mixture, experts, config_.activation, s.scores, s.normed,
               rows, s.fed);
  if (experts.shared > 0 && experts.average_shared) {
    device_->Scale(0.5f, numbers, s.fed);
  }
}

void Decoder::RunLayer(int index, const Batch& batch, bool only_logit_rows,
                       const Observer& observer) {
  const Layer& layer = weights_.layers[index];
  int rows = static_cast<int>(batch.ids.size());
  const int hidden = config_.hidden;
  Scratch& s = *scratch_;
  const auto norm = [&](const float* weight, const float* x, float* out) {
    device_->Norm(config_.norm, weight, config_.norm_epsilon, x, rows, hidden,
                  out);
  };
  norm(layer.input_norm, s.x, s.normed);
  See(observer, index, "norm", s.normed, rows, hidden);
  Heads(index, batch, observer);
  if (only_logit_rows) {
    KeepRows(batch.logit_rows);
    rows = static_cast<int>(batch.logit_rows.size());
    if (rows == 0) return;
  }
  const size_t numbers = size_t{1} * rows * hidden;
  const Product output = {&layer.o, layer.o_bias, s.attention,
                          static_cast<size_t>(hidden)};
  device_->Multiply(absl::MakeConstSpan(&output, 1), s.heads, rows);
  See(observer, index, "attn_out", s.attention, rows, hidden);
  if (!config_.parallel) {
    if (config_.sandwich) {
      norm(layer.post_attention_norm, s.attention, s.attention);
    }
    device_->Add(s.attention, numbers, s.x);
    norm(config_.sandwich ? layer.pre_feed_forward_norm
                          : layer.post_attention_norm,
         s.x, s.normed);
  }
  if (config_.layers[index].experts) {
    Experts(layer, rows);
  } else {
    FeedForwardRows(layer.dense, config_.layers[index].intermediate, s.normed,
                    rows, s.fed);
  }
  See(observer, index, "mlp_out", s.fed, rows, hidden);
  if (config_.parallel) device_->Add(s.attention, numbers, s.x);
  if (config_.sandwich) norm(layer.post_feed_forward_norm, s.fed, s.fed);
  device_->Add(s.fed, numbers, s.x);
  See(observer, index, "out", s.x, rows, hidden);
}

void Decoder::Step(const Batch& batch, const Observer& observer) {
  Scratch& s = *scratch_;
  s.positions.clear();
  for (const SequenceRows& sequence : batch.sequences) {
    for (int r = 0; r < sequence.rows; ++r) {
      s.positions.push_back(sequence.position + r);
    }
  }
  device_->SetAngles(0, weights_.frequencies, s.positions);
  device_->SetAngles(1, weights_.local_frequencies, s.positions);
  device_->Embed(weights_.embedding, batch.ids, config_.embedding_scale, s.x);
  const int rows = static_cast<int>(batch.logit_rows.size());
  hidden_rows_ = rows;
  // Of the last layer, most rows of a prompt leave keys and values only.
  const bool drops = rows < static_cast<int>(batch.ids.size());
  const int layers = static_cast<int>(config_.layers.size());
  for (int i = 0; i < layers; ++i) {
    RunLayer(i, batch, drops && i + 1 == layers, observer);
  }
  if (rows == 0) return;
  if (!drops) device_->Gather(s.x, batch.logit_rows, config_.hidden, s.last);
  device_->Norm(config_.norm, weights_.final_norm, config_.norm_epsilon,
                drops ? s.x : s.last, rows, config_.hidden, s.last);
  See(observer, -1, "final_norm", s.last, rows, config_.hidden);
  if (batch.hidden_only) return;
  const size_t vocabulary = config_.vocabulary;
  const Product product = {&weights_.output, nullptr, s.logits, vocabulary};
  device_->Multiply(absl::MakeConstSpan(&product, 1), s.last, rows);
  if (config_.logit_scale != 1) {
    device_->Scale(config_.logit_scale, rows * vocabulary, s.logits);
  }
  See(observer, -1, "logits", s.logits, rows, config_.vocabulary);
}

absl::Span<const float> Decoder::Logits(int first, int rows) {
  Scratch& s = *scratch_;
  const size_t vocabulary = config_.vocabulary;
  s.host_logits.resize(rows * vocabulary);
  if (rows > 0) {
    device_->Read(s.logits + first * vocabulary, s.host_logits.size(),
                  s.host_logits.data());
  }
  return s.host_logits;
}

std::vector<Chosen> Decoder::Choose(absl::Span<const Choice> choices) {
  return device_->Choose(choices, config_.vocabulary, scratch_->logits);
}

absl::Span<const float> Decoder::Forward(const Batch& batch,
                                         const Observer& observer) {
  Step(batch, observer);
  return Logits(0, batch.hidden_only ? 0 : hidden_rows_);
}

absl::Span<const float> Decoder::Hidden() const {
  Scratch& s = *scratch_;
  s.host_last.resize(size_t{1} * hidden_rows_ * config_.hidden);
  device_->Read(s.last, s.host_last.size(), s.host_last.data());
  return s.host_last;
}

}  // namespace footnote
