#include "kernels/cuda/rows.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/transformer.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

TEST(RowsTest, EmbeddingIsThePackedRow) {
  for (const WeightKind kind :
       {WeightKind::kFloat, WeightKind::kBf16, WeightKind::kFp8,
        WeightKind::kInt8, WeightKind::kInt4}) {
    for (const int columns : {1, 33, 64, 300}) {
      const int rows = 37;
      const PackedMatrix table(kind, RandomFloats(rows * columns, 1), rows,
                               columns);
      const std::vector<int32_t> ids = {36, 0, 17, 8, 17};
      const Buffer<int32_t> device_ids(ids);
      const Buffer<float> x(ids.size() * columns);
      EmbedRows(TheStream(), table.get(), device_ids.get(), ids.size(), 2,
                x.get());
      const std::vector<float> found = x.Read();
      for (size_t r = 0; r < ids.size(); ++r) {
        for (int c = 0; c < columns; ++c) {
          EXPECT_NEAR(found[r * columns + c], 2 * table.At(ids[r], c), 1e-6)
              << WeightKindName(kind);
        }
      }
    }
  }
}

TEST(RowsTest, GatesAreTheScalarTwins) {
  InBothOrders([] {
    for (const int n : {1, 31, 32, 33, 100, 2500}) {
      const int rows = 3;
      std::vector<float> gate = RandomFloats(rows * n, 1);
      gate[0] = -200;
      gate[n - 1] = 90;
      const std::vector<float> up = RandomFloats(rows * n, 2);
      for (const bool gelu : {false, true}) {
        const Buffer<float> device_gate(gate);
        const Buffer<float> device_up(up);
        const PreparedRows prepared(rows, n, 3);
        GateRows(TheStream(), gelu, device_gate.get(), device_up.get(), rows, n,
                 device_gate.get(), prepared.get());
        const std::vector<float> found = device_gate.Read();
        const std::vector<float> parts = prepared.Read();
        std::vector<float> want(rows * n);
        if (gelu) {
          GateGelu(gate.data(), up.data(), want.size(), want.data());
        } else {
          GateSilu(gate.data(), up.data(), want.size(), want.data());
        }
        for (size_t i = 0; i < want.size(); ++i) {
          EXPECT_NEAR(found[i], want[i], 1e-6 * (1 + std::fabs(want[i])));
          EXPECT_NEAR(parts[i], found[i], 1e-7 * std::fabs(found[i]));
        }
      }
    }
  });
}

TEST(RowsTest, NumbersAreAddedAndScaled) {
  for (const int count : {0, 1, 255, 256, 257, 700000}) {
    const std::vector<float> x = RandomFloats(count, 1);
    const std::vector<float> y = RandomFloats(count, 2);
    const Buffer<float> device_x(x);
    const Buffer<float> device_y(y);
    AddNumbers(TheStream(), device_y.get(), count, device_x.get());
    ScaleNumbers(TheStream(), 0.5f, count, device_x.get());
    const std::vector<float> found = device_x.Read();
    for (int i = 0; i < count; i += 1 + count / 1000) {
      EXPECT_EQ(found[i], (x[i] + y[i]) * 0.5f);
    }
  }
  const Buffer<float> nan(std::vector<float>{NAN});
  ScaleNumbers(TheStream(), 0, 1, nan.get());
  EXPECT_EQ(nan.Read()[0], 0);
}

TEST(RowsTest, RowsAreGathered) {
  const int n = 300;
  const std::vector<float> x = RandomFloats(4 * n, 1);
  const Buffer<float> device_x(x);
  const Buffer<int32_t> rows(std::vector<int32_t>{3, 1});
  const Buffer<float> some(2 * n);
  GatherRows(TheStream(), device_x.get(), rows.get(), 2, n, some.get());
  const std::vector<float> found = some.Read();
  for (int i = 0; i < n; ++i) {
    EXPECT_EQ(found[i], x[3 * n + i]);
    EXPECT_EQ(found[n + i], x[n + i]);
  }
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
