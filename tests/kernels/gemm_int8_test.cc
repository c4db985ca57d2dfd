#include "kernels/gemm_int8.h"

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"

namespace footnote {
namespace {

// A product with everything that it needs, filled with noise from a seed.
struct Problem {
  Problem(size_t rows, size_t columns, size_t segments, size_t inputs,
          bool convolution, uint32_t seed)
      : rows(rows), columns(columns), segments(segments), inputs(inputs) {
    std::mt19937 noise(seed);
    std::uniform_real_distribution<float> unit(-1, 1);
    weights.resize(segments * inputs * columns);
    for (float& w : weights) w = unit(noise);
    bias.resize(columns);
    for (float& b : bias) b = unit(noise);
    const size_t padded = (inputs + 3) / 4 * 4;
    // One byte more than it needs, so that nothing is aligned.
    stride = convolution ? padded + 1 : segments * padded + 1;
    step = convolution ? stride : padded;
    scale_step = convolution ? 1 : rows;
    activations.resize((rows + segments) * (stride + segments * padded) + 1);
    for (uint8_t& a : activations) a = noise() % 256;
    scale.resize((rows + 1) * segments);
    for (float& s : scale) s = 0.01f + std::fabs(unit(noise));
    packed.resize(PackedInt8Bytes(columns, segments, inputs));
    weight_scale.resize(PaddedColumns(columns) * segments);
    start.resize(PaddedColumns(columns) * segments);
    PackInt8(weights.data(), columns, segments, inputs, zero, packed.data(),
             weight_scale.data(), start.data());
  }

  std::vector<float> Run(Isa isa, bool with_bias) const {
    const size_t c_stride = columns + 3;
    std::vector<float> c(rows * c_stride + 1, -77.0f);
    GemmInt8For(isa)(
        {activations.data() + 1, rows, stride, step, scale.data(), scale_step},
        {columns, segments, inputs, packed.data(), weight_scale.data(),
         start.data()},
        with_bias ? bias.data() : nullptr, c.data(), c_stride);
    return c;
  }

  // The definition, in double, from the rounded weights.
  double Want(size_t i, size_t j) const {
    double sum = bias[j];
    for (size_t s = 0; s < segments; ++s) {
      double part = 0;
      for (size_t x = 0; x < inputs; ++x) {
        const double w = weights[(s * inputs + x) * columns + j];
        const double rounded = std::nearbyint(w / WeightScale(s, j));
        part += (activations[1 + i * stride + s * step + x] - double{zero}) *
                rounded;
      }
      sum += part * scale[i + s * scale_step] * WeightScale(s, j);
    }
    return sum;
  }

  float WeightScale(size_t s, size_t j) const {
    return weight_scale[s * PaddedColumns(columns) + j];
  }

  static constexpr int zero = 128;
  size_t rows, columns, segments, inputs, stride, step, scale_step;
  std::vector<float> weights, bias, scale, weight_scale;
  std::vector<uint8_t> activations;
  std::vector<int8_t> packed;
  std::vector<int32_t> start;
};

constexpr size_t kRows[] = {0, 1, 5, 6, 7, 97};
constexpr size_t kColumns[] = {1, 15, 16, 17, 63, 64, 65, 256};
constexpr size_t kInputs[] = {1, 3, 4, 5, 64, 255, 256, 1000};

TEST(GemmInt8Test, ScalarIsTheDefinition) {
  for (const bool convolution : {false, true}) {
    const Problem p(7, 65, 3, 37, convolution, 1);
    const std::vector<float> c = p.Run(Isa::kScalar, true);
    for (size_t i = 0; i < p.rows; ++i) {
      for (size_t j = 0; j < p.columns; ++j) {
        const double want = p.Want(i, j);
        ASSERT_NEAR(c[i * (p.columns + 3) + j], want,
                    1e-4 * (1 + std::fabs(want)))
            << i << ", " << j;
      }
    }
  }
}

TEST(GemmInt8Test, EveryInstructionSetGivesTheBitsOfScalar) {
  for (const Isa isa : kAllIsas) {
    if (isa == Isa::kScalar || !IsaIsSupported(isa)) continue;
    for (const size_t rows : kRows) {
      for (const size_t columns : kColumns) {
        for (const size_t inputs : kInputs) {
          if (rows * columns * inputs > 2000000) continue;
          const bool convolution = (rows + columns + inputs) % 2 == 0;
          const size_t segments = 1 + inputs % 3;
          const Problem p(rows, columns, segments, inputs, convolution, 7);
          const std::vector<float> want = p.Run(Isa::kScalar, inputs != 4);
          const std::vector<float> got = p.Run(isa, inputs != 4);
          ASSERT_EQ(0, std::memcmp(want.data(), got.data(),
                                   want.size() * sizeof(float)))
              << IsaName(isa) << " rows " << rows << " columns " << columns
              << " inputs " << inputs << " segments " << segments;
        }
      }
    }
  }
}

TEST(GemmInt8Test, ExtremesDoNotSaturate) {
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    Problem p(6, 64, 1, 1024, false, 3);
    std::fill(p.activations.begin(), p.activations.end(), 255);
    std::fill(p.weights.begin(), p.weights.end(), 1.0f);
    PackInt8(p.weights.data(), p.columns, 1, p.inputs, 0, p.packed.data(),
             p.weight_scale.data(), p.start.data());
    p.scale.assign(p.scale.size(), 1.0f);
    const std::vector<float> c = p.Run(isa, false);
    EXPECT_NEAR(c[0], 255.0 * 1024.0, 0.5) << IsaName(isa);
  }
}

TEST(GemmInt8Test, NothingIsWrittenBesideTheResult) {
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    const Problem p(7, 70, 1, 8, false, 5);
    const std::vector<float> c = p.Run(isa, true);
    for (size_t i = 0; i < p.rows; ++i) {
      for (size_t j = p.columns; j < p.columns + 3; ++j) {
        EXPECT_EQ(c[i * (p.columns + 3) + j], -77.0f) << IsaName(isa);
      }
    }
  }
}

TEST(GemmInt8Test, ColumnOfZerosGivesItsBias) {
  Problem p(2, 3, 1, 8, false, 9);
  for (size_t x = 0; x < p.inputs; ++x) p.weights[x * 3 + 1] = 0.0f;
  PackInt8(p.weights.data(), 3, 1, p.inputs, p.zero, p.packed.data(),
           p.weight_scale.data(), p.start.data());
  const std::vector<float> c = p.Run(ActiveIsa(), true);
  EXPECT_EQ(c[1], p.bias[1]);
  EXPECT_EQ(c[6 + 1], p.bias[1]);
}

}  // namespace
}  // namespace footnote
