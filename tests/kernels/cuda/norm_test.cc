#include "kernels/cuda/norm.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/transformer.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kSizes[] = {1, 7, 8, 31, 32, 33, 64, 255, 2056, 4096, 13000};

TEST(NormTest, RowsAreNormed) {
  InBothOrders([] {
    for (const int n : kSizes) {
      for (const bool centre : {false, true}) {
        const int rows = n > 1000 ? 2 : 9;
        const std::vector<float> x = RandomFloats(size_t{1} * rows * n, 1);
        const std::vector<float> weight = RandomFloats(n, 2);
        const Buffer<float> device_x(x);
        const Buffer<float> device_weight(weight);
        const Buffer<float> out(x.size());
        const PreparedRows prepared(rows, n, 3);
        NormRows(TheStream(), centre, device_x.get(), device_weight.get(),
                 1e-5f, rows, n, out.get(), prepared.get());
        const std::vector<float> found = out.Read();
        const std::vector<float> parts = prepared.Read();
        for (int r = 0; r < rows; ++r) {
          double mean = 0;
          for (int i = 0; centre && i < n; ++i) mean += x[r * n + i];
          mean /= n;
          double squares = 0;
          for (int i = 0; i < n; ++i) {
            squares += (x[r * n + i] - mean) * (x[r * n + i] - mean);
          }
          const double factor = 1 / std::sqrt(squares / n + 1e-5);
          for (int i = 0; i < n; ++i) {
            const double want = (x[r * n + i] - mean) * factor * weight[i];
            // A row of one number is its own mean: all is rounding.
            EXPECT_NEAR(found[r * n + i], want, 2e-5) << n << " " << centre;
            EXPECT_NEAR(parts[r * n + i], found[r * n + i],
                        1e-7 * std::fabs(found[r * n + i]));
          }
        }
      }
    }
  });
}

TEST(NormTest, IsTheScalarTwin) {
  const int n = 200;
  const std::vector<float> x = RandomFloats(n, 1);
  const std::vector<float> weight = RandomFloats(n, 2);
  std::vector<float> want(n);
  RmsNorm(x.data(), weight.data(), 1e-6f, n, want.data());
  const Buffer<float> device_x(x);
  const Buffer<float> device_weight(weight);
  NormRows(TheStream(), false, device_x.get(), device_weight.get(), 1e-6f, 1, n,
           device_x.get(), {});
  const std::vector<float> found = device_x.Read();
  for (int i = 0; i < n; ++i) EXPECT_NEAR(found[i], want[i], 2e-6);
}

TEST(NormTest, HeadsAreNormedEachAlone) {
  for (const int size : {1, 31, 32, 33, 128}) {
    const int heads = 11;
    std::vector<float> x = RandomFloats(heads * size, 1);
    const std::vector<float> weight = RandomFloats(size, 2);
    const Buffer<float> device_x(x);
    const Buffer<float> device_weight(weight);
    NormHeads(TheStream(), device_weight.get(), 1e-6f, heads, size,
              device_x.get());
    const std::vector<float> found = device_x.Read();
    for (int h = 0; h < heads; ++h) {
      float* head = x.data() + h * size;
      RmsNorm(head, weight.data(), 1e-6f, size, head);
    }
    for (size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(found[i], x[i], 2e-6);
  }
}

TEST(NormTest, PreparedRowsAreRoundedOnceOrNearlyNot) {
  for (const int n : kSizes) {
    const int rows = 3;
    const std::vector<float> x = RandomFloats(size_t{1} * rows * n, 3);
    const std::vector<float> one = PreparedRows(x, rows, n, 1).Read();
    const std::vector<float> three = PreparedRows(x, rows, n, 3).Read();
    for (size_t i = 0; i < x.size(); ++i) {
      EXPECT_EQ(one[i], RoundedToBf16(x[i]));
      EXPECT_NEAR(three[i], x[i], 1e-7 * std::fabs(x[i]));
    }
  }
}

TEST(NormTest, NoRowsAreNoWork) {
  NormRows(TheStream(), true, nullptr, nullptr, 1e-5f, 0, 64, nullptr, {});
  PrepareRows(TheStream(), nullptr, 0, 64, {});
  NormHeads(TheStream(), nullptr, 1e-5f, 0, 64, nullptr);
  ExpectFinished();
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
