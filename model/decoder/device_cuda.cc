#include "model/decoder/device_cuda.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <new>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "kernels/cuda/attend.h"
#include "kernels/cuda/layout.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/norm.h"
#include "kernels/cuda/prove.h"
#include "kernels/cuda/rows.h"
#include "kernels/cuda/sample.h"
#include "kernels/draw.h"
#include "kernels/quant_types.h"
#include "model/decoder/cuda_mixture.h"
#include "model/decoder/cuda_nccl.h"
#include "model/decoder/cuda_queue.h"
#include "model/decoder/device_parallel.h"

namespace footnote {
namespace {

// Operations, for signatures.
enum class Op : uint64_t {
  kFill,
  kEmbed,
  kNorm,
  kPrepare,
  kMultiply,
  kNormHeads,
  kAngles,
  kRotate,
  kAttend,
  kGate,
  kAdd,
  kScale,
  kGather,
  kMix,
  kSample,
};

// The next of 1, 2, 3, 4, 6, 8, 12, …: sizes that grow by one at a time then
// seldom make a new graph.
int RoundedUp(int count) {
  int power = 1;
  while (power < count) power *= 2;
  return count <= power / 4 * 3 ? power / 4 * 3 : power;
}

class CudaDevice : public Device {
 public:
  explicit CudaDevice(const CudaOptions& options)
      : exact_(options.exact),
        weights_(options.weights),
        uses_wgmma_(options.wgmma && !options.exact),
        queue_(options.graphs) {}
  ~CudaDevice() override;

  float* Allocate(size_t count) override;
  void Free(float* floats) override;
  void Read(const float* from, size_t count, float* to) override;
  void Write(const float* from, size_t count, float* to) override;
  absl::StatusOr<Matrix> Upload(const Tensor& tensor) override;
  void Embed(const Matrix& table, absl::Span<const int32_t> ids, float scale,
             float* x) override;
  void Norm(NormKind kind, const float* weight, float epsilon, const float* x,
            int rows, int n, float* out) override;
  void Multiply(absl::Span<const Product> products, const float* x,
                int rows) override;
  void NormHeads(const float* weight, float epsilon, float* x, int rows,
                 int heads, int n) override;
  void SetAngles(int set, absl::Span<const float> frequencies,
                 absl::Span<const int> positions) override;
  void Rotate(int set, RopePairing pairing, float* x, int rows, int heads,
              int n) override;
  absl::Status MakePages(const KvShape& shape,
                         absl::Span<const int> pages) override;
  void ClearPages(int kind, absl::Span<const int32_t> pages) override;
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
                absl::Span<const int32_t> answer) override;
  void CloseTally(int tally) override { free_tallies_.push_back(tally); }
  std::vector<Chosen> Choose(absl::Span<const Choice> choices, int vocabulary,
                             const float* logits) override;

 private:
  // What products read of a buffer, while it holds.
  struct Shadow {
    cuda::Prepared prepared;
    size_t fragment_bytes = 0;
    size_t sum_bytes = 0;
    bool holds = false;
  };
  // Memory that grows.
  struct Space {
    void* memory = nullptr;
    size_t bytes = 0;
  };
  struct Angles {
    Space cosines;
    Space sines;
  };
  // A rotation that waits for its Attend.
  struct Waiting {
    int set;
    bool halves;
    float* x;
    int rows;
    int heads;
    int size;
  };
  // What attention of a step needs of one kind of page, in device memory.
  struct Plan {
    bool is_made = false;
    const int32_t* positions = nullptr;
    const int32_t* row_pages = nullptr;
    int rows = 0;
    cuda::AttendWork work;
  };

  // At least `bytes`, the old bytes lost.
  void Grow(size_t bytes, Space* space);
  // A shadow for `rows` rows of n, its numbers yet to be written; of x's own,
  // or of nobody's.
  cuda::Prepared ShadowFor(const float* x, int rows, int n);
  void Changed(const float* x);
  // Starts rotations that no Attend took.
  void Settle();
  cuda::Rotation RotationOf(const Waiting& waiting) const;
  template <typename T>
  const T* StageAll(const std::vector<T>& values, int room) {
    return static_cast<const T*>(queue_.Stage(
        values.data(), values.size() * sizeof(T), room * sizeof(T)));
  }
  const Plan& PlanOf(int kind, absl::Span<const SequenceRows> sequences,
                     int heads);

  bool exact_;
  CudaWeights weights_;
  bool uses_wgmma_;
  CudaQueue queue_;
  std::map<const float*, Shadow> shadows_;  // by buffer
  Space scratch_fragments_;
  Space scratch_sums_;
  Space wide_;  // of the product that runs
  std::deque<cuda::DeviceMatrix> matrices_;
  std::map<int, Angles> angles_;
  std::vector<Waiting> waiting_;
  KvShape shape_;
  std::vector<cuda::Pages> pages_;  // by kind
  std::vector<Plan> plans_;         // by kind
  Space partials_;
  cuda::AttendPlan plan_;
  // Of vocabulary numbers each.
  std::vector<uint16_t*> tallies_;
  std::vector<int> free_tallies_;
  Space changed_;
  Space sampled_;
  std::vector<std::unique_ptr<CudaMixture>> mixtures_;
  Space mixed_;
};

CudaDevice::~CudaDevice() {
  queue_.Finish();
  for (auto& [x, shadow] : shadows_) {
    cuda::Free(shadow.prepared.fragments);
    cuda::Free(shadow.prepared.sums);
    cuda::Free(const_cast<float*>(x));
  }
  for (const cuda::DeviceMatrix& matrix : matrices_) {
    cuda::Free(const_cast<void*>(matrix.weights));
    cuda::Free(const_cast<void*>(matrix.scales));
  }
  for (const cuda::Pages& pages : pages_) cuda::Free(pages.memory);
  for (auto& [set, angles] : angles_) {
    cuda::Free(angles.cosines.memory);
    cuda::Free(angles.sines.memory);
  }
  for (uint16_t* tally : tallies_) cuda::Free(tally);
  for (const Space& space : {scratch_fragments_, scratch_sums_, wide_,
                             partials_, changed_, sampled_}) {
    cuda::Free(space.memory);
  }
}

void CudaDevice::Grow(size_t bytes, Space* space) {
  if (bytes <= space->bytes) return;
  queue_.Finish();
  queue_.ForgetGraphs();
  cuda::Free(space->memory);
  bytes = std::max(bytes, space->bytes + space->bytes / 2);
  space->memory = cuda::Allocate(bytes);
  space->bytes = bytes;
  if (space->memory == nullptr) throw std::bad_alloc();
}

float* CudaDevice::Allocate(size_t count) {
  const size_t bytes = std::max<size_t>(count, 1) * sizeof(float);
  float* floats = static_cast<float*>(cuda::Allocate(bytes));
  if (floats == nullptr) throw std::bad_alloc();
  queue_.Put([=](cuda::Stream* s) { cuda::Fill(s, floats, 0, bytes); },
             Op::kFill, floats, bytes);
  queue_.Finish();
  shadows_[floats];
  return floats;
}

void CudaDevice::Free(float* floats) {
  const auto found = shadows_.find(floats);
  if (found == shadows_.end()) return;
  queue_.Finish();
  queue_.ForgetGraphs();
  cuda::Free(found->second.prepared.fragments);
  cuda::Free(found->second.prepared.sums);
  cuda::Free(floats);
  shadows_.erase(found);
}

void CudaDevice::Read(const float* from, size_t count, float* to) {
  Settle();
  queue_.Read(from, to, count * sizeof(float));
}

void CudaDevice::Write(const float* from, size_t count, float* to) {
  Settle();
  Changed(to);
  queue_.Finish();
  cuda::Stream* stream = cuda::MakeStream();
  cuda::CopyIn(stream, to, from, count * sizeof(float));
  cuda::Finish(stream);
  cuda::DeleteStream(stream);
}

absl::StatusOr<Matrix> CudaDevice::Upload(const Tensor& tensor) {
  QuantType type;
  if (tensor.shape.size() != 2 ||
      !QuantTypeFromGgml(static_cast<uint32_t>(tensor.type), &type)) {
    return absl::UnimplementedError(
        absl::StrCat("a product with ", TensorTypeName(tensor.type), " of ",
                     ShapeText(tensor.shape)));
  }
  cuda::WeightKind kind =
      exact_ ? cuda::WeightKind::kFloat : cuda::WeightKind::kBf16;
  switch (type) {
    case QuantType::kBf16:
      kind = cuda::WeightKind::kBf16;
      break;
    case QuantType::kQ8_0:
      kind = cuda::WeightKind::kInt8;
      break;
    case QuantType::kQ4_0:
    case QuantType::kQ4_1:
    case QuantType::kQ4K:
      kind = cuda::WeightKind::kInt4;
      break;
    default:
      break;
  }
  if (QuantBlock(type) == 1 && weights_ != CudaWeights::kAsTheyAre) {
    kind = weights_ == CudaWeights::kFp8    ? cuda::WeightKind::kFp8
           : weights_ == CudaWeights::kInt8 ? cuda::WeightKind::kInt8
                                            : cuda::WeightKind::kInt4;
  }
  cuda::DeviceMatrix on_device;
  on_device.kind = kind;
  on_device.rows = static_cast<int>(tensor.shape[0]);
  on_device.columns = static_cast<int>(tensor.shape[1]);
  const size_t weight_bytes =
      cuda::WeightBytes(kind, on_device.rows, on_device.columns);
  const size_t scale_bytes =
      cuda::ScaleBytes(kind, on_device.rows, on_device.columns);
  std::vector<char> weights(weight_bytes);
  std::vector<char> scales(scale_bytes);
  cuda::PackWeights(kind, type, tensor.bytes.data(), on_device.rows,
                    on_device.columns, weights.data(), scales.data());
  void* there = cuda::Allocate(weight_bytes);
  void* scales_there = cuda::Allocate(scale_bytes);
  if (there == nullptr || scales_there == nullptr) {
    cuda::Free(there);
    cuda::Free(scales_there);
    return absl::ResourceExhaustedError(absl::StrCat("no device memory for ",
                                                     weight_bytes + scale_bytes,
                                                     " bytes of weights"));
  }
  cuda::Stream* stream = cuda::MakeStream();
  cuda::CopyIn(stream, there, weights.data(), weight_bytes);
  cuda::CopyIn(stream, scales_there, scales.data(), scale_bytes);
  const char* error = cuda::Finish(stream);
  const std::string why = error == nullptr ? "" : error;
  cuda::DeleteStream(stream);
  if (error != nullptr) return absl::InternalError(why);
  on_device.weights = there;
  on_device.scales = scales_there;
  matrices_.push_back(on_device);
  Matrix matrix;
  matrix.type = tensor.type;
  matrix.rows = on_device.rows;
  matrix.columns = on_device.columns;
  matrix.data = &matrices_.back();
  return matrix;
}

const cuda::DeviceMatrix& OnDevice(const Matrix& matrix) {
  return *static_cast<const cuda::DeviceMatrix*>(matrix.data);
}

cuda::Prepared CudaDevice::ShadowFor(const float* x, int rows, int n) {
  const int parts = exact_ ? 3 : 1;
  cuda::Prepared prepared;
  prepared.parts = parts;
  prepared.tokens = rows;
  prepared.columns = n;
  const size_t fragment_bytes = cuda::PreparedBytes(parts, rows, n);
  const size_t sum_bytes = cuda::SumBytes(rows, n);
  const auto found = shadows_.find(x);
  Space fragments = scratch_fragments_;
  Space sums = scratch_sums_;
  if (found != shadows_.end()) {
    fragments = {found->second.prepared.fragments,
                 found->second.fragment_bytes};
    sums = {found->second.prepared.sums, found->second.sum_bytes};
  }
  Grow(fragment_bytes, &fragments);
  Grow(sum_bytes, &sums);
  prepared.fragments = static_cast<uint16_t*>(fragments.memory);
  prepared.sums = static_cast<float*>(sums.memory);
  if (found == shadows_.end()) {
    scratch_fragments_ = fragments;
    scratch_sums_ = sums;
  } else {
    found->second.prepared = prepared;
    found->second.fragment_bytes = fragments.bytes;
    found->second.sum_bytes = sums.bytes;
    found->second.holds = true;
  }
  return prepared;
}

void CudaDevice::Changed(const float* x) {
  const auto found = shadows_.find(x);
  if (found != shadows_.end()) found->second.holds = false;
}

void CudaDevice::Embed(const Matrix& table, absl::Span<const int32_t> ids,
                       float scale, float* x) {
  Settle();
  Changed(x);
  const int rows = static_cast<int>(ids.size());
  const auto* staged = static_cast<const int32_t*>(
      queue_.Stage(ids.data(), rows * sizeof(int32_t), rows * sizeof(int32_t)));
  const cuda::DeviceMatrix matrix = OnDevice(table);
  queue_.Put(
      [=](cuda::Stream* s) {
        cuda::EmbedRows(s, matrix, staged, rows, scale, x);
      },
      Op::kEmbed, matrix.weights, staged, rows, scale, x);
}

void CudaDevice::Norm(NormKind kind, const float* weight, float epsilon,
                      const float* x, int rows, int n, float* out) {
  Settle();
  const bool centre = kind == NormKind::kLayerNorm;
  const cuda::Prepared prepared = ShadowFor(out, rows, n);
  queue_.Put(
      [=](cuda::Stream* s) {
        cuda::NormRows(s, centre, x, weight, epsilon, rows, n, out, prepared);
      },
      Op::kNorm, centre, weight, epsilon, x, rows, n, out, prepared.fragments,
      prepared.sums);
}

void CudaDevice::Multiply(absl::Span<const Product> products, const float* x,
                          int rows) {
  Settle();
  if (rows == 0 || products.empty()) return;
  const int n = products[0].weights->columns;
  const auto found = shadows_.find(x);
  cuda::Prepared prepared;
  if (found != shadows_.end() && found->second.holds &&
      found->second.prepared.tokens == rows &&
      found->second.prepared.columns == n) {
    prepared = found->second.prepared;
  } else {
    prepared = ShadowFor(x, rows, n);
    queue_.Put(
        [=](cuda::Stream* s) { cuda::PrepareRows(s, x, rows, n, prepared); },
        Op::kPrepare, x, rows, n, prepared.fragments, prepared.sums);
  }
  if (uses_wgmma_ && rows > cuda::kTilesTokens) {
    Grow(cuda::WideBytes(rows, n), &wide_);
    prepared.wide = static_cast<uint16_t*>(wide_.memory);
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
      Op::kMultiply, x, rows, n, count, prepared.fragments, prepared.wide);
  for (int i = 0; i < count; ++i) {
    queue_.Sign(all.products[i].weights.weights);
    queue_.Sign(all.products[i].bias);
    queue_.Sign(all.products[i].y);
    queue_.Sign(all.products[i].y_stride);
  }
}

void CudaDevice::NormHeads(const float* weight, float epsilon, float* x,
                           int rows, int heads, int n) {
  Settle();
  Changed(x);
  queue_.Put(
      [=](cuda::Stream* s) {
        cuda::NormHeads(s, weight, epsilon, rows * heads, n, x);
      },
      Op::kNormHeads, weight, epsilon, rows, heads, n, x);
}

void CudaDevice::SetAngles(int set, absl::Span<const float> frequencies,
                           absl::Span<const int> positions) {
  Settle();
  if (set == 0) {
    // The first of a step: what attention knew is of the last.
    queue_.NewStep();
    for (Plan& plan : plans_) plan.is_made = false;
  }
  const int rows = static_cast<int>(positions.size());
  const int pairs = static_cast<int>(frequencies.size());
  Angles& angles = angles_[set];
  Grow(sizeof(float) * rows * pairs, &angles.cosines);
  Grow(sizeof(float) * rows * pairs, &angles.sines);
  const auto* staged = static_cast<const float*>(queue_.Stage(
      frequencies.data(), pairs * sizeof(float), pairs * sizeof(float)));
  const auto* staged_positions = static_cast<const int32_t*>(queue_.Stage(
      positions.data(), rows * sizeof(int32_t), rows * sizeof(int32_t)));
  float* cosines = static_cast<float*>(angles.cosines.memory);
  float* sines = static_cast<float*>(angles.sines.memory);
  queue_.Put(
      [=](cuda::Stream* s) {
        cuda::MakeAngles(s, staged, pairs, staged_positions, rows, cosines,
                         sines);
      },
      Op::kAngles, staged, pairs, staged_positions, rows, cosines, sines);
}

void CudaDevice::Rotate(int set, RopePairing pairing, float* x, int rows,
                        int heads, int n) {
  Changed(x);
  waiting_.push_back({set, pairing == RopePairing::kHalves, x, rows, heads, n});
}

cuda::Rotation CudaDevice::RotationOf(const Waiting& waiting) const {
  const Angles& angles = angles_.at(waiting.set);
  cuda::Rotation rotation;
  rotation.cosines = static_cast<const float*>(angles.cosines.memory);
  rotation.sines = static_cast<const float*>(angles.sines.memory);
  rotation.halves = waiting.halves;
  return rotation;
}

void CudaDevice::Settle() {
  for (const Waiting& waiting : waiting_) {
    // As queries whose keys go nowhere.
    const std::vector<int32_t> nowhere(waiting.rows, -1);
    const int32_t* row_pages = StageAll(nowhere, waiting.rows);
    const cuda::Rotation rotation = RotationOf(waiting);
    cuda::Pages pages;
    pages.size = waiting.size;
    queue_.Put(
        [=](cuda::Stream* s) {
          cuda::RotateAndStore(s, rotation, pages, 0, row_pages, row_pages,
                               waiting.rows, waiting.heads, waiting.x, nullptr,
                               nullptr);
        },
        Op::kRotate, rotation.cosines, rotation.halves, row_pages, waiting.x,
        waiting.rows, waiting.heads, waiting.size);
  }
  waiting_.clear();
}

absl::Status CudaDevice::MakePages(const KvShape& shape,
                                   absl::Span<const int> pages) {
  queue_.Finish();
  queue_.ForgetGraphs();
  for (const cuda::Pages& old : pages_) cuda::Free(old.memory);
  pages_.clear();
  shape_ = shape;
  plans_.assign(pages.size(), {});
  const int padded =
      exact_ ? shape.head_size : cuda::PaddedHead(shape.head_size);
  if (padded == 0 || padded > 512 || shape.head_size % 2 != 0) {
    return absl::UnimplementedError(absl::StrCat(
        "attention on a CUDA device with heads of ", shape.head_size,
        ", want an even size of at most ", exact_ ? 512 : 256));
  }
  for (size_t kind = 0; kind < pages.size(); ++kind) {
    cuda::Pages made;
    made.page_numbers =
        cuda::PageNumbers(shape.layers_of_kind[kind], shape.kv_heads, padded);
    made.kv_heads = shape.kv_heads;
    made.size = shape.head_size;
    made.padded = padded;
    made.is_float = exact_;
    const size_t bytes = made.page_numbers * std::max(1, pages[kind]) *
                         (exact_ ? sizeof(float) : 2);
    made.memory = cuda::Allocate(bytes);
    if (made.memory == nullptr) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "no device memory for ", pages[kind], " pages, ", bytes, " bytes"));
    }
    pages_.push_back(made);
    queue_.Put([=](cuda::Stream* s) { cuda::Fill(s, made.memory, 0, bytes); },
               Op::kFill, made.memory, bytes);
  }
  queue_.Finish();
  return absl::OkStatus();
}

void CudaDevice::ClearPages(int kind, absl::Span<const int32_t> pages) {
  // Beside the queue: no two calls are alike, so there is no graph in it.
  queue_.Flush();
  const cuda::Pages& all = pages_[kind];
  const size_t bytes = all.page_numbers * (all.is_float ? sizeof(float) : 2);
  for (const int32_t page : pages) {
    cuda::Fill(queue_.stream(), static_cast<char*>(all.memory) + bytes * page,
               0, bytes);
  }
}

const CudaDevice::Plan& CudaDevice::PlanOf(
    int kind, absl::Span<const SequenceRows> sequences, int heads) {
  Plan& plan = plans_[kind];
  if (plan.is_made) return plan;
  std::vector<int32_t> positions;
  std::vector<int32_t> row_pages;
  std::vector<int32_t> page_list;
  std::vector<cuda::AttendSequence> all;
  for (const SequenceRows& sequence : sequences) {
    const int count = (sequence.position + sequence.rows - 1) / cuda::kPage + 1;
    const int32_t* pages = sequence.pages[kind];
    all.push_back({sequence.first_row, sequence.rows, sequence.position,
                   static_cast<int>(page_list.size()), count});
    page_list.insert(page_list.end(), pages, pages + count);
    positions.resize(sequence.first_row + sequence.rows);
    row_pages.resize(positions.size());
    for (int r = 0; r < sequence.rows; ++r) {
      const int position = sequence.position + r;
      positions[sequence.first_row + r] = position;
      row_pages[sequence.first_row + r] = pages[position / cuda::kPage];
    }
  }
  cuda::PlanAttention(all.data(), static_cast<int>(all.size()),
                      shape_.windows[kind], heads / shape_.kv_heads, &plan_);
  const auto fill = [](auto* tasks) {
    tasks->resize(tasks->empty() ? 0 : RoundedUp(tasks->size()));
    return static_cast<int>(tasks->size());
  };
  plan.work.spread_count = fill(&plan_.spread);
  plan.work.solo_count = fill(&plan_.solo);
  plan.work.merge_count = fill(&plan_.merges);
  Grow(
      sizeof(float) * cuda::PartialFloats(RoundedUp(plan_.partials + 1), heads,
                                          shape_.kv_heads, pages_[kind].padded),
      &partials_);
  plan.rows = static_cast<int>(positions.size());
  plan.positions = StageAll(positions, plan.rows);
  plan.row_pages = StageAll(row_pages, plan.rows);
  plan.work.page_list = StageAll(page_list, RoundedUp(page_list.size()));
  plan.work.spread = StageAll(plan_.spread, plan.work.spread_count);
  plan.work.solo = StageAll(plan_.solo, plan.work.solo_count);
  plan.work.merges = StageAll(plan_.merges, plan.work.merge_count);
  plan.is_made = true;
  return plan;
}

void CudaDevice::Attend(int layer, absl::Span<const SequenceRows> sequences,
                        int heads, float scale, const float* q, const float* k,
                        const float* v, float* out) {
  const KvShape::Layer& where = shape_.layers[layer];
  const int place = where.place;
  const cuda::Pages pages = pages_[where.kind];
  const int window = shape_.windows[where.kind];
  cuda::Rotation rotation;
  float* queries = const_cast<float*>(q);
  if (waiting_.size() == 2 && waiting_[0].x == q && waiting_[1].x == k &&
      waiting_[0].set == waiting_[1].set) {
    rotation = RotationOf(waiting_[0]);
    waiting_.clear();
  } else {
    Settle();
  }
  const Plan& plan = PlanOf(where.kind, sequences, heads);
  cuda::AttendWork work = plan.work;
  work.partials = static_cast<float*>(partials_.memory);
  const int32_t* positions = plan.positions;
  const int32_t* row_pages = plan.row_pages;
  const int rows = plan.rows;
  Changed(out);
  queue_.Put(
      [=](cuda::Stream* s) {
        cuda::RotateAndStore(s, rotation, pages, place, positions, row_pages,
                             rows, heads, queries, k, v);
        cuda::Attend(s, work, pages, place, window, scale, heads, queries, out);
      },
      Op::kAttend, rotation.cosines, rotation.halves, pages.memory, place,
      positions, row_pages, rows, heads, q, k, v, window, scale, out,
      work.spread, work.spread_count, work.solo, work.solo_count, work.merges,
      work.merge_count, work.page_list, work.partials);
}

void CudaDevice::Gate(Activation activation, const float* gate, const float* up,
                      int rows, int n, float* out) {
  Settle();
  const bool gelu = activation == Activation::kGeluTanh;
  const cuda::Prepared prepared = ShadowFor(out, rows, n);
  queue_.Put(
      [=](cuda::Stream* s) {
        cuda::GateRows(s, gelu, gate, up, rows, n, out, prepared);
      },
      Op::kGate, gelu, gate, up, rows, n, out, prepared.fragments,
      prepared.sums);
}

void CudaDevice::Add(const float* y, size_t count, float* x) {
  Settle();
  Changed(x);
  queue_.Put([=](cuda::Stream* s) { cuda::AddNumbers(s, y, count, x); },
             Op::kAdd, y, count, x);
}

void CudaDevice::Scale(float factor, size_t count, float* x) {
  Settle();
  Changed(x);
  queue_.Put([=](cuda::Stream* s) { cuda::ScaleNumbers(s, factor, count, x); },
             Op::kScale, factor, count, x);
}

void CudaDevice::Gather(const float* x, absl::Span<const int> rows, int n,
                        float* out) {
  Settle();
  Changed(out);
  const int count = static_cast<int>(rows.size());
  const auto* staged = static_cast<const int32_t*>(queue_.Stage(
      rows.data(), count * sizeof(int32_t), count * sizeof(int32_t)));
  queue_.Put(
      [=](cuda::Stream* s) { cuda::GatherRows(s, x, staged, count, n, out); },
      Op::kGather, x, staged, count, n, out);
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
  Settle();
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
  Grow(experts->Bytes(step), &mixed_);
  step.memory = static_cast<char*>(mixed_.memory);
  queue_.Put([=](cuda::Stream* s) { experts->Run(s, step); }, Op::kMix, experts,
             rule.used, rule.sigmoid, rule.normalize, step.gelu, scores, x,
             rows, step.memory, out);
}

void CudaDevice::Begin() {
  Settle();
  queue_.Flush();
}

// Each token once, with how often `ids` have it.
void AddNotes(uint16_t* tally, absl::Span<const int32_t> ids,
              std::vector<cuda::Note>* notes) {
  std::map<int32_t, int> times;
  for (const int32_t id : ids) ++times[id];
  for (const auto& [id, count] : times) notes->push_back({tally, id, count});
}

int CudaDevice::OpenTally(int vocabulary, absl::Span<const int32_t> prompt,
                          absl::Span<const int32_t> answer) {
  const size_t bytes = size_t{2} * vocabulary;
  if (free_tallies_.empty()) {
    free_tallies_.push_back(static_cast<int>(tallies_.size()));
    tallies_.push_back(static_cast<uint16_t*>(cuda::Allocate(bytes)));
    if (tallies_.back() == nullptr) throw std::bad_alloc();
  }
  const int tally = free_tallies_.back();
  free_tallies_.pop_back();
  uint16_t* there = tallies_[tally];
  std::vector<cuda::Note> notes;
  AddNotes(there, prompt, &notes);
  for (cuda::Note& note : notes) note.times = 0;
  const int in_prompt = static_cast<int>(notes.size());
  AddNotes(there, answer, &notes);
  const int in_answer = static_cast<int>(notes.size()) - in_prompt;
  // Once a request: apart from all steps, so that no graph knows of it.
  cuda::Stream* stream = cuda::MakeStream();
  auto* on_device = static_cast<cuda::Note*>(
      cuda::Allocate(std::max<size_t>(1, notes.size()) * sizeof(cuda::Note)));
  if (on_device == nullptr) throw std::bad_alloc();
  queue_.Finish();
  cuda::Fill(stream, there, 0, bytes);
  cuda::CopyIn(stream, on_device, notes.data(),
               notes.size() * sizeof(cuda::Note));
  cuda::NoteTokens(stream, on_device, in_prompt);
  cuda::NoteTokens(stream, on_device + in_prompt, in_answer);
  cuda::Finish(stream);
  cuda::Free(on_device);
  cuda::DeleteStream(stream);
  return tally;
}

std::vector<Chosen> CudaDevice::Choose(absl::Span<const Choice> choices,
                                       int vocabulary, const float* logits) {
  Settle();
  const int count = static_cast<int>(choices.size());
  if (count == 0) return {};
  std::vector<cuda::SampleRow> samples;
  std::vector<cuda::Note> notes;
  std::vector<uint32_t> masks;
  const size_t mask_words = cuda::MaskWords(vocabulary);
  bool changes = false;
  for (const Choice& choice : choices) {
    cuda::SampleRow row = {};
    row.row = choice.row;
    row.temperature = choice.sampling.temperature;
    row.top_k = choice.sampling.top_k;
    row.top_p = choice.sampling.top_p;
    row.min_p = choice.sampling.min_p;
    row.repetition_penalty = choice.sampling.repetition_penalty;
    row.frequency_penalty = choice.sampling.frequency_penalty;
    row.presence_penalty = choice.sampling.presence_penalty;
    row.seed = choice.sampling.seed;
    row.position = choice.position;
    if (choice.tally >= 0) {
      uint16_t* tally = tallies_[choice.tally];
      row.tally = tally;
      AddNotes(tally, choice.said, &notes);
      row.guessed_count = static_cast<int>(choice.guessed.size());
      std::copy(choice.guessed.begin(), choice.guessed.end(), row.guessed);
    }
    row.mask_row = -1;
    if (!choice.allowed.empty()) {
      row.mask_row = static_cast<int>(masks.size() / mask_words);
      masks.resize(masks.size() + mask_words);
      std::memcpy(masks.data() + row.mask_row * mask_words,
                  choice.allowed.data(), mask_words * sizeof(uint32_t));
    }
    changes = changes || row.tally != nullptr || row.mask_row >= 0;
    row.wants_logprob = choice.wants_logprob;
    samples.push_back(row);
  }
  if (changes) Grow(sizeof(float) * count * vocabulary, &changed_);
  const size_t sampled_bytes =
      count * (sizeof(cuda::SampledLogit) + sizeof(int32_t));
  Grow(sampled_bytes, &sampled_);
  // What has no size of its own is last, so that the others keep their places.
  const cuda::SampleRow* rows = StageAll(samples, count);
  if (!notes.empty()) notes.resize(RoundedUp(notes.size()));
  const int note_count = static_cast<int>(notes.size());
  const cuda::Note* noted = StageAll(notes, note_count);
  const uint32_t* allowed = StageAll(masks, static_cast<int>(masks.size()));
  float* changed = static_cast<float*>(changed_.memory);
  auto* sampled = static_cast<cuda::SampledLogit*>(sampled_.memory);
  auto* tokens = reinterpret_cast<int32_t*>(sampled + count);
  queue_.Put(
      [=](cuda::Stream* s) {
        cuda::NoteTokens(s, noted, note_count);
        cuda::SampleRows(s, rows, count, vocabulary, allowed, logits, changed,
                         tokens, sampled);
      },
      Op::kSample, noted, note_count, rows, count, vocabulary, allowed, logits,
      changed, tokens);
  std::vector<char> bytes(sampled_bytes);
  queue_.Read(sampled, bytes.data(), bytes.size());
  std::vector<Chosen> chosen;
  for (int i = 0; i < count; ++i) {
    cuda::SampledLogit from;
    int32_t id;
    std::memcpy(&from, bytes.data() + i * sizeof(from), sizeof(from));
    std::memcpy(&id, bytes.data() + count * sizeof(from) + i * sizeof(int32_t),
                sizeof(id));
    const bool wants = choices[i].wants_logprob && id >= 0;
    chosen.push_back(
        {id, wants ? WeighedLogprob(from.logit, from.most, from.weights) : 0});
  }
  return chosen;
}

// Ranks that meet by NCCL. Its sums are apart from the pieces of a step that
// are graphs: two a layer.
class NcclReducer : public Reducer {
 public:
  NcclReducer(std::unique_ptr<Nccl> nccl, std::vector<CudaDevice*> ranks)
      : nccl_(std::move(nccl)), ranks_(std::move(ranks)) {}

  void Enter(int rank) override { cuda::UseDevice(rank); }

  void Sum(absl::Span<float* const> floats, size_t count) override {
    std::vector<cuda::Stream*> streams;
    for (size_t r = 0; r < ranks_.size(); ++r) {
      Enter(static_cast<int>(r));
      ranks_[r]->Begin();
      streams.push_back(ranks_[r]->stream());
    }
    const absl::Status status = nccl_->Sum(floats, count, streams);
    if (status.ok()) return;
    // As with the device's own errors: no answer may be made of what is there.
    std::fprintf(stderr, "CUDA devices: %s\n",
                 std::string(status.message()).c_str());
    std::abort();
  }

 private:
  std::unique_ptr<Nccl> nccl_;
  std::vector<CudaDevice*> ranks_;
};

absl::StatusOr<std::unique_ptr<Device>> MakeRanks(const CudaOptions& options) {
  const int found = cuda::DeviceCount();
  if (found < options.devices) {
    return absl::UnavailableError(absl::StrCat(
        options.devices, " CUDA devices asked for, ", found, " found"));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Nccl> nccl, Nccl::Open("", options.devices));
  std::vector<std::unique_ptr<Device>> ranks;
  std::vector<CudaDevice*> pointers;
  for (int r = 0; r < options.devices; ++r) {
    cuda::UseDevice(r);
    auto rank = std::make_unique<CudaDevice>(options);
    pointers.push_back(rank.get());
    ranks.push_back(std::move(rank));
  }
  return MakeParallelDevice(
      std::move(ranks),
      std::make_unique<NcclReducer>(std::move(nccl), std::move(pointers)));
}

}  // namespace

static_assert(kMostGuessed <= cuda::kMaxGuessed, "rows have room for them");
static_assert(kMostTalliedTokens <= cuda::kMostTallied, "tallies hold them");

absl::StatusOr<std::unique_ptr<Device>> MakeCudaDevice(
    const CudaOptions& options) {
  cuda::DeviceInfo info;
  char why[256];
  if (!cuda::FindDevice(&info, why, sizeof(why))) {
    return absl::UnavailableError(why);
  }
  if (options.devices > 1) return MakeRanks(options);
  return std::unique_ptr<Device>(std::make_unique<CudaDevice>(options));
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
