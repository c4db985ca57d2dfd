#include "kernels/cuda/encode.h"

#include <cstring>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"
#include "kernels/rows.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

// Numbers of a row: none of a vector, less, all and more of one.
constexpr int kSizes[] = {1, 15, 16, 17, 31, 32, 33, 256, 768, 1280};
constexpr int kCounts[] = {0, 1, 15, 16, 17, 40};
constexpr int kTableRows = 50;

std::vector<TokenRow> SomeTokens(int count) {
  std::mt19937 random(count);
  std::vector<TokenRow> tokens;
  for (int i = 0; i < count; ++i) {
    const bool is_gap = i % 5 == 2;
    tokens.push_back({is_gap ? -1 : static_cast<int32_t>(random() % kTableRows),
                      static_cast<int32_t>(random() % 3),
                      0.01f + 0.001f * (random() % 7), -0.3f});
  }
  return tokens;
}

std::vector<uint8_t> SomeTable(int width) {
  std::mt19937 random(width);
  std::vector<uint8_t> table(kTableRows * width);
  for (uint8_t& byte : table) byte = random() % 64;
  return table;
}

bool SameBits(const float* a, const float* b, int count) {
  return std::memcmp(a, b, count * sizeof(float)) == 0;
}

class EncodeTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!IsaIsSupported(Isa::kAvx2)) {
      GTEST_SKIP() << "its twin wants a processor with AVX2";
    }
  }
  const RowKernels& Twin() const { return RowKernelsFor(Isa::kAvx2); }
};

TEST_F(EncodeTest, TokensAreTakenFromTheTable) {
  const int width = 48;
  const std::vector<uint8_t> table = SomeTable(width);
  const Buffer<uint8_t> device_table(table);
  InBothOrders([&] {
    for (const int count : kCounts) {
      const std::vector<TokenRow> tokens = SomeTokens(count);
      const Buffer<TokenRow> device_tokens(tokens);
      const Buffer<int8_t> bytes(count * width);
      const Buffer<float> scales(count);
      TakeTokens(TheStream(), device_table.get(), device_tokens.get(), count,
                 width, 32, bytes.get(), scales.get());
      const std::vector<int8_t> found = bytes.Read();
      const std::vector<float> found_scales = scales.Read();
      for (int r = 0; r < count; ++r) {
        const bool is_gap = tokens[r].row < 0;
        EXPECT_EQ(found_scales[r], is_gap ? 0 : tokens[r].scale);
        for (int i = 0; i < width; ++i) {
          EXPECT_EQ(found[r * width + i],
                    is_gap ? 0 : table[tokens[r].row * width + i] - 32);
        }
      }
    }
  });
}

TEST_F(EncodeTest, NormsAreTheProcessorsToTheBit) {
  InBothOrders([&] {
    for (const int n : {16, 32, 48, 256, 768}) {
      for (const int count : kCounts) {
        const std::vector<TokenRow> tokens = SomeTokens(count);
        const std::vector<float> x = RandomFloats(count * n, 1);
        const std::vector<float> adds = RandomFloats(3 * n, 2);
        const std::vector<float> gamma = RandomFloats(n, 3);
        const std::vector<float> beta = RandomFloats(n, 4);
        const Buffer<TokenRow> device_tokens(tokens);
        const Buffer<float> device_x(x);
        const Buffer<float> device_adds(adds);
        const Buffer<float> device_gamma(gamma);
        const Buffer<float> device_beta(beta);
        NormTokens(TheStream(), device_tokens.get(), count, device_adds.get(),
                   device_gamma.get(), device_beta.get(), 1e-12f, n,
                   device_x.get());
        const std::vector<float> found = device_x.Read();
        std::vector<float> want(n);
        for (int r = 0; r < count; ++r) {
          if (tokens[r].row < 0) {
            want.assign(n, 0.0f);
          } else {
            Twin().layer_norm(&x[r * n], &adds[tokens[r].add * n], gamma.data(),
                              beta.data(), 1e-12f, n, want.data());
          }
          ASSERT_TRUE(SameBits(&found[r * n], want.data(), n))
              << "row " << r << " of " << n;
        }
      }
    }
  });
}

TEST_F(EncodeTest, RowsAreRoundedAsOnTheProcessor) {
  InBothOrders([&] {
    for (const int n : kSizes) {
      const int rows = 18;
      std::vector<float> x = RandomFloats(rows * n, 1);
      // A row of zeros, one that is too small, one of large numbers.
      for (int i = 0; i < n; ++i) {
        x[i] = 0;
        x[n + i] *= 1e-37f;
        x[2 * n + i] *= 1e30f;
      }
      const Buffer<float> device_x(x);
      const Buffer<int8_t> q(rows * n);
      const Buffer<float> scales(rows);
      RoundRows(TheStream(), device_x.get(), rows, n, q.get(), scales.get());
      const std::vector<int8_t> found = q.Read();
      const std::vector<float> found_scales = scales.Read();
      std::vector<uint8_t> want(n);
      for (int r = 0; r < rows; ++r) {
        const float scale = Twin().quantize_row(&x[r * n], n, want.data());
        ASSERT_EQ(found_scales[r], scale) << "row " << r << " of " << n;
        for (int i = 0; i < n; ++i) {
          ASSERT_EQ(found[r * n + i], want[i] - 128) << "row " << r;
        }
      }
    }
  });
}

TEST_F(EncodeTest, ReluAddLeavesGapsAlone) {
  for (const int n : kSizes) {
    for (const int count : kCounts) {
      const std::vector<TokenRow> tokens = SomeTokens(count);
      const std::vector<float> x = RandomFloats(count * n, 1);
      const std::vector<float> h = RandomFloats(count * n, 2);
      const Buffer<TokenRow> device_tokens(tokens);
      const Buffer<float> device_x(x);
      const Buffer<float> device_h(h);
      ReluAddTokens(TheStream(), device_tokens.get(), count, device_h.get(), n,
                    device_x.get());
      const std::vector<float> found = device_x.Read();
      std::vector<float> want(n);
      for (int r = 0; r < count; ++r) {
        want.assign(x.begin() + r * n, x.begin() + (r + 1) * n);
        if (tokens[r].row >= 0) {
          Twin().relu_add(&h[r * n], want.data(), n, want.data());
        }
        ASSERT_TRUE(SameBits(&found[r * n], want.data(), n)) << r << " " << n;
      }
    }
  }
}

TEST_F(EncodeTest, FeaturesAndTheirSumsAreTheProcessorsToTheBit) {
  const struct {
    int width, n;
  } kShapes[] = {{1, 1}, {16, 15}, {17, 33}, {512, 768}};
  InBothOrders([&] {
    for (const auto& shape : kShapes) {
      const int n = shape.n;
      const int all = shape.width + n;
      const int count = 40;
      const std::vector<uint8_t> table = SomeTable(shape.width);
      const std::vector<TokenRow> tokens = SomeTokens(count);
      const std::vector<float> x = RandomFloats(count * n, 1);
      const std::vector<float> h = RandomFloats(count * n, 2);
      const Buffer<uint8_t> device_table(table);
      const Buffer<TokenRow> device_tokens(tokens);
      const Buffer<float> device_x(x);
      const Buffer<float> device_h(h);
      const Buffer<float> features(count * all);
      FeatureTokens(TheStream(), device_table.get(), device_tokens.get(), count,
                    shape.width, device_h.get(), device_x.get(), n, 1e-12f,
                    features.get());
      // Texts of no tokens, of one and of some, with the gaps between them.
      const std::vector<TextRows> texts = {{0, 0}, {0, 2}, {3, 1}, {8, 4}};
      const Buffer<TextRows> device_texts(texts);
      const Buffer<float> sums(texts.size() * all);
      SumTexts(TheStream(), device_texts.get(), static_cast<int>(texts.size()),
               features.get(), all, sums.get());
      const std::vector<float> found = features.Read();
      const std::vector<float> found_sums = sums.Read();
      std::vector<std::vector<float>> want(count, std::vector<float>(all));
      for (int r = 0; r < count; ++r) {
        if (tokens[r].row < 0) continue;
        float* row = want[r].data();
        Twin().dequantize_row(&table[tokens[r].row * shape.width],
                              tokens[r].scale, tokens[r].low, shape.width, row);
        Twin().relu_add(&h[r * n], &x[r * n], n, row + shape.width);
        Twin().layer_norm(row, nullptr, nullptr, nullptr, 1e-12f, all, row);
        ASSERT_TRUE(SameBits(&found[r * all], row, all)) << r << " of " << all;
      }
      for (size_t i = 0; i < texts.size(); ++i) {
        std::vector<float> sum(all);
        for (int r = 0; r < texts[i].count; ++r) {
          Twin().add_scaled(want[texts[i].first + r].data(), 1.0f, all,
                            sum.data());
        }
        ASSERT_TRUE(SameBits(&found_sums[i * all], sum.data(), all)) << i;
      }
    }
  });
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
