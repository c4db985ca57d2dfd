#include "model/decoder/device_parallel.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// What Matrix::data is here.
struct SharedMatrix {
  Split split;
  std::vector<Matrix> by_rank;
};

const SharedMatrix& SharedOf(const Matrix& matrix) {
  return *static_cast<const SharedMatrix*>(matrix.data);
}

class ParallelDevice : public Device {
 public:
  ParallelDevice(std::vector<std::unique_ptr<Device>> ranks,
                 std::unique_ptr<Reducer> reducer)
      : ranks_(std::move(ranks)), reducer_(std::move(reducer)) {}
  ~ParallelDevice() override {
    for (size_t r = 0; r < ranks_.size(); ++r) {
      reducer_->Enter(static_cast<int>(r));
      ranks_[r].reset();
    }
  }

  float* Allocate(size_t count) override;
  void Free(float* floats) override;
  void Read(const float* from, size_t count, float* to) override;
  void Write(const float* from, size_t count, float* to) override;
  absl::StatusOr<Matrix> Upload(const Tensor& tensor) override {
    return UploadSplit(tensor, Split::kNone);
  }
  absl::StatusOr<Matrix> UploadSplit(const Tensor& tensor,
                                     Split split) override;
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
  void Begin() override {
    ForRanks([](int, Device* device) { device->Begin(); });
  }
  bool Chooses() const override { return ranks_[0]->Chooses(); }
  int OpenTally(int vocabulary, absl::Span<const int32_t> prompt,
                absl::Span<const int32_t> answer) override {
    reducer_->Enter(0);
    return ranks_[0]->OpenTally(vocabulary, prompt, answer);
  }
  void CloseTally(int tally) override { ranks_[0]->CloseTally(tally); }
  std::vector<Chosen> Choose(absl::Span<const Choice> choices, int vocabulary,
                             const float* logits) override;

 private:
  struct Buffer {
    std::vector<float*> by_rank;
    size_t count = 0;
    // Each rank has these many numbers of every row, its own; 0: all have all.
    int part = 0;
  };
  struct Experts {
    std::vector<int> by_rank;
    int hidden;
  };

  int size() const { return static_cast<int>(ranks_.size()); }
  template <typename Body>
  void ForRanks(const Body& body) {
    for (int r = 0; r < size(); ++r) {
      reducer_->Enter(r);
      body(r, ranks_[r].get());
    }
  }
  // The buffer that `floats`, of rank 0, is in.
  Buffer& BufferOf(const float* floats) {
    return std::prev(buffers_.upper_bound(floats))->second;
  }
  // The same place in rank r's memory; null stays null.
  float* At(const float* floats, int r) {
    if (floats == nullptr) return nullptr;
    const Buffer& buffer = BufferOf(floats);
    return buffer.by_rank[r] + (floats - buffer.by_rank[0]);
  }
  // `n` numbers of a row of `x`, as a rank has them.
  int PartOf(const float* x, int n) {
    return BufferOf(x).part > 0 ? n / size() : n;
  }
  void SetPart(float* x, int part) { BufferOf(x).part = part; }
  void Sum(float* x, size_t count);

  std::vector<std::unique_ptr<Device>> ranks_;
  std::unique_ptr<Reducer> reducer_;
  std::map<const float*, Buffer> buffers_;  // by rank 0's
  std::deque<SharedMatrix> matrices_;
  std::deque<std::string> kept_;  // columns of matrices that are used in place
  std::vector<Experts> mixtures_;
  float* mixed_ = nullptr;
  size_t mixed_count_ = 0;
};

float* ParallelDevice::Allocate(size_t count) {
  Buffer buffer;
  buffer.count = count;
  ForRanks([&](int, Device* device) {
    buffer.by_rank.push_back(device->Allocate(count));
  });
  float* first = buffer.by_rank[0];
  buffers_[first] = std::move(buffer);
  return first;
}

void ParallelDevice::Free(float* floats) {
  const auto found = buffers_.find(floats);
  if (found == buffers_.end()) return;
  ForRanks(
      [&](int r, Device* device) { device->Free(found->second.by_rank[r]); });
  buffers_.erase(found);
}

void ParallelDevice::Read(const float* from, size_t count, float* to) {
  const size_t part = BufferOf(from).part;
  // The others need not wait for the next step.
  Begin();
  if (part == 0) {
    reducer_->Enter(0);
    ranks_[0]->Read(from, count, to);
    return;
  }
  const size_t rows = count / (part * size());
  std::vector<float> mine(rows * part);
  ForRanks([&](int r, Device* device) {
    device->Read(At(from, r), mine.size(), mine.data());
    for (size_t row = 0; row < rows; ++row) {
      std::memcpy(to + (row * size() + r) * part, mine.data() + row * part,
                  part * sizeof(float));
    }
  });
}

void ParallelDevice::Write(const float* from, size_t count, float* to) {
  SetPart(to, 0);
  ForRanks(
      [&](int r, Device* device) { device->Write(from, count, At(to, r)); });
}

absl::StatusOr<Matrix> ParallelDevice::UploadSplit(const Tensor& tensor,
                                                   Split split) {
  const uint64_t ranks = ranks_.size();
  const bool splits_rows = split == Split::kOutputs;
  const bool splits_columns = split == Split::kInputs;
  const BlockLayout layout = LayoutOf(tensor.type);
  if (tensor.shape.size() == 2 &&
      ((splits_rows && tensor.shape[0] % ranks != 0) ||
       (splits_columns && tensor.shape[1] % (ranks * layout.numbers) != 0))) {
    return absl::InvalidArgumentError(absl::StrCat(
        TensorTypeName(tensor.type), " of ", ShapeText(tensor.shape), " over ",
        ranks, " devices, want ", splits_rows ? "rows" : "columns",
        " of a multiple of ", splits_rows ? ranks : ranks * layout.numbers));
  }
  SharedMatrix shared;
  shared.split = split;
  for (uint64_t r = 0; r < ranks; ++r) {
    Tensor part = tensor;
    std::string columns;
    if (splits_rows) {
      part.shape[0] /= ranks;
      const size_t bytes = tensor.bytes.size() / ranks;
      part.bytes = tensor.bytes.substr(r * bytes, bytes);
    } else if (splits_columns) {
      part.shape[1] /= ranks;
      const size_t row_bytes = part.shape[1] / layout.numbers * layout.bytes;
      for (uint64_t row = 0; row < part.shape[0]; ++row) {
        columns.append(tensor.bytes.data() + (row * ranks + r) * row_bytes,
                       row_bytes);
      }
      if (ranks_[r]->UsesInPlace()) {
        kept_.push_back(std::move(columns));
        part.bytes = kept_.back();
      } else {
        part.bytes = columns;
      }
    }
    reducer_->Enter(static_cast<int>(r));
    ASSIGN_OR_RETURN(const Matrix matrix, ranks_[r]->Upload(part));
    shared.by_rank.push_back(matrix);
  }
  Matrix whole;
  whole.type = tensor.type;
  whole.rows = static_cast<int>(tensor.shape[0]);
  whole.columns = static_cast<int>(tensor.shape[1]);
  matrices_.push_back(std::move(shared));
  whole.data = &matrices_.back();
  return whole;
}

void ParallelDevice::Sum(float* x, size_t count) {
  reducer_->Sum(BufferOf(x).by_rank, count);
}

void ParallelDevice::Embed(const Matrix& table, absl::Span<const int32_t> ids,
                           float scale, float* x) {
  SetPart(x, 0);
  ForRanks([&](int r, Device* device) {
    device->Embed(SharedOf(table).by_rank[r], ids, scale, At(x, r));
  });
}

void ParallelDevice::Norm(NormKind kind, const float* weight, float epsilon,
                          const float* x, int rows, int n, float* out) {
  SetPart(out, 0);
  ForRanks([&](int r, Device* device) {
    device->Norm(kind, At(weight, r), epsilon, At(x, r), rows, n, At(out, r));
  });
}

void ParallelDevice::Multiply(absl::Span<const Product> products,
                              const float* x, int rows) {
  ForRanks([&](int r, Device* device) {
    std::vector<Product> mine;
    for (const Product& product : products) {
      const SharedMatrix& weights = SharedOf(*product.weights);
      const Matrix& part = weights.by_rank[r];
      Product own = {&part, At(product.bias, r), At(product.y, r),
                     product.y_stride};
      if (weights.split == Split::kOutputs) {
        own.y_stride /= size();
        if (own.bias != nullptr) own.bias += size_t{1} * r * part.rows;
      } else if (weights.split == Split::kInputs && r > 0) {
        own.bias = nullptr;  // once in the sum
      }
      mine.push_back(own);
    }
    device->Multiply(mine, At(x, r), rows);
  });
  for (const Product& product : products) {
    const SharedMatrix& weights = SharedOf(*product.weights);
    const bool is_split = weights.split == Split::kOutputs;
    SetPart(product.y, is_split ? weights.by_rank[0].rows : 0);
    if (weights.split == Split::kInputs) {
      Sum(product.y, rows * product.y_stride);
    }
  }
}

void ParallelDevice::NormHeads(const float* weight, float epsilon, float* x,
                               int rows, int heads, int n) {
  ForRanks([&](int r, Device* device) {
    device->NormHeads(At(weight, r), epsilon, At(x, r), rows, PartOf(x, heads),
                      n);
  });
}

void ParallelDevice::SetAngles(int set, absl::Span<const float> frequencies,
                               absl::Span<const int> positions) {
  ForRanks([&](int, Device* device) {
    device->SetAngles(set, frequencies, positions);
  });
}

void ParallelDevice::Rotate(int set, RopePairing pairing, float* x, int rows,
                            int heads, int n) {
  ForRanks([&](int r, Device* device) {
    device->Rotate(set, pairing, At(x, r), rows, PartOf(x, heads), n);
  });
}

absl::Status ParallelDevice::MakePages(const KvShape& shape,
                                       absl::Span<const int> pages) {
  if (shape.kv_heads % size() != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(shape.kv_heads, " heads of keys and values over ", size(),
                     " devices, want a multiple"));
  }
  KvShape part = shape;
  part.kv_heads /= size();
  absl::Status status;
  ForRanks([&](int, Device* device) {
    if (status.ok()) status = device->MakePages(part, pages);
  });
  return status;
}

void ParallelDevice::ClearPages(int kind, absl::Span<const int32_t> pages) {
  ForRanks([&](int, Device* device) { device->ClearPages(kind, pages); });
}

void ParallelDevice::Attend(int layer, absl::Span<const SequenceRows> sequences,
                            int heads, float scale, const float* q,
                            const float* k, const float* v, float* out) {
  SetPart(out, BufferOf(q).part);
  ForRanks([&](int r, Device* device) {
    device->Attend(layer, sequences, PartOf(q, heads), scale, At(q, r),
                   At(k, r), At(v, r), At(out, r));
  });
}

void ParallelDevice::Gate(Activation activation, const float* gate,
                          const float* up, int rows, int n, float* out) {
  const int part = BufferOf(gate).part;
  SetPart(out, part);
  ForRanks([&](int r, Device* device) {
    device->Gate(activation, At(gate, r), At(up, r), rows, PartOf(out, n),
                 At(out, r));
  });
}

void ParallelDevice::Add(const float* y, size_t count, float* x) {
  ForRanks(
      [&](int r, Device* device) { device->Add(At(y, r), count, At(x, r)); });
}

void ParallelDevice::Scale(float factor, size_t count, float* x) {
  // All of it, whatever it was, so that zeros are zeros.
  if (factor == 0) SetPart(x, 0);
  const size_t own = BufferOf(x).part > 0 ? count / size() : count;
  ForRanks(
      [&](int r, Device* device) { device->Scale(factor, own, At(x, r)); });
}

void ParallelDevice::Gather(const float* x, absl::Span<const int> rows, int n,
                            float* out) {
  const int own = PartOf(x, n);
  SetPart(out, BufferOf(x).part);
  ForRanks([&](int r, Device* device) {
    device->Gather(At(x, r), rows, own, At(out, r));
  });
}

absl::StatusOr<int> ParallelDevice::MakeMixture(const Mixture& mixture) {
  Experts experts;
  experts.hidden = mixture.down[0].rows;
  for (int r = 0; r < size(); ++r) {
    Mixture part;
    part.used = mixture.used;
    const auto fill = [&](const std::vector<Matrix>& from,
                          std::vector<Matrix>* to) {
      for (const Matrix& matrix : from) {
        to->push_back(SharedOf(matrix).by_rank[r]);
      }
    };
    fill(mixture.gate, &part.gate);
    fill(mixture.up, &part.up);
    fill(mixture.down, &part.down);
    reducer_->Enter(r);
    ASSIGN_OR_RETURN(const int made, ranks_[r]->MakeMixture(part));
    experts.by_rank.push_back(made);
  }
  mixtures_.push_back(std::move(experts));
  return static_cast<int>(mixtures_.size()) - 1;
}

void ParallelDevice::Mix(int mixture, const ExpertsConfig& rule,
                         Activation activation, const float* scores,
                         const float* x, int rows, float* out) {
  const Experts& experts = mixtures_[mixture];
  const size_t count = size_t{1} * rows * experts.hidden;
  if (count > mixed_count_) {
    if (mixed_ != nullptr) Free(mixed_);
    mixed_ = Allocate(count);
    mixed_count_ = count;
  }
  // Apart, because `out` is whole already on every rank.
  Scale(0, count, mixed_);
  ForRanks([&](int r, Device* device) {
    device->Mix(experts.by_rank[r], rule, activation, At(scores, r), At(x, r),
                rows, At(mixed_, r));
  });
  Sum(mixed_, count);
  Add(mixed_, count, out);
}

std::vector<Chosen> ParallelDevice::Choose(absl::Span<const Choice> choices,
                                           int vocabulary,
                                           const float* logits) {
  // The others have their part to do too, though nobody waits for it.
  Begin();
  reducer_->Enter(0);
  return ranks_[0]->Choose(choices, vocabulary, logits);
}

}  // namespace

std::unique_ptr<Device> MakeParallelDevice(
    std::vector<std::unique_ptr<Device>> ranks,
    std::unique_ptr<Reducer> reducer) {
  return std::make_unique<ParallelDevice>(std::move(ranks), std::move(reducer));
}

}  // namespace footnote
