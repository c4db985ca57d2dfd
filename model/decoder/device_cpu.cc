#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>
#include <numeric>
#include <set>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kernels/exact.h"
#include "kernels/quant_matmul.h"
#include "kernels/quant_types.h"
#include "kernels/rows.h"
#include "kernels/transformer.h"
#include "model/decoder/device.h"
#include "model/decoder/team.h"

namespace footnote {
namespace {

constexpr size_t kCacheLine = 64;
// The products work on columns in multiples of this.
constexpr size_t kColumnStep = 16;
// Rows of one attention task.
constexpr int kAttentionRows = 16;
// Fewer numbers than this are not worth a loop of all threads.
constexpr size_t kSmall = 16384;

bool QuantTypeOf(TensorType type, QuantType* quant) {
  return QuantTypeFromGgml(static_cast<uint32_t>(type), quant);
}

QuantType QuantTypeOf(const Matrix& matrix) {
  QuantType quant = QuantType::kF32;
  QuantTypeOf(matrix.type, &quant);
  return quant;
}

struct FreeDelete {
  void operator()(void* memory) const { std::free(memory); }
};
using Memory = std::unique_ptr<void, FreeDelete>;

// Zero bytes, on the line of a cache.
Memory ZeroBytes(size_t bytes) {
  bytes = (bytes + kCacheLine - 1) / kCacheLine * kCacheLine;
  void* memory = std::aligned_alloc(kCacheLine, std::max(bytes, kCacheLine));
  if (memory == nullptr) throw std::bad_alloc();
  std::memset(memory, 0, bytes);
  return Memory(memory);
}

class CpuDevice : public Device {
 public:
  CpuDevice(size_t threads, CpuWeights weights)
      : team_(threads), weights_(weights) {}
  ~CpuDevice() override {
    for (float* floats : allocated_) std::free(floats);
  }

  float* Allocate(size_t count) override {
    float* floats =
        static_cast<float*>(ZeroBytes(count * sizeof(float)).release());
    allocated_.insert(floats);
    return floats;
  }

  void Free(float* floats) override {
    if (allocated_.erase(floats) > 0) std::free(floats);
  }

  void Read(const float* from, size_t count, float* to) override {
    std::memcpy(to, from, count * sizeof(float));
  }
  void Write(const float* from, size_t count, float* to) override {
    std::memcpy(to, from, count * sizeof(float));
  }

  absl::StatusOr<Matrix> Upload(const Tensor& tensor) override;
  bool UsesInPlace() const override { return true; }
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
  absl::StatusOr<int> MakeMixture(const Mixture& mixture) override {
    mixtures_.push_back(mixture);
    return static_cast<int>(mixtures_.size()) - 1;
  }
  void Mix(int mixture, const ExpertsConfig& rule, Activation activation,
           const float* scores, const float* x, int rows, float* out) override;

 private:
  struct Angles {
    size_t pairs = 0;
    std::vector<float> cosines;
    std::vector<float> sines;
  };

  // Calls body(row) for all rows; by all threads when they have `numbers`
  // numbers that are worth it.
  template <typename Body>
  void ForRows(int rows, size_t numbers, const Body& body) {
    const auto some = [&](size_t begin, size_t end) {
      for (size_t r = begin; r < end; ++r) body(static_cast<int>(r));
    };
    if (numbers < kSmall) {
      some(0, rows);
    } else {
      team_.Run(rows, 1, some);
    }
  }

  const void* Prepare(QuantType type, const float* x, int rows, int columns);
  // The keys of `head` in a page: [size][16]; its values follow all keys.
  float* KeysAt(const KvShape::Layer& layer, int32_t page, int head) const {
    return pages_[layer.kind] +
           page_floats_[layer.kind] * static_cast<size_t>(page) +
           (size_t{2} * layer.place * shape_.kv_heads + head) *
               shape_.head_size * kPagePositions;
  }
  float* ValuesAt(const KvShape::Layer& layer, int32_t page, int head) const {
    return KeysAt(layer, page, shape_.kv_heads + head);
  }
  void Store(const KvShape::Layer& layer, const SequenceRows& sequence,
             int head, int begin, int end, const float* k, const float* v);
  void AttendRows(int layer, const SequenceRows& sequence, int heads,
                  float scale, int head, int begin, int end, const float* q,
                  float* out);

  Team team_;
  const CpuWeights weights_;
  // All weights are floats: what lies between the products is computed in
  // doubles, as the products are.
  bool exact_ = true;
  std::set<float*> allocated_;
  Memory prepared_[kQuantInputs];
  size_t prepared_bytes_[kQuantInputs] = {};
  std::vector<Angles> angles_;
  KvShape shape_;
  std::vector<float*> pages_;  // by kind
  std::vector<size_t> page_floats_;
  std::vector<Mixture> mixtures_;
  std::vector<float> mixed_;  // rows on their way through experts
};

absl::StatusOr<Matrix> CpuDevice::Upload(const Tensor& tensor) {
  QuantType quant;
  if (tensor.shape.size() != 2 || !QuantTypeOf(tensor.type, &quant)) {
    return absl::UnimplementedError(
        absl::StrCat("a product with ", TensorTypeName(tensor.type), " of ",
                     ShapeText(tensor.shape)));
  }
  const size_t multiple =
      std::max(QuantBlock(quant), size_t{QuantUsesBytes(quant) ? 32u : 1u});
  if (tensor.shape[1] % multiple != 0) {
    return absl::UnimplementedError(absl::StrCat(
        "a product with ", TensorTypeName(tensor.type), " of ",
        ShapeText(tensor.shape), ", want rows of a multiple of ", multiple));
  }
  Matrix matrix;
  matrix.type = tensor.type;
  matrix.rows = static_cast<int>(tensor.shape[0]);
  matrix.columns = static_cast<int>(tensor.shape[1]);
  matrix.data = tensor.bytes.data();
  if (weights_ == CpuWeights::kAsFloats && QuantUsesBytes(quant)) {
    const size_t count = size_t{1} * matrix.rows * matrix.columns;
    float* floats = Allocate(count);
    DequantizeWeights(quant, matrix.data, count, floats);
    matrix.type = TensorType::kFloat32;
    matrix.data = floats;
    return matrix;
  }
  exact_ = exact_ && !QuantUsesBytes(quant);
  return matrix;
}

void CpuDevice::Embed(const Matrix& table, absl::Span<const int32_t> ids,
                      float scale, float* x) {
  const QuantType quant = QuantTypeOf(table);
  const size_t n = table.columns;
  const size_t row_bytes = QuantRowBytes(quant, n);
  for (size_t r = 0; r < ids.size(); ++r) {
    float* row = x + r * n;
    DequantizeWeights(quant,
                      static_cast<const char*>(table.data) + ids[r] * row_bytes,
                      n, row);
    if (scale != 1) {
      for (size_t i = 0; i < n; ++i) row[i] *= scale;
    }
  }
}

void CpuDevice::Norm(NormKind kind, const float* weight, float epsilon,
                     const float* x, int rows, int n, float* out) {
  const size_t width = n;
  ForRows(rows, width * rows, [&](int r) {
    const float* from = x + r * width;
    float* to = out + r * width;
    if (exact_) {
      (kind == NormKind::kRmsNorm ? Exact().rms_norm : Exact().mean_norm)(
          from, weight, epsilon, width, to);
    } else if (kind == NormKind::kRmsNorm) {
      RmsNorm(from, weight, epsilon, width, to);
    } else {
      LayerNorm(from, nullptr, weight, nullptr, epsilon, width, to);
    }
  });
}

const void* CpuDevice::Prepare(QuantType type, const float* x, int rows,
                               int columns) {
  const int slot = static_cast<int>(QuantInputOf(type));
  const size_t bytes = PreparedBytes(type, rows, columns);
  if (bytes > prepared_bytes_[slot]) {
    prepared_[slot] = ZeroBytes(bytes);
    prepared_bytes_[slot] = bytes;
  }
  void* prepared = prepared_[slot].get();
  const size_t numbers = size_t{1} * rows * columns;
  const auto some = [&](size_t begin, size_t end) {
    PrepareRows(type, x, columns, rows, columns, begin, end, prepared);
  };
  if (numbers < kSmall) {
    some(0, rows);
  } else {
    team_.Run(rows, 1, some);
  }
  return prepared;
}

void CpuDevice::Multiply(absl::Span<const Product> products, const float* x,
                         int rows) {
  // All columns of all products, one after the other.
  struct Part {
    const Product* product;
    QuantType type;
    const void* prepared;
    size_t begin;  // in steps
    size_t end;
  };
  constexpr size_t kMaxProducts = 4;
  Part parts[kMaxProducts];
  const void* prepared[kQuantInputs] = {};
  size_t steps = 0;
  size_t count = 0;
  for (const Product& product : products) {
    const Matrix& weights = *product.weights;
    Part& part = parts[count++];
    part.product = &product;
    part.type = QuantTypeOf(weights);
    const int slot = static_cast<int>(QuantInputOf(part.type));
    if (prepared[slot] == nullptr) {
      prepared[slot] = Prepare(part.type, x, rows, weights.columns);
    }
    part.prepared = prepared[slot];
    part.begin = steps;
    steps += (weights.rows + kColumnStep - 1) / kColumnStep;
    part.end = steps;
  }
  team_.Run(steps, 1, [&](size_t begin, size_t end) {
    for (size_t i = 0; i < count; ++i) {
      const Part& part = parts[i];
      if (end <= part.begin || begin >= part.end) continue;
      const Product& product = *part.product;
      const size_t columns = product.weights->rows;
      const size_t from =
          (std::max(begin, part.begin) - part.begin) * kColumnStep;
      const size_t to = std::min(
          columns, (std::min(end, part.end) - part.begin) * kColumnStep);
      QuantMatmul(part.type, product.weights->data, product.weights->columns,
                  from, to, part.prepared, rows, product.y, product.y_stride);
      if (product.bias == nullptr) continue;
      for (int r = 0; r < rows; ++r) {
        float* y = product.y + r * product.y_stride;
        for (size_t j = from; j < to; ++j) y[j] += product.bias[j];
      }
    }
  });
}

void CpuDevice::NormHeads(const float* weight, float epsilon, float* x,
                          int rows, int heads, int n) {
  const size_t width = size_t{1} * heads * n;
  ForRows(rows, width * rows, [&](int r) {
    for (int h = 0; h < heads; ++h) {
      float* head = x + r * width + h * n;
      (exact_ ? Exact().rms_norm : RmsNorm)(head, weight, epsilon, n, head);
    }
  });
}

void CpuDevice::SetAngles(int set, absl::Span<const float> frequencies,
                          absl::Span<const int> positions) {
  if (angles_.size() <= static_cast<size_t>(set)) angles_.resize(set + 1);
  Angles& angles = angles_[set];
  angles.pairs = frequencies.size();
  angles.cosines.resize(frequencies.size() * positions.size());
  angles.sines.resize(angles.cosines.size());
  ForRows(static_cast<int>(positions.size()), angles.cosines.size() * 16,
          [&](int r) {
            for (size_t i = 0; i < angles.pairs; ++i) {
              // In floats, as the models were trained.
              const float angle =
                  static_cast<float>(positions[r]) * frequencies[i];
              angles.cosines[r * angles.pairs + i] = std::cos(angle);
              angles.sines[r * angles.pairs + i] = std::sin(angle);
            }
          });
}

void CpuDevice::Rotate(int set, RopePairing pairing, float* x, int rows,
                       int heads, int n) {
  const Angles& angles = angles_[set];
  const size_t width = size_t{1} * heads * n;
  ForRows(rows, width * rows, [&](int r) {
    (exact_ ? Exact().rotate_heads : RotateHeads)(
        pairing == RopePairing::kHalves, heads, n,
        angles.cosines.data() + r * angles.pairs,
        angles.sines.data() + r * angles.pairs, x + r * width);
  });
}

absl::Status CpuDevice::MakePages(const KvShape& shape,
                                  absl::Span<const int> pages) {
  shape_ = shape;
  for (float* floats : pages_) Free(floats);
  pages_.clear();
  page_floats_.clear();
  for (size_t kind = 0; kind < pages.size(); ++kind) {
    page_floats_.push_back(shape.PageFloats(static_cast<int>(kind)));
    // calloc: what is not used yet takes no memory. Zero, because a weight of
    // zero for a position that was never written must not meet a NaN.
    const size_t floats = page_floats_.back() * std::max(1, pages[kind]);
    float* memory = static_cast<float*>(std::calloc(floats, sizeof(float)));
    if (memory == nullptr) {
      return absl::ResourceExhaustedError(
          absl::StrCat("no memory for ", pages[kind], " pages of ",
                       page_floats_.back() * sizeof(float), " bytes"));
    }
    allocated_.insert(memory);
    pages_.push_back(memory);
  }
  return absl::OkStatus();
}

void CpuDevice::ClearPages(int kind, absl::Span<const int32_t> pages) {
  for (const int32_t page : pages) {
    std::memset(pages_[kind] + page_floats_[kind] * static_cast<size_t>(page),
                0, page_floats_[kind] * sizeof(float));
  }
}

void CpuDevice::Store(const KvShape::Layer& layer, const SequenceRows& sequence,
                      int head, int begin, int end, const float* k,
                      const float* v) {
  const size_t size = shape_.head_size;
  const size_t width = size * shape_.kv_heads;
  const int32_t* pages = sequence.pages[layer.kind];
  for (int r = begin; r < end; ++r) {
    const size_t position = sequence.position + r;
    const size_t slot = position % kPagePositions;
    const int32_t page = pages[position / kPagePositions];
    if (page < 0) continue;  // no row of any step will see it
    const size_t row = sequence.first_row + r;
    const float* key = k + row * width + head * size;
    float* keys = KeysAt(layer, page, head);
    for (size_t d = 0; d < size; ++d) keys[d * kPagePositions + slot] = key[d];
    std::memcpy(ValuesAt(layer, page, head) + slot * size,
                v + row * width + head * size, size * sizeof(float));
  }
}

void CpuDevice::AttendRows(int layer, const SequenceRows& sequence, int heads,
                           float scale, int head, int begin, int end,
                           const float* q, float* out) {
  const KvShape::Layer& place = shape_.layers[layer];
  const int32_t* pages = sequence.pages[place.kind];
  const size_t count =
      (sequence.position + end - 1) / kPagePositions + size_t{1};
  thread_local std::vector<const float*> pointers;
  pointers.assign(2 * count, nullptr);
  for (size_t p = 0; p < count; ++p) {
    if (pages[p] < 0) continue;
    pointers[p] = KeysAt(place, pages[p], head);
    pointers[count + p] = ValuesAt(place, pages[p], head);
  }
  const size_t group = heads / shape_.kv_heads;
  const size_t stride = size_t{1} * heads * shape_.head_size;
  const size_t offset =
      (sequence.first_row + begin) * stride + head * group * shape_.head_size;
  AttentionBlock block;
  block.size = shape_.head_size;
  block.rows = end - begin;
  block.heads = group;
  block.position = sequence.position + begin;
  block.window = shape_.windows[place.kind];
  block.scale = scale;
  block.q = q + offset;
  block.q_stride = stride;
  block.keys = pointers.data();
  block.values = pointers.data() + count;
  block.out = out + offset;
  block.out_stride = stride;
  (exact_ ? Exact().attention : Attention)(block);
}

void CpuDevice::Attend(int layer, absl::Span<const SequenceRows> sequences,
                       int heads, float scale, const float* q, const float* k,
                       const float* v, float* out) {
  struct Task {
    const SequenceRows* sequence;
    int head;
    int begin;
    int end;
    bool stores;
  };
  const KvShape::Layer& place = shape_.layers[layer];
  thread_local std::vector<Task> tasks;
  tasks.clear();
  bool separate = false;
  for (const SequenceRows& sequence : sequences) {
    const bool one = sequence.rows == 1;
    separate |= !one;
    for (int head = 0; head < shape_.kv_heads; ++head) {
      for (int r = 0; r < sequence.rows; r += kAttentionRows) {
        tasks.push_back({&sequence, head, r,
                         std::min(sequence.rows, r + kAttentionRows), one});
      }
    }
  }
  const std::vector<Task>& all = tasks;  // the caller's, not the thread's
  if (separate) {
    team_.Run(all.size(), 1, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        const Task& task = all[i];
        if (task.stores) continue;
        Store(place, *task.sequence, task.head, task.begin, task.end, k, v);
      }
    });
  }
  team_.Run(all.size(), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const Task& task = all[i];
      if (task.stores) {
        Store(place, *task.sequence, task.head, task.begin, task.end, k, v);
      }
      AttendRows(layer, *task.sequence, heads, scale, task.head, task.begin,
                 task.end, q, out);
    }
  });
}

void CpuDevice::Gate(Activation activation, const float* gate, const float* up,
                     int rows, int n, float* out) {
  const size_t width = n;
  const bool silu = activation == Activation::kSilu;
  const auto inexact = silu ? GateSilu : GateGelu;
  const auto function =
      !exact_ ? inexact : (silu ? Exact().gate_silu : Exact().gate_gelu);
  ForRows(rows, width * rows, [&](int r) {
    const size_t at = r * width;
    function(gate + at, up + at, width, out + at);
  });
}

void CpuDevice::Add(const float* y, size_t count, float* x) {
  const auto some = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) x[i] += y[i];
  };
  if (count < kSmall) {
    some(0, count);
  } else {
    team_.Run(count, 1024, some);
  }
}

void CpuDevice::Scale(float factor, size_t count, float* x) {
  if (factor == 0) {
    std::memset(x, 0, count * sizeof(float));
    return;
  }
  for (size_t i = 0; i < count; ++i) x[i] *= factor;
}

void CpuDevice::Gather(const float* x, absl::Span<const int> rows, int n,
                       float* out) {
  for (size_t i = 0; i < rows.size(); ++i) {
    std::memcpy(out + i * n, x + size_t{1} * rows[i] * n, n * sizeof(float));
  }
}

void CpuDevice::Mix(int mixture, const ExpertsConfig& rule,
                    Activation activation, const float* scores, const float* x,
                    int rows, float* out) {
  const Mixture& experts = mixtures_[mixture];
  const size_t count = experts.gate.size();
  // Which rows each expert gets, and how much of it each row takes.
  std::vector<std::vector<int>> rows_of(count);
  std::vector<std::vector<float>> factors_of(count);
  std::vector<int> order(count);
  for (int r = 0; r < rows; ++r) {
    const float* from = scores + r * count;
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(order.begin(), order.begin() + rule.used, order.end(),
                      [&](int a, int b) {
                        return from[a] != from[b] ? from[a] > from[b] : a < b;
                      });
    float sum = 0;
    std::vector<float> factors(rule.used);
    for (int i = 0; i < rule.used; ++i) {
      const float score = from[order[i]];
      factors[i] = rule.sigmoid ? 1 / (1 + std::exp(-score))
                                : std::exp(score - from[order[0]]);
      sum += factors[i];
    }
    const bool divides = !rule.sigmoid || rule.normalize;
    for (int i = 0; i < rule.used; ++i) {
      rows_of[order[i]].push_back(r);
      factors_of[order[i]].push_back(divides ? factors[i] / sum : factors[i]);
    }
  }
  const size_t hidden = experts.gate[0].columns;
  const size_t width = experts.gate[0].rows;
  mixed_.resize(rows * (2 * hidden + 2 * width));
  float* chosen = mixed_.data();
  float* gate = chosen + rows * hidden;
  float* up = gate + rows * width;
  float* down = up + rows * width;
  for (size_t e = 0; e < count; ++e) {
    const int wanted = static_cast<int>(rows_of[e].size());
    if (wanted == 0) continue;
    Gather(x, rows_of[e], static_cast<int>(hidden), chosen);
    const Product first[] = {{&experts.gate[e], nullptr, gate, width},
                             {&experts.up[e], nullptr, up, width}};
    Multiply(first, chosen, wanted);
    Gate(activation, gate, up, wanted, static_cast<int>(width), gate);
    const Product second = {&experts.down[e], nullptr, down, hidden};
    Multiply(absl::MakeConstSpan(&second, 1), gate, wanted);
    for (int i = 0; i < wanted; ++i) {
      float* to = out + rows_of[e][i] * hidden;
      for (size_t j = 0; j < hidden; ++j) {
        to[j] += down[i * hidden + j] * factors_of[e][i];
      }
    }
  }
}

}  // namespace

std::unique_ptr<Device> MakeCpuDevice(size_t threads, CpuWeights weights) {
  return std::make_unique<CpuDevice>(threads, weights);
}

}  // namespace footnote
