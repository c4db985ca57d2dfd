#include "kernels/cuda/attend.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/transformer.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

struct Shape {
  int heads;
  int kv_heads;
  int size;
  int window;
  bool is_float;
};

// One sequence's keys and values of two layers, in pages that lie in no order,
// and its attention.
class Sequence {
 public:
  Sequence(const Shape& shape, int positions)
      : shape_(shape),
        positions_(positions),
        page_count_((positions + kPage - 1) / kPage),
        padded_(shape.is_float ? shape.size : PaddedHead(shape.size)),
        memory_(std::vector<float>(
            (page_count_ + 1) * PageNumbers(2, shape.kv_heads, padded_), 0.0f)),
        q_(RandomFloats(size_t{1} * positions * shape.heads * shape.size, 1)),
        k_(RandomFloats(size_t{1} * positions * shape.kv_heads * shape.size,
                        2)),
        v_(RandomFloats(size_t{1} * positions * shape.kv_heads * shape.size,
                        3)) {
    pages_.memory = memory_.get();
    pages_.page_numbers = PageNumbers(2, shape.kv_heads, padded_);
    pages_.kv_heads = shape.kv_heads;
    pages_.size = shape.size;
    pages_.padded = padded_;
    pages_.is_float = shape.is_float;
    // 5, 2, … : a step that meets every page.
    for (int p = 0; p < page_count_; ++p) {
      list_.push_back((p * 5 + 2) % (page_count_ + (page_count_ % 5 == 0)));
    }
    Store();
  }

  // Rows begin … end - 1 as one step, on `layer` 1.
  std::vector<float> Rows(int begin, int end) {
    const AttendSequence sequence = {0, end - begin, begin, 0,
                                     (end + kPage - 1) / kPage};
    std::vector<int32_t> list = list_;
    // Pages that no row sees are somebody else's.
    if (shape_.window > 0) {
      const int first = std::max(0, begin - shape_.window + 1);
      for (int p = 0; p < first / kPage; ++p) list[p] = -1;
    }
    AttendPlan plan;
    PlanAttention(&sequence, 1, shape_.window, shape_.heads / shape_.kv_heads,
                  &plan);
    // One more that says there is nothing to do.
    plan.spread.push_back({});
    plan.merges.push_back({});
    const Buffer<AttendTask> spread(plan.spread);
    const Buffer<AttendTask> solo(plan.solo);
    const Buffer<MergeTask> merges(plan.merges);
    const Buffer<int32_t> device_list(list);
    const Buffer<float> partials(
        PartialFloats(plan.partials, shape_.heads, shape_.kv_heads, padded_));
    const size_t width = size_t{1} * shape_.heads * shape_.size;
    const Buffer<float> q(std::vector<float>(q_.begin() + begin * width,
                                             q_.begin() + end * width));
    const Buffer<float> out((end - begin) * width);
    const AttendWork work = {
        spread.get(),      static_cast<int>(plan.spread.size()),
        solo.get(),        static_cast<int>(plan.solo.size()),
        merges.get(),      static_cast<int>(plan.merges.size()),
        device_list.get(), partials.get()};
    Attend(TheStream(), work, pages_, 1, shape_.window, 0.3f, shape_.heads,
           q.get(), out.get());
    return out.Read();
  }

  double Want(int row, int head, int d) const {
    const int kv_head = head / (shape_.heads / shape_.kv_heads);
    const int first =
        shape_.window == 0 ? 0 : std::max(0, row + 1 - shape_.window);
    double most = -1e300;
    std::vector<double> scores;
    for (int p = first; p <= row; ++p) {
      double score = 0;
      for (int i = 0; i < shape_.size; ++i) {
        score += double{At(q_, row, shape_.heads, head, i)} *
                 At(k_, p, shape_.kv_heads, kv_head, i);
      }
      scores.push_back(score * 0.3);
      most = std::max(most, scores.back());
    }
    double sum = 0;
    double value = 0;
    for (int p = first; p <= row; ++p) {
      const double weight = std::exp(scores[p - first] - most);
      sum += weight;
      value += weight * At(v_, p, shape_.kv_heads, kv_head, d);
    }
    return value / sum;
  }

 private:
  float At(const std::vector<float>& x, int row, int heads, int head,
           int i) const {
    const float value = x[(size_t{1} * row * heads + head) * shape_.size + i];
    return shape_.is_float ? value : RoundedToBf16(value);
  }

  void Store() {
    std::vector<int32_t> positions;
    std::vector<int32_t> row_pages;
    for (int p = 0; p < positions_; ++p) {
      positions.push_back(p);
      row_pages.push_back(list_[p / kPage]);
    }
    const Buffer<int32_t> device_positions(positions);
    const Buffer<int32_t> device_pages(row_pages);
    const Buffer<float> q(q_);
    const Buffer<float> k(k_);
    const Buffer<float> v(v_);
    for (const int place : {0, 1}) {
      RotateAndStore(TheStream(), {}, pages_, place, device_positions.get(),
                     device_pages.get(), positions_, shape_.heads, q.get(),
                     k.get(), v.get());
    }
    ExpectFinished();
  }

  Shape shape_;
  int positions_;
  int page_count_;
  int padded_;
  Buffer<float> memory_;
  std::vector<float> q_;
  std::vector<float> k_;
  std::vector<float> v_;
  Pages pages_;
  std::vector<int32_t> list_;
};

void ExpectRows(const Shape& shape, int positions, int begin, int end) {
  Sequence sequence(shape, positions);
  const std::vector<float> found = sequence.Rows(begin, end);
  const double tolerance = shape.is_float ? 2e-5 : 2e-2;
  for (int row = begin; row < end; ++row) {
    for (int head = 0; head < shape.heads; ++head) {
      for (int d = 0; d < shape.size; d += 5) {
        ASSERT_NEAR(
            found[((row - begin) * shape.heads + head) * shape.size + d],
            sequence.Want(row, head, d), tolerance)
            << "row " << row << " head " << head << " of " << shape.heads
            << " size " << shape.size << " window " << shape.window;
      }
    }
  }
}

TEST(AttendTest, RowsSeeWhatTheyShould) {
  InBothOrders([] {
    for (const bool is_float : {true, false}) {
      // Nothing before, a tile's edge, a split's edge, a window's.
      ExpectRows({4, 1, 32, 0, is_float}, 1, 0, 1);
      ExpectRows({8, 2, 8, 0, is_float}, 40, 0, 40);
      ExpectRows({4, 2, 24, 16, is_float}, 66, 60, 66);
      ExpectRows({4, 4, 64, 0, is_float}, 65, 64, 65);
      ExpectRows({12, 1, 40, 7, is_float}, 530, 508, 516);
      ExpectRows({20, 1, 16, 0, is_float}, 20, 0, 20);
      ExpectRows({2, 1, 128, 100, is_float}, 600, 570, 600);
      ExpectRows({1, 1, 130, 0, is_float}, 17, 16, 17);
      ExpectRows({16, 8, 64, 0, is_float}, 20, 17, 20);
    }
  });
}

TEST(AttendTest, RowHasTheSameBitsInAPromptAsAlone) {
  for (const bool is_float : {true, false}) {
    for (const int window : {0, 70}) {
      Sequence sequence({4, 2, 32, window, is_float}, 1050);
      const size_t width = 4 * 32;
      const int begin = 1000;
      const std::vector<float> prompt = sequence.Rows(begin, 1050);
      for (const int row : {1000, 1023, 1024, 1049}) {
        const std::vector<float> alone = sequence.Rows(row, row + 1);
        ASSERT_EQ(
            std::memcmp(alone.data(), prompt.data() + (row - begin) * width,
                        width * sizeof(float)),
            0)
            << row;
      }
      const std::vector<float> some = sequence.Rows(1017, 1030);
      ASSERT_EQ(std::memcmp(some.data(), prompt.data() + 17 * width,
                            some.size() * sizeof(float)),
                0);
    }
  }
}

void ExpectTurned(bool halves, int heads) {
  const int rows = 3;
  const int size = 6;
  const std::vector<float> q = RandomFloats(rows * heads * size, 1);
  const std::vector<float> k = RandomFloats(rows * size, 2);
  const Buffer<float> frequencies(std::vector<float>{1, 0.1f, 0.01f});
  const std::vector<int32_t> places = {7, 100000, 2};
  const Buffer<int32_t> positions(places);
  const Buffer<int32_t> row_pages(std::vector<int32_t>{1, -1, 0});
  const Buffer<float> cosines(rows * 3);
  const Buffer<float> sines(rows * 3);
  MakeAngles(TheStream(), frequencies.get(), 3, positions.get(), rows,
             cosines.get(), sines.get());
  Pages pages;
  const Buffer<float> memory(
      std::vector<float>(2 * PageNumbers(1, 1, size), 0));
  pages.memory = memory.get();
  pages.page_numbers = PageNumbers(1, 1, size);
  pages.kv_heads = 1;
  pages.size = size;
  pages.padded = size;
  pages.is_float = true;
  const Buffer<float> device_q(q);
  const Buffer<float> device_k(k);
  RotateAndStore(TheStream(), {cosines.get(), sines.get(), halves}, pages, 0,
                 positions.get(), row_pages.get(), rows, heads, device_q.get(),
                 device_k.get(), device_k.get());
  const std::vector<float> c = cosines.Read();
  const std::vector<float> s = sines.Read();
  EXPECT_NEAR(c[3], std::cos(100000.0), 1e-6);
  std::vector<float> want_q = q;
  std::vector<float> want_k = k;
  for (int r = 0; r < rows; ++r) {
    RotateHeads(halves, heads, size, &c[r * 3], &s[r * 3],
                &want_q[r * heads * size]);
    RotateHeads(halves, 1, size, &c[r * 3], &s[r * 3], &want_k[r * size]);
  }
  const std::vector<float> found = device_q.Read();
  for (size_t i = 0; i < q.size(); ++i) EXPECT_NEAR(found[i], want_q[i], 1e-6);
  const std::vector<float> stored = memory.Read();
  for (int d = 0; d < size; ++d) {
    EXPECT_NEAR(stored[pages.page_numbers + 7 * size + d], want_k[d], 1e-6);
    EXPECT_EQ(stored[pages.page_numbers + (kPage + 7) * size + d], k[d]);
    EXPECT_NEAR(stored[2 * size + d], want_k[2 * size + d], 1e-6);
    // Row 1 went nowhere.
    EXPECT_EQ(stored[d], 0);
  }
}

TEST(AttendTest, PairsAreTurned) {
  for (const bool halves : {false, true}) {
    for (const int heads : {2, 100}) ExpectTurned(halves, heads);
  }
}

TEST(AttendTest, NeighboursInAPromptHaveTheSameSplit) {
  const AttendSequence sequences[] = {{0, 64, 1000, 0, 67}, {64, 20, 0, 67, 2}};
  AttendPlan plan;
  PlanAttention(sequences, 2, 0, 4, &plan);
  // 16 tasks of the first see splits 0 and 1, ten of them 2; then the second.
  ASSERT_EQ(plan.solo.size(), 16 + 16 + 10 + 5);
  ASSERT_EQ(plan.merges.size(), 16);
  for (int i = 0; i < 42; ++i) {
    const AttendTask& task = plan.solo[i];
    EXPECT_EQ(task.split, i / 16) << i;
    const MergeTask& merge = plan.merges[task.first_row / 4];
    EXPECT_EQ(merge.first_row, task.first_row);
    EXPECT_EQ(task.partial, merge.partial + task.split) << i;
    EXPECT_LT(task.split, merge.count);
  }
  for (int i = 42; i < 47; ++i) {
    EXPECT_EQ(plan.solo[i].first_row, 64 + 4 * (i - 42));
    EXPECT_EQ(plan.solo[i].partial, -1);
  }
}

TEST(AttendTest, LongContextsAreSplit) {
  const AttendSequence sequences[] = {{0, 1, 1500, 0, 94}, {1, 40, 0, 94, 3}};
  AttendPlan plan;
  PlanAttention(sequences, 2, 0, 4, &plan);
  EXPECT_EQ(plan.spread.size(), 3);
  EXPECT_EQ(plan.solo.size(), 10);
  ASSERT_EQ(plan.merges.size(), 1);
  EXPECT_EQ(plan.merges[0].count, 3);
  EXPECT_EQ(plan.partials, 3);
  PlanAttention(sequences, 2, 100, 4, &plan);
  ASSERT_EQ(plan.spread.size(), 1);
  EXPECT_EQ(plan.spread[0].split, 2);
  EXPECT_TRUE(plan.merges.empty());
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
