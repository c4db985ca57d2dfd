#include "model/encoder/use_cuda.h"

#include <algorithm>
#include <mutex>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "kernels/cuda/encode.h"
#include "kernels/cuda/gemm_int8.h"
#include "kernels/cuda/runtime.h"

namespace footnote {
namespace {

constexpr size_t kWidth = UseRows::kWidth;
constexpr size_t kFeatures = UseNetwork::kFeatures;

// Device memory that is kept; null: none yet.
template <typename T>
class DeviceSpace {
 public:
  DeviceSpace() = default;
  ~DeviceSpace() { cuda::Free(memory_); }
  DeviceSpace(const DeviceSpace&) = delete;
  DeviceSpace& operator=(const DeviceSpace&) = delete;

  // At least `count`, the old ones lost.
  absl::Status Make(size_t count) {
    if (count <= count_ && memory_ != nullptr) return absl::OkStatus();
    cuda::Free(memory_);
    memory_ = static_cast<T*>(cuda::Allocate(count * sizeof(T)));
    count_ = memory_ == nullptr ? 0 : count;
    if (memory_ != nullptr) return absl::OkStatus();
    return absl::ResourceExhaustedError(
        absl::StrCat("no device memory for ", count * sizeof(T), " bytes"));
  }
  T* get() const { return memory_; }

 private:
  T* memory_ = nullptr;
  size_t count_ = 0;
};

// A product's weights in device memory.
struct DeviceLayer {
  DeviceSpace<int8_t> w;
  DeviceSpace<float> scale;
  DeviceSpace<float> bias;
  cuda::Int8Weights weights;
};

struct DeviceNetwork {
  DeviceLayer projection;
  DeviceLayer first[kUseBranches];
  DeviceLayer second[kUseBranches];
  DeviceSpace<float> chunk_bias;
  DeviceSpace<float> gamma;
  DeviceSpace<float> beta;
};

class UseOnDevice : public UseCuda {
 public:
  ~UseOnDevice() override {
    if (stream_ == nullptr) return;
    cuda::Finish(stream_);
    cuda::DeleteStream(stream_);
  }

  absl::Status Load(absl::Span<const absl::string_view> table,
                    absl::Span<const UseTokenWeights> networks);

  absl::Status SumTokens(size_t network, const Batch& batch,
                         const std::vector<std::vector<int32_t>>& tokens,
                         RowOf row_of, float* sums) override;

 private:
  template <typename T>
  absl::Status Put(const T* from, size_t count, DeviceSpace<T>* to) {
    RETURN_IF_ERROR(to->Make(count));
    cuda::CopyIn(stream_, to->get(), from, count * sizeof(T));
    return Finish();
  }
  absl::Status PutLayer(const Int8Weights& from, const float* bias,
                        DeviceLayer* to);
  absl::Status Finish() {
    const char* error = cuda::Finish(stream_);
    return error == nullptr ? absl::OkStatus() : absl::InternalError(error);
  }
  // The rows of the list and where in it the texts are.
  void ListTokens(const Batch& batch,
                  const std::vector<std::vector<int32_t>>& tokens,
                  RowOf row_of);
  absl::Status MakeRoom(size_t count, size_t texts);
  void Run(const DeviceNetwork& network, int count, int texts);
  // h = the convolutions of q by the three branches, rows of all side by side.
  void Convolve(const DeviceLayer (&layers)[kUseBranches], int count);

  std::mutex mutex_;  // of all below
  cuda::Stream* stream_ = nullptr;
  DeviceSpace<uint8_t> table_;
  std::vector<std::unique_ptr<DeviceNetwork>> networks_;
  std::vector<cuda::TokenRow> token_list_;
  std::vector<cuda::TextRows> text_list_;
  std::vector<float> sum_list_;
  DeviceSpace<cuda::TokenRow> tokens_;
  DeviceSpace<cuda::TextRows> texts_;
  DeviceSpace<int8_t> q_;
  DeviceSpace<float> scales_;
  DeviceSpace<float> x_;
  DeviceSpace<float> h_;
  DeviceSpace<float> features_;
  DeviceSpace<float> sums_;
};

absl::Status UseOnDevice::PutLayer(const Int8Weights& from, const float* bias,
                                   DeviceLayer* to) {
  // From panels of 64 columns and groups of 4 inputs to a column's inputs.
  const size_t padded = PaddedColumns(from.columns);
  const size_t block = from.inputs * kInt8Panel;
  std::vector<int8_t> w;
  std::vector<float> scale;
  w.reserve(from.segments * from.columns * from.inputs);
  for (size_t s = 0; s < from.segments; ++s) {
    for (size_t j = 0; j < from.columns; ++j) {
      scale.push_back(from.scale[s * padded + j]);
      const int8_t* column = from.w +
                             (j / kInt8Panel * from.segments + s) * block +
                             j % kInt8Panel * kInt8Group;
      for (size_t g = 0; g < from.inputs / kInt8Group; ++g) {
        const int8_t* group = column + g * kInt8Panel * kInt8Group;
        w.insert(w.end(), group, group + kInt8Group);
      }
    }
  }
  RETURN_IF_ERROR(Put(w.data(), w.size(), &to->w));
  RETURN_IF_ERROR(Put(scale.data(), scale.size(), &to->scale));
  if (bias != nullptr) RETURN_IF_ERROR(Put(bias, from.columns, &to->bias));
  to->weights = {static_cast<int>(from.columns),
                 static_cast<int>(from.segments), static_cast<int>(from.inputs),
                 to->w.get(), to->scale.get()};
  return absl::OkStatus();
}

absl::Status UseOnDevice::Load(absl::Span<const absl::string_view> table,
                               absl::Span<const UseTokenWeights> networks) {
  stream_ = cuda::MakeStream();
  size_t bytes = 0;
  for (const absl::string_view piece : table) bytes += piece.size();
  RETURN_IF_ERROR(table_.Make(bytes));
  size_t at = 0;
  for (const absl::string_view piece : table) {
    cuda::CopyIn(stream_, table_.get() + at, piece.data(), piece.size());
    at += piece.size();
  }
  RETURN_IF_ERROR(Finish());
  for (const UseTokenWeights& from : networks) {
    networks_.push_back(std::make_unique<DeviceNetwork>());
    DeviceNetwork& to = *networks_.back();
    RETURN_IF_ERROR(PutLayer(from.projection, nullptr, &to.projection));
    for (size_t b = 0; b < kUseBranches; ++b) {
      RETURN_IF_ERROR(
          PutLayer(from.first[b].weights, from.first[b].bias, &to.first[b]));
      RETURN_IF_ERROR(
          PutLayer(from.second[b].weights, from.second[b].bias, &to.second[b]));
    }
    RETURN_IF_ERROR(Put(from.chunk_bias,
                        (UseRows::kChunks + 1) * kUseProjection,
                        &to.chunk_bias));
    RETURN_IF_ERROR(Put(from.gamma, kUseProjection, &to.gamma));
    RETURN_IF_ERROR(Put(from.beta, kUseProjection, &to.beta));
  }
  return absl::OkStatus();
}

void UseOnDevice::ListTokens(const Batch& batch,
                             const std::vector<std::vector<int32_t>>& tokens,
                             RowOf row_of) {
  token_list_.clear();
  text_list_.clear();
  const cuda::TokenRow gap = {-1, 0, 0, 0};
  token_list_.assign(kUseGap, gap);
  for (const size_t text : batch.texts) {
    text_list_.push_back({static_cast<int32_t>(token_list_.size()),
                          static_cast<int32_t>(tokens[text].size())});
    for (const int32_t token : tokens[text]) {
      const UseRows::Row row = row_of(token);
      token_list_.push_back(
          {token, static_cast<int32_t>(row.chunk), row.scale, row.low});
    }
    token_list_.insert(token_list_.end(), kUseGap, gap);
  }
}

absl::Status UseOnDevice::MakeRoom(size_t count, size_t texts) {
  RETURN_IF_ERROR(tokens_.Make(count));
  RETURN_IF_ERROR(texts_.Make(texts));
  RETURN_IF_ERROR(q_.Make(count * kUseProjection));
  RETURN_IF_ERROR(scales_.Make(count * kUseBranches));
  RETURN_IF_ERROR(x_.Make(count * kUseProjection));
  RETURN_IF_ERROR(h_.Make(count * kUseProjection));
  RETURN_IF_ERROR(features_.Make(count * kFeatures));
  return sums_.Make(texts * kFeatures);
}

void UseOnDevice::Convolve(const DeviceLayer (&layers)[kUseBranches],
                           int count) {
  // Rows that are not in the first or the last gap, whose windows would reach
  // outside.
  const int inner = count - 2 * static_cast<int>(kUseGap);
  for (size_t b = 0; b < kUseBranches; ++b) {
    const size_t from = kUseGap - kUseWindows[b].before;
    const cuda::Int8Rows rows = {
        q_.get() + from * kUseProjection + b * kUseBranch,
        inner,
        kUseProjection,
        kUseProjection,
        scales_.get() + from * kUseBranches + b,
        kUseBranches,
        kUseBranches};
    cuda::GemmInt8(stream_, rows, layers[b].weights, layers[b].bias.get(),
                   h_.get() + kUseGap * kUseProjection + b * kUseBranch,
                   kUseProjection);
  }
}

void UseOnDevice::Run(const DeviceNetwork& network, int count, int texts) {
  const cuda::TokenRow* tokens = tokens_.get();
  const int wide = static_cast<int>(kUseProjection);
  cuda::TakeTokens(stream_, table_.get(), tokens, count, kWidth,
                   UseRows::kMiddle, q_.get(), scales_.get());
  cuda::GemmInt8(stream_, {q_.get(), count, kWidth, 0, scales_.get(), 1, 0},
                 network.projection.weights, nullptr, x_.get(), kUseProjection);
  cuda::NormTokens(stream_, tokens, count, network.chunk_bias.get(),
                   network.gamma.get(), network.beta.get(), kUseEpsilon, wide,
                   x_.get());
  // The three branches are three rows each.
  const int branches = static_cast<int>(kUseBranches);
  const auto round = [&] {
    cuda::RoundRows(stream_, x_.get(), count * branches, kUseBranch, q_.get(),
                    scales_.get());
  };
  round();
  Convolve(network.first, count);
  cuda::ReluAddTokens(stream_, tokens, count, h_.get(), wide, x_.get());
  round();
  Convolve(network.second, count);
  cuda::FeatureTokens(stream_, table_.get(), tokens, count, kWidth, h_.get(),
                      x_.get(), wide, kUseEpsilon, features_.get());
  cuda::SumTexts(stream_, texts_.get(), texts, features_.get(), kFeatures,
                 sums_.get());
}

absl::Status UseOnDevice::SumTokens(
    size_t network, const Batch& batch,
    const std::vector<std::vector<int32_t>>& tokens, RowOf row_of,
    float* sums) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ListTokens(batch, tokens, row_of);
  const size_t count = token_list_.size();
  const size_t texts = text_list_.size();
  if (texts == 0) return absl::OkStatus();
  RETURN_IF_ERROR(MakeRoom(count, texts));
  cuda::CopyIn(stream_, tokens_.get(), token_list_.data(),
               count * sizeof(cuda::TokenRow));
  cuda::CopyIn(stream_, texts_.get(), text_list_.data(),
               texts * sizeof(cuda::TextRows));
  Run(*networks_[network], static_cast<int>(count), static_cast<int>(texts));
  sum_list_.resize(texts * kFeatures);
  cuda::CopyOut(stream_, sum_list_.data(), sums_.get(),
                texts * kFeatures * sizeof(float));
  RETURN_IF_ERROR(Finish());
  for (size_t i = 0; i < texts; ++i) {
    std::copy_n(&sum_list_[i * kFeatures], kFeatures,
                sums + batch.texts[i] * kFeatures);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<UseCuda>> UseCuda::Open(
    absl::Span<const absl::string_view> table,
    absl::Span<const UseTokenWeights> networks) {
  cuda::DeviceInfo info;
  char why[256];
  if (!cuda::FindDevice(&info, why, sizeof(why))) {
    return absl::UnavailableError(why);
  }
  auto opened = std::make_unique<UseOnDevice>();
  RETURN_IF_ERROR(opened->Load(table, networks));
  return std::unique_ptr<UseCuda>(std::move(opened));
}

}  // namespace footnote
