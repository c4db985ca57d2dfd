#include "model/decoder/device_cuda.h"

#include <algorithm>
#include <map>
#include <new>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "kernels/cuda/layout.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/norm.h"
#include "kernels/cuda/prove.h"
#include "kernels/cuda/rows.h"
#include "model/decoder/cuda_attention.h"
#include "model/decoder/cuda_memory.h"
#include "model/decoder/cuda_mixture.h"
#include "model/decoder/cuda_nccl.h"
#include "model/decoder/cuda_queue.h"
#include "model/decoder/cuda_reducer.h"
#include "model/decoder/cuda_sampler.h"
#include "model/decoder/cuda_weights.h"
#include "model/decoder/device_parallel.h"

namespace footnote {
namespace {

class CudaDevice : public Device {
 public:
  explicit CudaDevice(const CudaOptions& options)
      : exact_(options.exact),
        uses_wgmma_(options.wgmma && !options.exact),
        queue_(options.graphs),
        matrices_(options.exact, options.weights),
        attention_(options.exact, &queue_),
        sampler_(&queue_) {}
  // What goes with its members is not in use any more then.
  ~CudaDevice() override { queue_.Finish(); }

  float* Allocate(size_t count) override;
  void Free(float* floats) override;
  void Read(const float* from, size_t count, float* to) override;
  void Write(const float* from, size_t count, float* to) override;
  absl::StatusOr<Matrix> Upload(const Tensor& tensor) override {
    return matrices_.Upload(tensor);
  }
  void Embed(const Matrix& table, absl::Span<const int32_t> ids, float scale,
             float* x) override;
  void Norm(NormKind kind, const float* weight, float epsilon, const float* x,
            int rows, int n, float* out) override;
  void Multiply(absl::Span<const Product> products, const float* x,
                int rows) override;
  void NormHeads(const float* weight, float epsilon, float* x, int rows,
                 int heads, int n) override;
  void SetAngles(int set, absl::Span<const float> frequencies,
                 absl::Span<const int> positions) override {
    attention_.SetAngles(set, frequencies, positions);
  }
  void Rotate(int set, RopePairing pairing, float* x, int rows, int heads,
              int n) override;
  absl::Status MakePages(const KvShape& shape,
                         absl::Span<const int> pages) override {
    return attention_.MakePages(shape, pages);
  }
  void ClearPages(int kind, absl::Span<const int32_t> pages) override {
    attention_.ClearPages(kind, pages);
  }
  void Attend(int layer, absl::Span<const SequenceRows> sequences, int heads,
              float scale, const float* q, const float* k, const float* v,
              float* out) override;
  void Gate(Activation activation, const float* gate, const float* up, int rows,
            int n, float* out) override;
  void Add(const float* y, size_t count, float* x) override;
  void Scale(float factor, size_t count, float* x) override;
  void Gather(const float* x, absl::Span<const int> rows, int n,
              float* out) override;
  absl::StatusOr<int> MakeMixture(const Mixture& mixture) override;
  void Mix(int mixture, const ExpertsConfig& rule, Activation activation,
           const float* scores, const float* x, int rows, float* out) override;
  void Begin() override;
  cuda::Stream* stream() const { return queue_.stream(); }
  bool Chooses() const override { return true; }
  int OpenTally(int vocabulary, absl::Span<const int32_t> prompt,
                absl::Span<const int32_t> answer) override {
    return sampler_.OpenTally(vocabulary, prompt, answer);
  }
  void CloseTally(int tally) override { sampler_.CloseTally(tally); }
  std::vector<Chosen> Choose(absl::Span<const Choice> choices, int vocabulary,
                             const float* logits) override;

 private:
  // What products read of rows, while it holds.
  struct Shadow {
    CudaMemory fragments;
    CudaMemory sums;
    cuda::Prepared prepared;
    bool holds = false;
  };
  struct Buffer {
    CudaMemory floats;
    Shadow shadow;
  };

  // Null for what is no buffer's beginning.
  Shadow* FindShadow(const float* x);
  // A shadow for `rows` rows of n, its numbers yet to be written; of x's own,
  // or of nobody's.
  cuda::Prepared ShadowFor(const float* x, int rows, int n);
  void Changed(const float* x);

  bool exact_;
  bool uses_wgmma_;
  CudaQueue queue_;
  CudaMatrices matrices_;
  CudaAttention attention_;
  CudaSampler sampler_;
  std::map<const float*, Buffer> buffers_;
  Shadow scratch_;   // of what is no buffer
  CudaMemory wide_;  // of the product that runs
  std::vector<std::unique_ptr<CudaMixture>> mixtures_;
  CudaMemory mixed_;
};

float* CudaDevice::Allocate(size_t count) {
  const size_t bytes = std::max<size_t>(count, 1) * sizeof(float);
  CudaMemory memory(bytes);
  if (memory.is_null()) throw std::bad_alloc();
  float* floats = memory.As<float>();
  queue_.Put([=](cuda::Stream* s) { cuda::Fill(s, floats, 0, bytes); },
             CudaOp::kFill, floats, bytes);
  queue_.Finish();
  buffers_[floats].floats = std::move(memory);
  return floats;
}

void CudaDevice::Free(float* floats) {
  queue_.Finish();
  queue_.ForgetGraphs();
  buffers_.erase(floats);
}

void CudaDevice::Read(const float* from, size_t count, float* to) {
  attention_.Settle();
  queue_.Read(from, to, count * sizeof(float));
}

void CudaDevice::Write(const float* from, size_t count, float* to) {
  attention_.Settle();
  Changed(to);
  queue_.Finish();
  cuda::Stream* stream = cuda::MakeStream();
  cuda::CopyIn(stream, to, from, count * sizeof(float));
  cuda::Finish(stream);
  cuda::DeleteStream(stream);
}

CudaDevice::Shadow* CudaDevice::FindShadow(const float* x) {
  const auto found = buffers_.find(x);
  return found == buffers_.end() ? nullptr : &found->second.shadow;
}

cuda::Prepared CudaDevice::ShadowFor(const float* x, int rows, int n) {
  const int parts = exact_ ? 3 : 1;
  Shadow* own = FindShadow(x);
  Shadow& shadow = own == nullptr ? scratch_ : *own;
  shadow.holds = false;
  shadow.fragments.Grow(cuda::PreparedBytes(parts, rows, n), &queue_);
  shadow.sums.Grow(cuda::SumBytes(rows, n), &queue_);
  cuda::Prepared prepared;
  prepared.parts = parts;
  prepared.tokens = rows;
  prepared.columns = n;
  prepared.fragments = shadow.fragments.As<uint16_t>();
  prepared.sums = shadow.sums.As<float>();
  shadow.prepared = prepared;
  // Of what is no buffer, nobody says when it changes.
  shadow.holds = own != nullptr;
  return prepared;
}

void CudaDevice::Changed(const float* x) {
  Shadow* const shadow = FindShadow(x);
  if (shadow != nullptr) shadow->holds = false;
}

void CudaDevice::Embed(const Matrix& table, absl::Span<const int32_t> ids,
                       float scale, float* x) {
  attention_.Settle();
  Changed(x);
  const int rows = static_cast<int>(ids.size());
  const auto* staged = static_cast<const int32_t*>(
      queue_.Stage(ids.data(), rows * sizeof(int32_t), rows * sizeof(int32_t)));
  const cuda::DeviceMatrix matrix = OnDevice(table);
  queue_.Put(
      [=](cuda::Stream* s) {
        cuda::EmbedRows(s, matrix, staged, rows, scale, x);
      },
      CudaOp::kEmbed, matrix.weights, staged, rows, scale, x);
}

void CudaDevice::Norm(NormKind kind, const float* weight, float epsilon,
                      const float* x, int rows, int n, float* out) {
  attention_.Settle();
  const bool centre = kind == NormKind::kLayerNorm;
  const cuda::Prepared prepared = ShadowFor(out, rows, n);
  queue_.Put(
      [=](cuda::Stream* s) {
        cuda::NormRows(s, centre, x, weight, epsilon, rows, n, out, prepared);
      },
      CudaOp::kNorm, centre, weight, epsilon, x, rows, n, out,
      prepared.fragments, prepared.sums);
}

void CudaDevice::Multiply(absl::Span<const Product> products, const float* x,
                          int rows) {
  attention_.Settle();
  if (rows == 0 || products.empty()) return;
  const int n = products[0].weights->columns;
  const Shadow* own = FindShadow(x);
  cuda::Prepared prepared;
  if (own != nullptr && own->holds && own->prepared.tokens == rows &&
      own->prepared.columns == n) {
    prepared = own->prepared;
  } else {
    prepared = ShadowFor(x, rows, n);
    queue_.Put(
        [=](cuda::Stream* s) { cuda::PrepareRows(s, x, rows, n, prepared); },
        CudaOp::kPrepare, x, rows, n, prepared.fragments, prepared.sums);
  }
  if (uses_wgmma_ && rows > cuda::kTilesTokens) {
    wide_.Grow(cuda::WideBytes(rows, n), &queue_);
    prepared.wide = wide_.As<uint16_t>();
  }
  struct All {
    cuda::MatmulProduct products[cuda::kMaxProducts];
  };
  All all = {};
  const int count = static_cast<int>(products.size());
  for (int i = 0; i < count; ++i) {
    const Product& product = products[i];
    all.products[i].weights = OnDevice(*product.weights);
    all.products[i].bias = product.bias;
    all.products[i].y = product.y;
    all.products[i].y_stride = product.y_stride;
    Changed(product.y);
  }
  queue_.Put(
      [=](cuda::Stream* s) {
        cuda::Matmul(s, all.products, count, x, prepared);
      },
      CudaOp::kMultiply, x, rows, n, count, prepared.fragments, prepared.wide);
  for (int i = 0; i < count; ++i) {
    queue_.Sign(all.products[i].weights.weights);
    queue_.Sign(all.products[i].bias);
    queue_.Sign(all.products[i].y);
    queue_.Sign(all.products[i].y_stride);
  }
}

void CudaDevice::NormHeads(const float* weight, float epsilon, float* x,
                           int rows, int heads, int n) {
  attention_.Settle();
  Changed(x);
  queue_.Put(
      [=](cuda::Stream* s) {
        cuda::NormHeads(s, weight, epsilon, rows * heads, n, x);
      },
      CudaOp::kNormHeads, weight, epsilon, rows, heads, n, x);
}

void CudaDevice::Rotate(int set, RopePairing pairing, float* x, int rows,
                        int heads, int n) {
  Changed(x);
  attention_.Rotate(set, pairing, x, rows, heads, n);
}

void CudaDevice::Attend(int layer, absl::Span<const SequenceRows> sequences,
                        int heads, float scale, const float* q, const float* k,
                        const float* v, float* out) {
  Changed(out);
  attention_.Attend(layer, sequences, heads, scale, q, k, v, out);
}

void CudaDevice::Gate(Activation activation, const float* gate, const float* up,
                      int rows, int n, float* out) {
  attention_.Settle();
  const bool gelu = activation == Activation::kGeluTanh;
  const cuda::Prepared prepared = ShadowFor(out, rows, n);
  queue_.Put(
      [=](cuda::Stream* s) {
        cuda::GateRows(s, gelu, gate, up, rows, n, out, prepared);
      },
      CudaOp::kGate, gelu, gate, up, rows, n, out, prepared.fragments,
      prepared.sums);
}

void CudaDevice::Add(const float* y, size_t count, float* x) {
  attention_.Settle();
  Changed(x);
  queue_.Put([=](cuda::Stream* s) { cuda::AddNumbers(s, y, count, x); },
             CudaOp::kAdd, y, count, x);
}

void CudaDevice::Scale(float factor, size_t count, float* x) {
  attention_.Settle();
  Changed(x);
  queue_.Put([=](cuda::Stream* s) { cuda::ScaleNumbers(s, factor, count, x); },
             CudaOp::kScale, factor, count, x);
}

void CudaDevice::Gather(const float* x, absl::Span<const int> rows, int n,
                        float* out) {
  attention_.Settle();
  Changed(out);
  const int count = static_cast<int>(rows.size());
  const auto* staged = static_cast<const int32_t*>(queue_.Stage(
      rows.data(), count * sizeof(int32_t), count * sizeof(int32_t)));
  queue_.Put(
      [=](cuda::Stream* s) { cuda::GatherRows(s, x, staged, count, n, out); },
      CudaOp::kGather, x, staged, count, n, out);
}

absl::StatusOr<int> CudaDevice::MakeMixture(const Mixture& mixture) {
  const auto on_device = [](const std::vector<Matrix>& matrices) {
    std::vector<cuda::DeviceMatrix> all;
    for (const Matrix& matrix : matrices) all.push_back(OnDevice(matrix));
    return all;
  };
  ASSIGN_OR_RETURN(
      std::unique_ptr<CudaMixture> made,
      CudaMixture::Create(on_device(mixture.gate), on_device(mixture.up),
                          on_device(mixture.down), mixture.used));
  mixtures_.push_back(std::move(made));
  return static_cast<int>(mixtures_.size()) - 1;
}

void CudaDevice::Mix(int mixture, const ExpertsConfig& rule,
                     Activation activation, const float* scores, const float* x,
                     int rows, float* out) {
  attention_.Settle();
  Changed(out);
  const CudaMixture* experts = mixtures_[mixture].get();
  CudaMixture::Step step = {};
  step.rule = {rule.count, rule.used, rule.sigmoid, rule.normalize};
  step.gelu = activation == Activation::kGeluTanh;
  step.scores = scores;
  step.x = x;
  step.rows = rows;
  step.parts = exact_ ? 3 : 1;
  step.out = out;
  mixed_.Grow(experts->Bytes(step), &queue_);
  step.memory = mixed_.As<char>();
  queue_.Put([=](cuda::Stream* s) { experts->Run(s, step); }, CudaOp::kMix,
             experts, rule.used, rule.sigmoid, rule.normalize, step.gelu,
             scores, x, rows, step.memory, out);
}

void CudaDevice::Begin() {
  attention_.Settle();
  queue_.Flush();
}

std::vector<Chosen> CudaDevice::Choose(absl::Span<const Choice> choices,
                                       int vocabulary, const float* logits) {
  attention_.Settle();
  return sampler_.Choose(choices, vocabulary, logits);
}

absl::StatusOr<std::unique_ptr<Device>> MakeRanks(const CudaOptions& options) {
  const int found = cuda::DeviceCount();
  if (found < options.devices) {
    return absl::UnavailableError(absl::StrCat(
        options.devices, " CUDA devices asked for, ", found, " found"));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Nccl> nccl, Nccl::Open("", options.devices));
  std::vector<std::unique_ptr<Device>> ranks;
  std::vector<CudaRank> known;
  for (int r = 0; r < options.devices; ++r) {
    cuda::UseDevice(r);
    auto rank = std::make_unique<CudaDevice>(options);
    known.push_back({rank.get(), rank->stream()});
    ranks.push_back(std::move(rank));
  }
  return MakeParallelDevice(std::move(ranks),
                            MakeNcclReducer(std::move(nccl), std::move(known)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Device>> MakeCudaDevice(
    const CudaOptions& options) {
  cuda::DeviceInfo info;
  char why[256];
  if (!cuda::FindDevice(&info, why, sizeof(why))) {
    return absl::UnavailableError(why);
  }
  try {
    if (options.devices > 1) return MakeRanks(options);
    return std::unique_ptr<Device>(std::make_unique<CudaDevice>(options));
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(
        "CUDA device: no memory to begin with, want some that no other "
        "program holds");
  }
}

bool ProveWgmma(std::string* why) {
  why->clear();
  cuda::DeviceInfo info;
  char none[256];
  if (!cuda::FindDevice(&info, none, sizeof(none))) return false;
  cuda::Stream* stream = cuda::MakeStream();
  const cuda::WideProof proof = cuda::ProveWide(stream);
  switch (proof.state) {
    case cuda::WideState::kAbsent:
    case cuda::WideState::kSame:
      break;
    case cuda::WideState::kClose:
      *why = absl::StrFormat(
          "wgmma rounds otherwise than mma.sync: %.1e of "
          "the largest number",
          proof.largest);
      break;
    case cuda::WideState::kWrong:
      *why = absl::StrFormat(
          "wgmma is not mma.sync: %.1e of the largest number", proof.largest);
      break;
    case cuda::WideState::kFailed:
      *why = absl::StrCat("wgmma can't be proved: ", proof.error);
      break;
  }
  cuda::DeleteStream(stream);
  return proof.state == cuda::WideState::kSame;
}

std::string CudaDeviceText() {
  cuda::DeviceInfo info;
  char why[256];
  if (!cuda::FindDevice(&info, why, sizeof(why))) return why;
  return absl::StrFormat("%s, %d multiprocessors, %.1f GiB", info.name,
                         info.multiprocessors,
                         info.memory_bytes / (1024.0 * 1024 * 1024));
}

}  // namespace footnote
