#include "kernels/cuda/gemm_int8.h"

#include <cstring>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"
#include "kernels/gemm_int8.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kZero = 128;

struct Case {
  int rows, columns, segments, inputs;
  // From a row to the next and from a segment to its next.
  size_t stride, segment_step, scale_stride, scale_step;
};

// What the processor makes of bytes around 128 and what the device makes of the
// same around 0.
void ExpectTheTwinsBits(const Case& c, bool with_bias) {
  std::mt19937 random(c.rows * 31 + c.columns);
  const size_t bytes =
      c.rows * c.stride + c.segments * c.segment_step + c.inputs;
  std::vector<uint8_t> a(bytes);
  std::vector<int8_t> around_zero(bytes);
  for (size_t i = 0; i < bytes; ++i) {
    a[i] = static_cast<uint8_t>(random() % 255 + 1);
    around_zero[i] = static_cast<int8_t>(a[i] - kZero);
  }
  std::vector<float> scales =
      RandomFloats(c.rows * c.scale_stride + c.segments * c.scale_step + 1, 1);
  const std::vector<float> weights =
      RandomFloats(size_t{1} * c.segments * c.inputs * c.columns, 2);
  const std::vector<float> bias = RandomFloats(c.columns, 3);

  const size_t padded = PaddedColumns(c.columns);
  std::vector<int8_t> packed(PackedInt8Bytes(c.columns, c.segments, c.inputs));
  std::vector<float> w_scale(padded * c.segments);
  std::vector<int32_t> start(padded * c.segments);
  PackInt8(weights.data(), c.columns, c.segments, c.inputs, kZero,
           packed.data(), w_scale.data(), start.data());
  // The processor's rows have one scale after the other.
  std::vector<float> in_order(c.rows * c.segments);
  for (int s = 0; s < c.segments; ++s) {
    for (int i = 0; i < c.rows; ++i) {
      in_order[s * c.rows + i] = scales[i * c.scale_stride + s * c.scale_step];
    }
  }
  std::vector<float> want(c.rows * c.columns);
  GemmInt8For(Isa::kScalar)(
      {a.data(), size_t(c.rows), c.stride, c.segment_step, in_order.data(),
       size_t(c.rows)},
      {size_t(c.columns), size_t(c.segments), size_t(c.inputs), packed.data(),
       w_scale.data(), start.data()},
      with_bias ? bias.data() : nullptr, want.data(), c.columns);

  std::vector<int8_t> columns;
  std::vector<float> column_scales;
  for (int s = 0; s < c.segments; ++s) {
    for (int j = 0; j < c.columns; ++j) {
      column_scales.push_back(w_scale[s * padded + j]);
      const size_t block = c.inputs / kInt8Group * kInt8Panel * kInt8Group;
      for (int x = 0; x < c.inputs; ++x) {
        columns.push_back(packed[(j / kInt8Panel * c.segments + s) * block +
                                 x / kInt8Group * kInt8Panel * kInt8Group +
                                 j % kInt8Panel * kInt8Group + x % kInt8Group]);
      }
    }
  }
  const Buffer<int8_t> device_a(around_zero);
  const Buffer<float> device_scales(scales);
  const Buffer<int8_t> device_w(columns);
  const Buffer<float> device_w_scales(column_scales);
  const Buffer<float> device_bias(bias);
  const size_t c_stride = c.columns + 3;
  const Buffer<float> device_c(std::vector<float>(c.rows * c_stride, 9));
  GemmInt8(TheStream(),
           Int8Rows{device_a.get(), c.rows, c.stride, c.segment_step,
                    device_scales.get(), c.scale_stride, c.scale_step},
           Int8Weights{c.columns, c.segments, c.inputs, device_w.get(),
                       device_w_scales.get()},
           with_bias ? device_bias.get() : nullptr, device_c.get(), c_stride);
  const std::vector<float> found = device_c.Read();
  for (int i = 0; i < c.rows; ++i) {
    ASSERT_EQ(std::memcmp(&found[i * c_stride], &want[i * c.columns],
                          c.columns * sizeof(float)),
              0)
        << c.rows << " rows, " << c.columns << " columns, " << c.segments
        << " segments of " << c.inputs << ": row " << i;
    for (size_t j = c.columns; j < c_stride; ++j) {
      ASSERT_EQ(found[i * c_stride + j], 9) << "beyond the columns";
    }
  }
}

TEST(GemmInt8Test, IsTheProcessorsToTheBit) {
  InBothOrders([] {
    for (const int rows : {0, 1, 7, 15, 16, 17, 31, 32, 33, 127, 128, 129}) {
      ExpectTheTwinsBits({rows, 33, 1, 64, 64, 0, 1, 0}, rows % 2 == 0);
    }
    for (const int columns : {1, 7, 8, 9, 63, 64, 65, 128, 130}) {
      ExpectTheTwinsBits({5, columns, 1, 128, 128, 0, 1, 0}, true);
    }
  });
}

TEST(GemmInt8Test, SegmentsAreNeighbouringRowsOfAConvolution) {
  for (const int segments : {2, 3, 5}) {
    ExpectTheTwinsBits({35, 40, segments, 256, 256, 256, 1, 1}, true);
    // One of three branches that lie side by side.
    ExpectTheTwinsBits({35, 40, segments, 64, 192, 192, 3, 3}, false);
  }
}

TEST(GemmInt8Test, SegmentsArePartsOfARow) {
  ExpectTheTwinsBits({35, 40, 3, 64, 192, 64, 1, 35}, true);
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
