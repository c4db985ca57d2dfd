#include "kernels/transformer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"

namespace footnote {
namespace {

std::vector<float> Random(size_t n, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(n);
  for (float& value : values) value = normal(random);
  return values;
}

std::vector<Isa> Isas() {
  std::vector<Isa> isas;
  for (const Isa isa : kAllIsas) {
    if (IsaIsSupported(isa)) isas.push_back(isa);
  }
  return isas;
}

constexpr size_t kLengths[] = {1, 15, 16, 17, 64, 1000};

TEST(TransformerTest, RmsNormIsItsDefinition) {
  for (const Isa isa : Isas()) {
    for (const size_t n : kLengths) {
      const std::vector<float> x = Random(n, 1);
      const std::vector<float> weight = Random(n, 2);
      std::vector<float> out(n + 1, 7.0f);
      TransformerKernelsFor(isa).rms_norm(x.data(), weight.data(), 1e-5f, n,
                                          out.data());
      double squares = 0;
      for (const float value : x) squares += double{value} * value;
      const double factor = 1 / std::sqrt(squares / n + 1e-5);
      for (size_t i = 0; i < n; ++i) {
        EXPECT_NEAR(out[i], x[i] * factor * weight[i], 1e-5) << IsaName(isa);
      }
      EXPECT_EQ(out[n], 7.0f);
    }
  }
}

TEST(TransformerTest, GatesAreTheirDefinitions) {
  for (const Isa isa : Isas()) {
    for (const size_t n : kLengths) {
      std::vector<float> gate = Random(n, 1);
      gate[0] = -200;
      gate[n / 2] = 90;
      const std::vector<float> up = Random(n, 2);
      std::vector<float> silu(n);
      std::vector<float> gelu(n);
      TransformerKernelsFor(isa).gate_silu(gate.data(), up.data(), n,
                                           silu.data());
      TransformerKernelsFor(isa).gate_gelu(gate.data(), up.data(), n,
                                           gelu.data());
      for (size_t i = 0; i < n; ++i) {
        const double g = gate[i];
        EXPECT_NEAR(silu[i], g / (1 + std::exp(-g)) * up[i],
                    1e-6 * (1 + std::fabs(g * up[i])));
        const double inner =
            std::sqrt(2 / 3.14159265358979) * (g + 0.044715 * g * g * g);
        EXPECT_NEAR(gelu[i], g / 2 * (1 + std::tanh(inner)) * up[i],
                    1e-6 * (1 + std::fabs(g * up[i])));
      }
    }
  }
}

TEST(TransformerTest, RotationTurnsPairs) {
  for (const Isa isa : Isas()) {
    for (const bool halves : {false, true}) {
      const size_t size = 6;
      const std::vector<float> x = Random(2 * size, 1);
      const std::vector<float> angles = Random(3, 2);
      std::vector<float> cosines;
      std::vector<float> sines;
      for (const float angle : angles) {
        cosines.push_back(std::cos(angle));
        sines.push_back(std::sin(angle));
      }
      std::vector<float> y = x;
      TransformerKernelsFor(isa).rotate_heads(halves, 2, size, cosines.data(),
                                              sines.data(), y.data());
      for (size_t h = 0; h < 2; ++h) {
        for (size_t i = 0; i < 3; ++i) {
          const size_t a = h * size + (halves ? i : 2 * i);
          const size_t b = h * size + (halves ? i + 3 : 2 * i + 1);
          EXPECT_NEAR(y[a], x[a] * cosines[i] - x[b] * sines[i], 1e-6);
          EXPECT_NEAR(y[b], x[b] * cosines[i] + x[a] * sines[i], 1e-6);
        }
      }
    }
  }
}

// Pages of random keys and values, in pieces of memory of their own.
struct Pages {
  Pages(size_t count, size_t size) {
    for (size_t p = 0; p < count; ++p) {
      memory.push_back(Random(kPagePositions * size, 100 + p));
      memory.push_back(Random(kPagePositions * size, 900 + p));
    }
    for (size_t p = 0; p < count; ++p) {
      keys.push_back(memory[2 * p].data());
      values.push_back(memory[2 * p + 1].data());
    }
  }
  std::vector<std::vector<float>> memory;
  std::vector<const float*> keys;
  std::vector<const float*> values;
};

struct Shape {
  size_t size;
  size_t heads;
  size_t rows;
  size_t position;
  size_t window;
};

constexpr Shape kShapes[] = {{8, 1, 1, 0, 0},     {8, 4, 1, 17, 0},
                             {64, 3, 20, 0, 0},   {12, 2, 5, 63, 0},
                             {128, 6, 3, 200, 0}, {16, 4, 40, 30, 16},
                             {20, 1, 33, 100, 1}, {64, 3, 7, 130, 65},
                             {256, 4, 2, 31, 5},  {64, 12, 1, 300, 200}};

std::vector<float> Attend(const TransformerKernels& kernels, const Shape& shape,
                          const std::vector<float>& q, const Pages& pages) {
  AttentionBlock block;
  block.size = shape.size;
  block.rows = shape.rows;
  block.heads = shape.heads;
  block.position = shape.position;
  block.window = shape.window;
  block.scale = 0.3f;
  block.q = q.data();
  block.q_stride = shape.heads * shape.size;
  block.keys = pages.keys.data();
  block.values = pages.values.data();
  std::vector<float> out(q.size(), NAN);
  block.out = out.data();
  block.out_stride = block.q_stride;
  kernels.attention(block);
  return out;
}

TEST(TransformerTest, AttentionIsItsDefinition) {
  for (const Shape& shape : kShapes) {
    const size_t n = shape.size;
    const Pages pages((shape.position + shape.rows) / kPagePositions + 1, n);
    const std::vector<float> q = Random(shape.rows * shape.heads * n, 5);
    std::vector<std::vector<float>> outs;
    for (const Isa isa : Isas()) {
      outs.push_back(Attend(TransformerKernelsFor(isa), shape, q, pages));
    }
    for (size_t r = 0; r < shape.rows; ++r) {
      const size_t last = shape.position + r;
      const size_t first = shape.window == 0 || last + 1 < shape.window
                               ? 0
                               : last + 1 - shape.window;
      for (size_t h = 0; h < shape.heads; ++h) {
        const float* row = q.data() + (r * shape.heads + h) * n;
        std::vector<double> weights;
        double sum = 0;
        for (size_t j = first; j <= last; ++j) {
          double score = 0;
          for (size_t d = 0; d < n; ++d) {
            score += double{row[d]} *
                     pages.keys[j / 16][d * kPagePositions + j % 16];
          }
          weights.push_back(std::exp(0.3 * score));
          sum += weights.back();
        }
        for (size_t d = 0; d < n; ++d) {
          double wanted = 0;
          for (size_t j = first; j <= last; ++j) {
            wanted +=
                weights[j - first] / sum * pages.values[j / 16][j % 16 * n + d];
          }
          for (const std::vector<float>& out : outs) {
            ASSERT_NEAR(out[(r * shape.heads + h) * n + d], wanted, 2e-5)
                << "size " << n << " row " << r;
          }
        }
      }
    }
    // Of the vector versions, all bits.
    for (size_t i = 2; i < outs.size(); ++i) EXPECT_EQ(outs[i], outs[1]);
  }
}

TEST(TransformerTest, RowDoesNotDependOnTheRowsBesideIt) {
  for (const Isa isa : Isas()) {
    for (const Shape& shape : kShapes) {
      const Pages pages((shape.position + shape.rows) / kPagePositions + 1,
                        shape.size);
      const size_t width = shape.heads * shape.size;
      const std::vector<float> q = Random(shape.rows * width, 5);
      const std::vector<float> all =
          Attend(TransformerKernelsFor(isa), shape, q, pages);
      for (size_t r = 0; r < shape.rows; ++r) {
        Shape one = shape;
        one.rows = 1;
        one.position = shape.position + r;
        const std::vector<float> row(q.begin() + r * width,
                                     q.begin() + (r + 1) * width);
        const std::vector<float> alone =
            Attend(TransformerKernelsFor(isa), one, row, pages);
        EXPECT_EQ(std::memcmp(alone.data(), all.data() + r * width,
                              width * sizeof(float)),
                  0)
            << IsaName(isa) << " row " << r;
      }
    }
  }
}

TEST(TransformerTest, AttentionSurvivesLargeScores) {
  for (const Isa isa : Isas()) {
    const Shape shape = {16, 1, 40, 0, 0};
    const Pages pages(3, 16);
    std::vector<float> q = Random(40 * 16, 5);
    for (float& value : q) value *= 1000;
    for (const float value :
         Attend(TransformerKernelsFor(isa), shape, q, pages)) {
      EXPECT_TRUE(std::isfinite(value));
    }
  }
}

}  // namespace
}  // namespace footnote
