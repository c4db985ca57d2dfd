#include "kernels/rows.h"

#include <cmath>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"

namespace footnote {
namespace {

constexpr size_t kSizes[] = {0, 1, 2, 15, 16, 17, 31, 33, 256, 1000};

std::vector<float> Noise(size_t size, float width, uint32_t seed) {
  std::mt19937 noise(seed);
  std::uniform_real_distribution<float> unit(-width, width);
  std::vector<float> v(size);
  for (float& x : v) x = unit(noise);
  return v;
}

// Calls `body`, which checks what it gets, for every size with every
// instruction set that runs here; AVX2 and AVX-512 must agree to the bit.
void ForAll(
    const std::function<std::vector<float>(const RowKernels&, size_t)>& body) {
  for (const size_t n : kSizes) {
    body(RowKernelsFor(Isa::kScalar), n);
    if (!IsaIsSupported(Isa::kAvx2)) continue;
    const std::vector<float> want = body(RowKernelsFor(Isa::kAvx2), n);
    if (!IsaIsSupported(Isa::kAvx512)) continue;
    const std::vector<float> got = body(RowKernelsFor(Isa::kAvx512), n);
    ASSERT_EQ(want.size(), got.size());
    EXPECT_EQ(0,
              std::memcmp(want.data(), got.data(), want.size() * sizeof(float)))
        << "n " << n;
  }
}

TEST(RowsTest, LayerNormIsTheDefinition) {
  ForAll([](const RowKernels& k, size_t n) {
    const std::vector<float> x = Noise(n + 1, 3, 1), add = Noise(n + 1, 1, 2),
                             gamma = Noise(n + 1, 2, 3),
                             beta = Noise(n + 1, 1, 4);
    std::vector<float> out(n + 1, -77.0f);
    k.layer_norm(x.data() + 1, add.data() + 1, gamma.data() + 1,
                 beta.data() + 1, 1e-3f, n, out.data());
    double mean = 0, variance = 0;
    for (size_t i = 1; i <= n; ++i) mean += double{x[i]} + add[i];
    mean /= n;
    for (size_t i = 1; i <= n; ++i) {
      variance += std::pow(double{x[i]} + add[i] - mean, 2);
    }
    variance /= n;
    for (size_t i = 0; i < n; ++i) {
      const double want = (double{x[i + 1]} + add[i + 1] - mean) /
                              std::sqrt(variance + 1e-3) * gamma[i + 1] +
                          beta[i + 1];
      EXPECT_NEAR(out[i], want, 2e-5) << "n " << n;
    }
    EXPECT_EQ(out[n], -77.0f);
    return out;
  });
}

TEST(RowsTest, LayerNormWithoutOptionalRowsWorksInPlace) {
  ForAll([](const RowKernels& k, size_t n) {
    std::vector<float> x = Noise(n, 3, 5);
    k.layer_norm(x.data(), nullptr, nullptr, nullptr, 1e-12f, n, x.data());
    double sum = 0, squares = 0;
    for (const float v : x) {
      sum += v;
      squares += double{v} * v;
    }
    if (n > 1) {
      EXPECT_NEAR(sum / n, 0.0, 1e-5);
      EXPECT_NEAR(squares / n, 1.0, 1e-4);
    }
    return x;
  });
}

TEST(RowsTest, QuantizeRoundsToTheNearestStep) {
  ForAll([](const RowKernels& k, size_t n) {
    const std::vector<float> x = Noise(n + 1, 5, 6);
    std::vector<uint8_t> q(n + 1, 7);
    const float scale = k.quantize_row(x.data() + 1, n, q.data());
    float max = 0;
    for (size_t i = 0; i < n; ++i) max = std::max(max, std::fabs(x[i + 1]));
    EXPECT_NEAR(scale, max / 127, 1e-6);
    std::vector<float> result = {scale};
    for (size_t i = 0; i < n; ++i) {
      EXPECT_GE(q[i], 1);
      EXPECT_NEAR((q[i] - 128) * scale, x[i + 1], scale * 0.5001f + 1e-9f);
      result.push_back(q[i]);
    }
    EXPECT_EQ(q[n], 7);
    return result;
  });
}

TEST(RowsTest, QuantizeOfZerosIsZero) {
  ForAll([](const RowKernels& k, size_t n) {
    const std::vector<float> x(n, 0.0f);
    std::vector<uint8_t> q(n, 7);
    EXPECT_EQ(k.quantize_row(x.data(), n, q.data()), 0.0f);
    for (const uint8_t byte : q) EXPECT_EQ(byte, 128);
    return std::vector<float>(q.begin(), q.end());
  });
}

TEST(RowsTest, DequantizeIsTheDefinition) {
  ForAll([](const RowKernels& k, size_t n) {
    std::vector<uint8_t> q(n + 1);
    for (size_t i = 0; i <= n; ++i) q[i] = (i * 37) % 256;
    std::vector<float> out(n + 1, -77.0f);
    k.dequantize_row(q.data() + 1, 0.25f, -3.0f, n, out.data());
    for (size_t i = 0; i < n; ++i) EXPECT_EQ(out[i], q[i + 1] * 0.25f - 3.0f);
    EXPECT_EQ(out[n], -77.0f);
    return out;
  });
}

TEST(RowsTest, ReluAddKeepsThePositivePart) {
  ForAll([](const RowKernels& k, size_t n) {
    const std::vector<float> x = Noise(n + 1, 3, 8), r = Noise(n + 1, 3, 9);
    std::vector<float> out(n + 1, -77.0f), alone(n + 1, -77.0f);
    k.relu_add(x.data() + 1, r.data() + 1, n, out.data());
    k.relu_add(x.data() + 1, nullptr, n, alone.data());
    for (size_t i = 0; i < n; ++i) {
      EXPECT_EQ(out[i], std::max(x[i + 1], 0.0f) + r[i + 1]);
      EXPECT_EQ(alone[i], std::max(x[i + 1], 0.0f));
    }
    EXPECT_EQ(out[n], -77.0f);
    return out;
  });
}

TEST(RowsTest, GeluIsTheNormalDistribution) {
  ForAll([](const RowKernels& k, size_t n) {
    std::vector<float> x = Noise(n + 1, 9, 10);
    x[n] = -77.0f;
    if (n > 2) x[1] = 0.0f;
    const std::vector<float> before = x;
    k.gelu(n, x.data());
    for (size_t i = 0; i < n; ++i) {
      const double v = before[i];
      EXPECT_NEAR(x[i], v * 0.5 * (1 + std::erf(v / std::sqrt(2.0))),
                  1e-6 * std::max(1.0, std::fabs(v)));
    }
    EXPECT_EQ(x[n], -77.0f);
    return x;
  });
}

TEST(RowsTest, SoftmaxIsTheDefinition) {
  ForAll([](const RowKernels& k, size_t n) {
    std::vector<float> x = Noise(n + 1, 40, 11);
    x[n] = -77.0f;
    const std::vector<float> before = x;
    k.softmax(0.5f, n, x.data());
    double max = -1e9, sum = 0;
    for (size_t i = 0; i < n; ++i) max = std::max(max, before[i] * 0.5);
    for (size_t i = 0; i < n; ++i) sum += std::exp(before[i] * 0.5 - max);
    for (size_t i = 0; i < n; ++i) {
      const double want = std::exp(before[i] * 0.5 - max) / sum;
      EXPECT_NEAR(x[i], want, 2e-6 * want + 1e-12) << "n " << n;
    }
    EXPECT_EQ(x[n], -77.0f);
    return x;
  });
}

TEST(RowsTest, SoftmaxBytesAreTheProbabilities) {
  ForAll([](const RowKernels& k, size_t n) {
    const std::vector<float> x = Noise(n + 1, 8, 15);
    std::vector<uint8_t> q(n + 1, 7);
    const float factor = k.softmax_bytes(0.5f, x.data() + 1, n, q.data());
    double max = -1e9, sum = 0;
    for (size_t i = 1; i <= n; ++i) max = std::max(max, x[i] * 0.5);
    for (size_t i = 1; i <= n; ++i) sum += std::exp(x[i] * 0.5 - max);
    std::vector<float> result = {factor};
    for (size_t i = 0; i < n; ++i) {
      EXPECT_NEAR(q[i] * factor, std::exp(x[i + 1] * 0.5 - max) / sum,
                  (1 / 510.0 + 1e-5) / sum);
      result.push_back(q[i]);
    }
    EXPECT_EQ(q[n], 7);
    return result;
  });
}

TEST(RowsTest, HalvesWidenExactly) {
  ForAll([](const RowKernels& k, size_t n) {
    // Zero, minus two, the largest, the smallest normal and subnormal, a third.
    const uint16_t kinds[] = {0, 0xc000, 0x7bff, 0x0400, 0x0001, 0x3555};
    const float want[] = {
        0, -2, 65504, 6.103515625e-05f, 5.9604645e-08f, 0.333251953125f};
    std::vector<uint16_t> halves(n + 1);
    for (size_t i = 0; i < n; ++i) halves[i] = kinds[i % 6];
    std::vector<float> out(n + 1, -77.0f);
    k.half_to_float(halves.data(), n, out.data());
    for (size_t i = 0; i < n; ++i) EXPECT_EQ(out[i], want[i % 6]) << i;
    EXPECT_EQ(out[n], -77.0f);
    return out;
  });
}

TEST(RowsTest, HalfThatIsNotFiniteStaysSo) {
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    const uint16_t halves[] = {0x7c00, 0xfc00, 0x7e00};
    float out[3];
    RowKernelsFor(isa).half_to_float(halves, 3, out);
    for (const float value : out) EXPECT_FALSE(std::isfinite(value));
  }
}

TEST(RowsTest, SoftmaxOfFarApartNumbersIsOneAndZeros) {
  ForAll([](const RowKernels& k, size_t n) {
    std::vector<float> x(n, -1000.0f);
    if (n > 0) x[n / 2] = 1000.0f;
    k.softmax(1.0f, n, x.data());
    for (size_t i = 0; i < n; ++i) EXPECT_EQ(x[i], i == n / 2 ? 1.0f : 0.0f);
    return x;
  });
}

TEST(RowsTest, AddScaledIsTheDefinition) {
  ForAll([](const RowKernels& k, size_t n) {
    const std::vector<float> y = Noise(n + 1, 3, 12);
    std::vector<float> x = Noise(n + 1, 3, 13);
    const std::vector<float> before = x;
    k.add_scaled(y.data() + 1, 0.5f, n, x.data());
    for (size_t i = 0; i < n; ++i)
      EXPECT_NEAR(x[i], before[i] + y[i + 1] * 0.5f, 1e-6);
    EXPECT_EQ(x[n], before[n]);
    return x;
  });
}

TEST(RowsTest, NormalizeGivesUnitLength) {
  ForAll([](const RowKernels& k, size_t n) {
    std::vector<float> x = Noise(n, 3, 14);
    k.normalize_row(n, x.data());
    double squares = 0;
    for (const float v : x) squares += double{v} * v;
    if (n > 0) {
      EXPECT_NEAR(squares, 1.0, 1e-5);
    }
    return x;
  });
}

TEST(RowsTest, NormalizeOfZerosStaysFinite) {
  ForAll([](const RowKernels& k, size_t n) {
    std::vector<float> x(n, 0.0f);
    k.normalize_row(n, x.data());
    for (const float v : x) EXPECT_EQ(v, 0.0f);
    return x;
  });
}

}  // namespace
}  // namespace footnote
