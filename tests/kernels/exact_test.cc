#include "kernels/exact.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"

namespace footnote {
namespace {

// Rounded to a float once: within half a step of what doubles give.
constexpr double kStep = 6.0e-8;

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

// What `run` leaves in n numbers is `want`, and the same bits for all.
template <typename Run>
void ExpectOnce(const std::vector<double>& want, const Run& run) {
  std::vector<float> first;
  for (const Isa isa : Isas()) {
    std::vector<float> out(want.size() + 1, 7.0f);
    run(ExactKernelsFor(isa), out.data());
    EXPECT_EQ(out.back(), 7.0f) << IsaName(isa);
    for (size_t i = 0; i < want.size(); ++i) {
      ASSERT_NEAR(out[i], want[i], std::fabs(want[i]) * kStep + 1e-13)
          << IsaName(isa) << " " << i << " of " << want.size();
    }
    if (first.empty()) first = out;
    EXPECT_EQ(out, first) << IsaName(isa);
  }
}

TEST(ExactTest, NormsAreTheirDefinitionsRoundedOnce) {
  for (const size_t n : {1, 15, 16, 17, 64, 1000}) {
    const std::vector<float> x = Random(n, 1);
    const std::vector<float> weight = Random(n, 2);
    double sum = 0, squares = 0, spread = 0;
    for (const float v : x) sum += v, squares += double{v} * v;
    for (const float v : x) spread += std::pow(v - sum / n, 2);
    const double epsilon = 1e-5f;
    std::vector<double> rms, mean;
    for (size_t i = 0; i < n; ++i) {
      rms.push_back(x[i] / std::sqrt(squares / n + epsilon) * weight[i]);
      mean.push_back((x[i] - sum / n) / std::sqrt(spread / n + epsilon) *
                     weight[i]);
    }
    ExpectOnce(rms, [&](const ExactKernels& kernels, float* out) {
      kernels.rms_norm(x.data(), weight.data(), 1e-5f, n, out);
    });
    ExpectOnce(mean, [&](const ExactKernels& kernels, float* out) {
      kernels.mean_norm(x.data(), weight.data(), 1e-5f, n, out);
    });
  }
}

TEST(ExactTest, GatesAreTheirDefinitionsRoundedOnce) {
  const size_t n = 333;
  std::vector<float> gate = Random(n, 3);
  gate[0] = -200;
  gate[1] = 90;
  const std::vector<float> up = Random(n, 4);
  std::vector<double> silu, gelu;
  for (size_t i = 0; i < n; ++i) {
    const double g = gate[i];
    silu.push_back(g / (1 + std::exp(-g)) * up[i]);
    const double inner =
        std::sqrt(2 / std::acos(-1.0)) * (g + 0.044715 * g * g * g);
    gelu.push_back(g / (1 + std::exp(-2 * inner)) * up[i]);
  }
  ExpectOnce(silu, [&](const ExactKernels& kernels, float* out) {
    kernels.gate_silu(gate.data(), up.data(), n, out);
  });
  ExpectOnce(gelu, [&](const ExactKernels& kernels, float* out) {
    kernels.gate_gelu(gate.data(), up.data(), n, out);
  });
}

TEST(ExactTest, RotationTurnsPairs) {
  for (const bool halves : {false, true}) {
    const size_t size = 10, heads = 3;
    const std::vector<float> x = Random(heads * size, 5);
    const std::vector<float> cosines = Random(5, 6), sines = Random(5, 7);
    std::vector<double> want(x.size());
    for (size_t h = 0; h < heads; ++h) {
      for (size_t i = 0; i < 5; ++i) {
        const size_t a = h * size + (halves ? i : 2 * i);
        const size_t b = a + (halves ? 5 : 1);
        want[a] = double{x[a]} * cosines[i] - double{x[b]} * sines[i];
        want[b] = double{x[b]} * cosines[i] + double{x[a]} * sines[i];
      }
    }
    ExpectOnce(want, [&](const ExactKernels& kernels, float* out) {
      std::copy(x.begin(), x.end(), out);
      kernels.rotate_heads(halves, heads, size, cosines.data(), sines.data(),
                           out);
    });
  }
}

TEST(ExactTest, AttentionIsItsDefinitionRoundedOnce) {
  struct Shape {
    size_t size, heads, rows, position, window;
  };
  for (const Shape& shape : {Shape{8, 1, 1, 0, 0},
                             {12, 2, 5, 63, 0},
                             {64, 3, 20, 0, 0},
                             {16, 4, 40, 30, 16},
                             {20, 1, 33, 100, 1},
                             {256, 2, 2, 31, 5}}) {
    const size_t n = shape.size;
    std::vector<std::vector<float>> memory;
    std::vector<const float*> keys, values;
    for (size_t p = 0; p <= (shape.position + shape.rows) / 16; ++p) {
      memory.push_back(Random(16 * n, 100 + p));
      keys.push_back(memory.back().data());
      memory.push_back(Random(16 * n, 900 + p));
      values.push_back(memory.back().data());
    }
    const std::vector<float> q = Random(shape.rows * shape.heads * n, 8);
    std::vector<double> want;
    for (size_t row = 0; row < shape.rows * shape.heads; ++row) {
      const size_t last = shape.position + row / shape.heads;
      const size_t first =
          shape.window == 0 ? 0 : last + 1 - std::min(last + 1, shape.window);
      std::vector<double> sums(n);
      double total = 0;
      for (size_t j = first; j <= last; ++j) {
        double score = 0;
        for (size_t d = 0; d < n; ++d) {
          score += double{q[row * n + d]} * keys[j / 16][d * 16 + j % 16];
        }
        // Less than what would overflow; it goes away again.
        const double weight = std::exp(double{0.3f} * score - 20);
        total += weight;
        for (size_t d = 0; d < n; ++d) {
          sums[d] += weight * values[j / 16][j % 16 * n + d];
        }
      }
      for (const double sum : sums) want.push_back(sum / total);
    }
    ExpectOnce(want, [&](const ExactKernels& kernels, float* out) {
      AttentionBlock block = {};
      block.size = n;
      block.rows = shape.rows;
      block.heads = shape.heads;
      block.position = shape.position;
      block.window = shape.window;
      block.scale = 0.3f;
      block.q = q.data();
      block.q_stride = block.out_stride = shape.heads * n;
      block.keys = keys.data();
      block.values = values.data();
      block.out = out;
      kernels.attention(block);
    });
  }
}

}  // namespace
}  // namespace footnote
