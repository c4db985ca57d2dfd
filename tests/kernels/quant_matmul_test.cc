#include "kernels/quant_matmul.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"

namespace footnote {
namespace {

struct Shape {
  size_t rows, k, n;
};

// Bytes that end where the vector ends, so that sanitizers see a read beyond.
std::vector<uint8_t> RandomWeights(QuantType type, size_t k, size_t n,
                                   uint32_t seed) {
  std::mt19937 noise(seed);
  std::normal_distribution<float> normal(0.0f, 0.05f);
  const size_t block = QuantBlock(type), bytes = QuantBlockBytes(type);
  std::vector<uint8_t> w(QuantRowBytes(type, k) * n);
  for (size_t at = 0; at < w.size(); at += bytes) {
    for (size_t i = 0; i < bytes; ++i)
      w[at + i] = static_cast<uint8_t>(noise());
    const auto half = [&](size_t offset, float scale) {
      const uint16_t bits = FloatToHalfBits(normal(noise) * scale);
      std::memcpy(&w[at + offset], &bits, 2);
    };
    if (type == QuantType::kF32) {
      const float value = normal(noise);
      std::memcpy(&w[at], &value, 4);
    } else if (type == QuantType::kBf16) {
      const uint16_t bits = FloatToBf16Bits(normal(noise));
      std::memcpy(&w[at], &bits, 2);
    } else if (type == QuantType::kQ6K) {
      half(208, 0.01f);
    } else {
      half(0, block == 256 ? 0.02f : 1.0f);
      if (block > 1 && type != QuantType::kQ8_0) half(2, 1.0f);
    }
  }
  return w;
}

std::vector<float> RandomRows(size_t size, uint32_t seed) {
  std::mt19937 noise(seed);
  std::normal_distribution<float> normal(0.0f, 1.0f);
  std::vector<float> x(size);
  for (float& v : x) v = normal(noise);
  return x;
}

// Memory as PrepareRows wants it.
class Prepared {
 public:
  explicit Prepared(size_t bytes)
      : data_(std::aligned_alloc(64, (bytes / 64 + 1) * 64)) {}
  ~Prepared() { std::free(data_); }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  void* get() const { return data_; }

 private:
  void* data_;
};

void Prepare(const QuantMatmulKernels& kernels, QuantType type, const float* x,
             size_t rows, size_t k, void* prepared) {
  const QuantInput input = QuantInputOf(type);
  if (input == QuantInput::kDoubles) {
    PrepareRows(type, x, k, rows, k, 0, rows, prepared);
    return;
  }
  for (size_t i = 0; i < rows; ++i) {
    if (input == QuantInput::kBytes32) {
      kernels.quantize32(x + i * k, k, rows,
                         static_cast<Quantized32*>(prepared) + i);
    } else {
      kernels.quantize256(x + i * k, k, rows,
                          static_cast<Quantized256*>(prepared) + i);
    }
  }
}

// Columns begin..end; the others keep -77.
std::vector<float> Product(Isa isa, QuantType type,
                           const std::vector<uint8_t>& w,
                           const std::vector<float>& x, const Shape& shape,
                           size_t begin, size_t end) {
  const QuantMatmulKernels& kernels = QuantMatmulKernelsFor(isa);
  Prepared prepared(PreparedBytes(type, shape.rows, shape.k));
  Prepare(kernels, type, x.data(), shape.rows, shape.k, prepared.get());
  std::vector<float> y(shape.rows * shape.n, -77.0f);
  kernels.matmul(type, w.data(), shape.k, begin, end, prepared.get(),
                 shape.rows, y.data(), shape.n);
  return y;
}

std::vector<Isa> Isas() {
  std::vector<Isa> isas;
  for (const Isa isa : kAllIsas) {
    if (IsaIsSupported(isa)) isas.push_back(isa);
  }
  return isas;
}

bool SameBits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() &&
         std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

class QuantMatmulTest : public testing::TestWithParam<QuantType> {
 protected:
  size_t Rounded(size_t k) const {
    const size_t block = QuantBlock(GetParam());
    return (k + block - 1) / block * block;
  }
};

TEST_P(QuantMatmulTest, ScalarIsTheDefinitionWithinTheRounding) {
  const QuantType type = GetParam();
  const Shape shape{3, Rounded(544), 5};
  const std::vector<uint8_t> w = RandomWeights(type, shape.k, shape.n, 1);
  const std::vector<float> x = RandomRows(shape.rows * shape.k, 2);
  const std::vector<float> y =
      Product(Isa::kScalar, type, w, x, shape, 0, shape.n);
  std::vector<float> row(shape.k);
  for (size_t j = 0; j < shape.n; ++j) {
    DequantizeWeights(type, w.data() + j * QuantRowBytes(type, shape.k),
                      shape.k, row.data());
    for (size_t i = 0; i < shape.rows; ++i) {
      double want = 0, size = 0;
      for (size_t c = 0; c < shape.k; ++c) {
        want += double{x[i * shape.k + c]} * row[c];
        size += std::pow(double{row[c]}, 2);
      }
      // x is rounded to within max / 254, evenly spread; the most of 32 normal
      // numbers is about 2.5, of 256 about 3.5. Doubles are rounded once.
      double tolerance = std::abs(want) * 1e-7 + 1e-12;
      if (QuantBlock(type) == 256) {
        tolerance = 3.5 / 254 * std::sqrt(size / 3) * 5;
      } else if (QuantUsesBytes(type)) {
        tolerance = 2.5 / 254 * std::sqrt(size / 3) * 5;
      }
      EXPECT_NEAR(y[i * shape.n + j], want, tolerance) << i << " " << j;
    }
  }
}

TEST_P(QuantMatmulTest, EveryInstructionSetGivesTheSameBits) {
  const QuantType type = GetParam();
  const Shape shapes[] = {{1, Rounded(32), 1},    {1, Rounded(256), 16},
                          {2, Rounded(288), 17},  {5, Rounded(64), 15},
                          {13, Rounded(544), 33}, {29, Rounded(800), 40},
                          {131, Rounded(96), 18}, {1, Rounded(1024), 65}};
  for (const Shape& shape : shapes) {
    const std::vector<uint8_t> w = RandomWeights(type, shape.k, shape.n, 3);
    const std::vector<float> x = RandomRows(shape.rows * shape.k, 4);
    const std::vector<float> want =
        Product(Isa::kScalar, type, w, x, shape, 0, shape.n);
    for (const Isa isa : Isas()) {
      EXPECT_TRUE(SameBits(want, Product(isa, type, w, x, shape, 0, shape.n)))
          << IsaName(isa) << " rows " << shape.rows << " k " << shape.k << " n "
          << shape.n;
    }
  }
}

TEST_P(QuantMatmulTest, ARowHasTheSameBitsAloneAndAmongOthers) {
  const QuantType type = GetParam();
  const Shape shape{37, Rounded(576), 48};
  const std::vector<uint8_t> w = RandomWeights(type, shape.k, shape.n, 5);
  const std::vector<float> x = RandomRows(shape.rows * shape.k, 6);
  for (const Isa isa : Isas()) {
    const std::vector<float> all = Product(isa, type, w, x, shape, 0, shape.n);
    for (size_t i = 0; i < shape.rows; i += 6) {
      const std::vector<float> row(x.begin() + i * shape.k,
                                   x.begin() + (i + 1) * shape.k);
      const std::vector<float> alone =
          Product(isa, type, w, row, {1, shape.k, shape.n}, 0, shape.n);
      EXPECT_EQ(0, std::memcmp(alone.data(), &all[i * shape.n],
                               shape.n * sizeof(float)))
          << IsaName(isa) << " row " << i;
    }
  }
}

TEST_P(QuantMatmulTest, WritesNothingButItsColumns) {
  const QuantType type = GetParam();
  const Shape shape{3, Rounded(64), 50};
  const std::vector<uint8_t> w = RandomWeights(type, shape.k, shape.n, 7);
  const std::vector<float> x = RandomRows(shape.rows * shape.k, 8);
  for (const Isa isa : Isas()) {
    const std::vector<float> all = Product(isa, type, w, x, shape, 0, shape.n);
    for (const auto& [begin, end] : std::vector<std::pair<size_t, size_t>>{
             {0, 0}, {7, 7}, {0, 1}, {3, 21}, {16, 32}, {49, 50}}) {
      const std::vector<float> part =
          Product(isa, type, w, x, shape, begin, end);
      for (size_t i = 0; i < shape.rows; ++i) {
        for (size_t j = 0; j < shape.n; ++j) {
          const bool inside = begin <= j && j < end;
          EXPECT_EQ(part[i * shape.n + j],
                    inside ? all[i * shape.n + j] : -77.0f)
              << IsaName(isa) << " " << begin << ".." << end << " at " << j;
        }
      }
    }
  }
}

TEST_P(QuantMatmulTest, NothingTimesNothing) {
  for (const Isa isa : Isas()) {
    EXPECT_TRUE(Product(isa, GetParam(), {}, {}, {0, 256, 0}, 0, 0).empty());
    const std::vector<uint8_t> w = RandomWeights(GetParam(), 256, 2, 9);
    EXPECT_TRUE(Product(isa, GetParam(), w, {}, {0, 256, 2}, 0, 2).empty());
    EXPECT_EQ(Product(isa, GetParam(), {}, {}, {2, 0, 3}, 0, 3),
              std::vector<float>(6, 0.0f));
  }
}

INSTANTIATE_TEST_SUITE_P(Types, QuantMatmulTest,
                         testing::ValuesIn(kAllQuantTypes),
                         [](const testing::TestParamInfo<QuantType>& info) {
                           return std::string(QuantTypeName(info.param));
                         });

TEST(QuantizeRowsTest, EveryInstructionSetGivesTheSameBlocks) {
  for (const QuantType type : {QuantType::kQ8_0, QuantType::kQ4K}) {
    for (const size_t k : {0, 32, 64, 256, 288, 1024}) {
      std::vector<float> x = RandomRows(k + 1, 10);
      if (k > 256) std::fill(x.begin(), x.begin() + 257, 0.0f);
      if (k > 0) x[k / 2] = -40.0f;
      const size_t bytes = PreparedBytes(type, 1, k);
      Prepared want(bytes), got(bytes);
      for (const Isa isa : Isas()) {
        const bool first = isa == Isa::kScalar;
        Prepare(QuantMatmulKernelsFor(isa), type, x.data() + 1, 1, k,
                (first ? want : got).get());
        if (first) continue;
        EXPECT_EQ(0, std::memcmp(want.get(), got.get(), bytes))
            << IsaName(isa) << " k " << k;
      }
    }
  }
}

TEST(QuantizeRowsTest, RoundsWithinHalfAStepOf32AndKeepsSums) {
  const std::vector<float> x = RandomRows(320, 11);
  Prepared prepared(PreparedBytes(QuantType::kQ4_1, 1, 320));
  PrepareRows(QuantType::kQ4_1, x.data(), 320, 1, 320, 0, 1, prepared.get());
  const Quantized32* blocks = static_cast<const Quantized32*>(prepared.get());
  int sum = 0;
  float most = 0;
  for (size_t i = 0; i < 320; ++i) {
    const Quantized32& block = blocks[i / 256];
    const size_t part = i % 256 / 32;
    const float scale = block.scale[part];
    EXPECT_NEAR(block.q[i % 256] * scale, x[i], scale * 0.501f);
    most = std::max(most, std::abs(x[i]));
    sum += block.q[i % 256];
    if (i % 32 < 31) continue;
    EXPECT_EQ(scale, most / 127.0f);
    EXPECT_EQ(block.sum[part], sum * scale);
    EXPECT_EQ(block.minus32[part], -8 * sum);
    sum = 0;
    most = 0;
  }
  for (size_t i = 64; i < 256; ++i) EXPECT_EQ(blocks[1].q[i], 0);
}

TEST(QuantizeRowsTest, RoundsWithinHalfAStepOf256AndKeepsSums) {
  const std::vector<float> x = RandomRows(256, 12);
  Prepared prepared(PreparedBytes(QuantType::kQ6K, 1, 256));
  PrepareRows(QuantType::kQ6K, x.data(), 256, 1, 256, 0, 1, prepared.get());
  const Quantized256& block = *static_cast<const Quantized256*>(prepared.get());
  int sum = 0;
  for (size_t i = 0; i < 256; ++i) {
    EXPECT_NEAR(block.q[i] * block.scale, x[i], block.scale * 0.501f);
    sum += block.q[i];
    if (i % 32 < 31) continue;
    EXPECT_EQ(block.sum32[i / 32], sum);
    EXPECT_EQ(block.minus16[i / 16 - 1] + block.minus16[i / 16], -32 * sum);
    sum = 0;
  }
}

}  // namespace
}  // namespace footnote
