// Kernels that start before the last has ended, and the same ones after each
// other: a device must give the same bits. On the emulator, that they wait.
#include <cstring>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/cuda/attend.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/norm.h"
#include "kernels/cuda/rows.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kHeads = 8;
constexpr int kSize = 64;
constexpr int kHidden = kHeads * kSize;
constexpr int kPositions = 600;

std::vector<float> Small(size_t count, uint32_t seed) {
  std::vector<float> values = RandomFloats(count, seed);
  for (float& value : values) value *= 0.05f;
  return values;
}

// x after `layers` layers of a block, each of all kernels of a step of a few
// rows, the last row at the last position.
class Layers {
 public:
  Layers(WeightKind kind, int rows, int layers)
      : rows_(rows),
        layers_(layers),
        heads_(kind, Small(3 * kHidden * kHidden, 1), 3 * kHidden, kHidden),
        out_(kind, Small(kHidden * kHidden, 2), kHidden, kHidden),
        gate_(kind, Small(2 * kHidden * kHidden, 3), 2 * kHidden, kHidden),
        down_(kind, Small(2 * kHidden * kHidden, 4), kHidden, 2 * kHidden),
        weight_(std::vector<float>(kHidden, 1)),
        start_(Small(rows * kHidden, 5)),
        x_(rows * kHidden),
        qkv_(3 * rows * kHidden),
        seen_(rows * kHidden),
        added_(rows * kHidden),
        gates_(2 * rows * 2 * kHidden),
        normed_(rows, kHidden, 1),
        attended_(rows, kHidden, 1),
        fed_(rows, 2 * kHidden, 1),
        memory_(std::vector<uint16_t>(
            PageNumbers(1, kHeads, kSize) * ((kPositions + 15) / 16), 0)) {
    pages_.memory = memory_.get();
    pages_.page_numbers = PageNumbers(1, kHeads, kSize);
    pages_.kv_heads = kHeads;
    pages_.size = pages_.padded = kSize;
    const int first = kPositions - rows;
    const AttendSequence sequence = {0, rows, first, 0, (kPositions + 15) / 16};
    PlanAttention(&sequence, 1, 0, 1, &plan_);
    for (int p = 0; p < sequence.page_count; ++p) list_.push_back(p);
    for (int r = 0; r < rows; ++r) {
      positions_.push_back(first + r);
      row_pages_.push_back((first + r) / kPage);
    }
  }

  std::vector<float> Run(bool overlaps) {
    Stream* s = TheStream();
    const Buffer<AttendTask> spread(plan_.spread);
    const Buffer<MergeTask> merges(plan_.merges);
    const Buffer<int32_t> list(list_);
    const Buffer<int32_t> positions(positions_);
    const Buffer<int32_t> row_pages(row_pages_);
    std::vector<int32_t> numbers;
    for (int r = 0; r < rows_; ++r) numbers.push_back(r);
    const Buffer<int32_t> rows(numbers);
    const Buffer<float> partials(
        PartialFloats(plan_.partials, kHeads, kHeads, kSize));
    AttendWork work;
    work.spread = spread.get();
    work.spread_count = static_cast<int>(plan_.spread.size());
    work.merges = merges.get();
    work.merge_count = static_cast<int>(plan_.merges.size());
    work.page_list = list.get();
    work.partials = partials.get();
    const auto step = [&] {
      GatherRows(s, start_.get(), rows.get(), rows_, kHidden, x_.get());
      for (int layer = 0; layer < layers_; ++layer)
        Layer(work, positions, row_pages);
    };
    const bool overlapped = Overlaps();
    SetOverlap(overlaps && overlapped);
    step();
    ExpectFinished();
    BeginGraph(s);
    step();
    Graph* graph = EndGraph(s);
    EXPECT_NE(graph, nullptr);
    for (int i = 0; graph != nullptr && i < (IsEmulated() ? 1 : 30); ++i) {
      RunGraph(s, graph);
    }
    ExpectFinished();
    DeleteGraph(graph);
    SetOverlap(overlapped);
    return x_.Read();
  }

 private:
  void Layer(const AttendWork& work, const Buffer<int32_t>& positions,
             const Buffer<int32_t>& row_pages) {
    Stream* s = TheStream();
    float* q = qkv_.get();
    float* k = q + rows_ * kHidden;
    float* v = k + rows_ * kHidden;
    float* up = gates_.get() + rows_ * 2 * kHidden;
    NormRows(s, true, x_.get(), weight_.get(), 1e-5f, rows_, kHidden, nullptr,
             normed_.get());
    const MatmulProduct heads[] = {Product(heads_, 0, q, kHidden),
                                   Product(heads_, 1, k, kHidden),
                                   Product(heads_, 2, v, kHidden)};
    Matmul(s, heads, 3, nullptr, normed_.get());
    RotateAndStore(s, {}, pages_, 0, positions.get(), row_pages.get(), rows_,
                   kHeads, q, k, v);
    Attend(s, work, pages_, 0, 0, 0.1f, kHeads, q, seen_.get());
    PrepareRows(s, seen_.get(), rows_, kHidden, attended_.get());
    const MatmulProduct gates[] = {
        {gate_.get(), nullptr, gates_.get(), 2 * kHidden, false},
        {gate_.get(), nullptr, up, 2 * kHidden, false}};
    Matmul(s, gates, 2, nullptr, normed_.get());
    GateRows(s, false, gates_.get(), up, rows_, 2 * kHidden, nullptr,
             fed_.get());
    const MatmulProduct out = {out_.get(), nullptr, x_.get(), kHidden, true};
    Matmul(s, &out, 1, nullptr, attended_.get());
    const MatmulProduct down = {down_.get(), nullptr, added_.get(), kHidden,
                                false};
    Matmul(s, &down, 1, nullptr, fed_.get());
    AddNumbers(s, added_.get(), size_t{1} * rows_ * kHidden, x_.get());
  }

  // A third of a matrix's rows.
  static MatmulProduct Product(const PackedMatrix& matrix, int third, float* y,
                               int rows) {
    MatmulProduct product;
    product.weights = matrix.get();
    product.weights.rows = rows;
    const size_t bytes =
        WeightBytes(product.weights.kind, rows, product.weights.columns);
    const size_t scale_bytes =
        ScaleBytes(product.weights.kind, rows, product.weights.columns);
    product.weights.weights =
        static_cast<const char*>(product.weights.weights) + third * bytes;
    product.weights.scales =
        static_cast<const char*>(product.weights.scales) + third * scale_bytes;
    product.y = y;
    product.y_stride = rows;
    return product;
  }

  int rows_;
  int layers_;
  PackedMatrix heads_, out_, gate_, down_;
  Buffer<float> weight_, start_, x_, qkv_, seen_, added_, gates_;
  PreparedRows normed_, attended_, fed_;
  Buffer<uint16_t> memory_;
  Pages pages_;
  AttendPlan plan_;
  std::vector<int32_t> list_, positions_, row_pages_;
};

TEST(OverlapTest, StepHasTheBitsOfKernelsAfterEachOther) {
  for (const WeightKind kind : {WeightKind::kBf16, WeightKind::kInt4}) {
    for (const int rows : {1, 12}) {
      if (IsEmulated() && rows > 1) continue;
      Layers layers(kind, rows, IsEmulated() ? 2 : 24);
      const std::vector<float> apart = layers.Run(false);
      const std::vector<float> together = layers.Run(true);
      ASSERT_EQ(std::memcmp(apart.data(), together.data(),
                            apart.size() * sizeof(float)),
                0)
          << WeightKindName(kind) << " " << rows;
    }
  }
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
