#include "kernels/cuda/matmul.h"

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/quant_types.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

constexpr WeightKind kPackedKinds[] = {WeightKind::kBf16, WeightKind::kFp8,
                                       WeightKind::kInt8, WeightKind::kInt4};

std::vector<float> Product(MatmulWay way, const PackedMatrix& w,
                           const std::vector<float>& x, int tokens, int parts) {
  const PreparedRows prepared(x, tokens, w.get().columns, parts);
  const int rows = w.get().rows;
  const Buffer<float> y(std::vector<float>(size_t{1} * tokens * rows, 9));
  MatmulProduct product;
  product.weights = w.get();
  product.y = y.get();
  product.y_stride = rows;
  MatmulBy(way, TheStream(), &product, 1, prepared.floats(), prepared.get());
  return y.Read();
}

// Against the sum in doubles of what is packed.
void ExpectProduct(const PackedMatrix& w, const std::vector<float>& x,
                   int tokens, int parts, const std::vector<float>& y) {
  const int rows = w.get().rows;
  const int columns = w.get().columns;
  std::vector<float> row(columns);
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) row[c] = w.At(r, c);
    for (int t = 0; t < tokens; ++t) {
      double want = 0;
      double size = 0;
      for (int c = 0; c < columns; ++c) {
        float value = x[t * columns + c];
        if (parts == 1 && w.get().kind != WeightKind::kFloat) {
          value = RoundedToBf16(value);
        }
        want += double{value} * row[c];
        size += std::fabs(double{value} * row[c]);
      }
      // kInt4 takes its lows off sums of x that are not rounded.
      const bool lows = parts == 1 && w.get().kind == WeightKind::kInt4;
      ASSERT_NEAR(y[t * rows + r], want, (lows ? 1e-2 : 2e-6) * size + 1e-6)
          << WeightKindName(w.get().kind) << " row " << r << " token " << t
          << " of " << tokens << ", " << columns << " columns";
    }
  }
}

TEST(MatmulTest, EveryKindIsItsDefinition) {
  const struct {
    int rows, columns, tokens;
  } kCases[] = {{1, 1, 1},     {15, 31, 1},   {16, 32, 7},
                {17, 33, 8},   {16, 64, 9},   {33, 65, 2},
                {40, 200, 33}, {16, 1100, 3}, {130, 96, 130}};
  InBothOrders([&] {
    for (const WeightKind kind : kPackedKinds) {
      for (const auto& c : kCases) {
        const PackedMatrix w(kind, RandomFloats(c.rows * c.columns, 1), c.rows,
                             c.columns);
        const std::vector<float> x = RandomFloats(c.tokens * c.columns, 2);
        ExpectProduct(w, x, c.tokens, 3,
                      Product(MatmulWay::kByTokens, w, x, c.tokens, 3));
        if (c.tokens > 33) continue;
        ExpectProduct(w, x, c.tokens, 1,
                      Product(MatmulWay::kByTokens, w, x, c.tokens, 1));
      }
    }
  });
}

TEST(MatmulTest, FloatsAreFloats) {
  for (const int columns : {1, 31, 32, 33, 100}) {
    const PackedMatrix w(WeightKind::kFloat, RandomFloats(9 * columns, 1), 9,
                         columns);
    const std::vector<float> x = RandomFloats(3 * columns, 2);
    ExpectProduct(w, x, 3, 1, Product(MatmulWay::kByTokens, w, x, 3, 1));
  }
}

TEST(MatmulTest, RowHasTheSameBitsInAnyCompanyByEitherKernel) {
  for (const WeightKind kind : kPackedKinds) {
    for (const int columns : {64, 600, 1100}) {
      const int rows = 20;
      const int most = 70;
      const PackedMatrix w(kind, RandomFloats(rows * columns, 1), rows,
                           columns);
      const std::vector<float> x = RandomFloats(most * columns, 2);
      const std::vector<float> all = Product(MatmulWay::kTiles, w, x, most, 1);
      for (const int tokens : {1, 2, 9, 33, 64}) {
        const std::vector<float> some(x.begin(), x.begin() + tokens * columns);
        const std::vector<float> strips =
            Product(MatmulWay::kStrips, w, some, tokens, 1);
        ASSERT_EQ(std::memcmp(strips.data(), all.data(),
                              strips.size() * sizeof(float)),
                  0)
            << WeightKindName(kind) << " " << columns << " " << tokens;
        if (tokens > 9) continue;
        const std::vector<float> tiles =
            Product(MatmulWay::kTiles, w, some, tokens, 1);
        ASSERT_EQ(
            std::memcmp(tiles.data(), all.data(), tiles.size() * sizeof(float)),
            0);
      }
    }
  }
}

// More units to a piece than a warp's stages of strips have room for.
TEST(MatmulTest, StripsOfManyColumnsAreTiles) {
  const int rows = 33;
  const int columns = 64 * (8 * 13 - 3);
  const int most = 40;
  const std::vector<float> x = RandomFloats(most * columns, 2);
  for (const WeightKind kind : kPackedKinds) {
    const PackedMatrix w(kind, RandomFloats(rows * columns, 1), rows, columns);
    const std::vector<float> all = Product(MatmulWay::kTiles, w, x, most, 1);
    for (const int tokens : {1, 11, most}) {
      const std::vector<float> some(x.begin(), x.begin() + tokens * columns);
      const std::vector<float> strips =
          Product(MatmulWay::kStrips, w, some, tokens, 1);
      ASSERT_EQ(
          std::memcmp(strips.data(), all.data(), strips.size() * sizeof(float)),
          0)
          << WeightKindName(kind) << " " << tokens;
    }
  }
}

TEST(MatmulTest, TilesOfManyBlocksAreThoseOfFew) {
  const int rows = 64 * 128;
  const int columns = 64;
  const std::vector<float> x = RandomFloats(130 * columns, 2);
  for (const WeightKind kind : {WeightKind::kBf16, WeightKind::kInt4}) {
    const PackedMatrix w(kind, RandomFloats(rows * columns, 1), rows, columns);
    const std::vector<float> many = Product(MatmulWay::kTiles, w, x, 130, 1);
    const std::vector<float> some(x.begin(), x.begin() + 70 * columns);
    const std::vector<float> few = Product(MatmulWay::kTiles, w, some, 70, 1);
    ASSERT_EQ(std::memcmp(few.data(), many.data(), few.size() * sizeof(float)),
              0)
        << WeightKindName(kind);
  }
}

TEST(MatmulTest, WideIsItsDefinitionAndTiles) {
  if (!HasWide()) GTEST_SKIP() << "this device has no wgmma";
  const struct {
    int rows, columns, tokens;
  } kCases[] = {{1, 1, 1},      {15, 31, 8},   {16, 64, 9},   {17, 65, 255},
                {129, 70, 256}, {40, 600, 31}, {16, 96, 257}, {130, 1100, 3}};
  InBothOrders([&] {
    for (const WeightKind kind : {WeightKind::kBf16, WeightKind::kFp8}) {
      for (const auto& c : kCases) {
        const PackedMatrix w(kind, RandomFloats(c.rows * c.columns, 1), c.rows,
                             c.columns);
        const std::vector<float> x = RandomFloats(c.tokens * c.columns, 2);
        const std::vector<float> wide =
            Product(MatmulWay::kWide, w, x, c.tokens, 1);
        ExpectProduct(w, x, c.tokens, 1, wide);
        // A device proves it: kernels/cuda/prove.h.
        if (!IsEmulated()) continue;
        const std::vector<float> tiles =
            Product(MatmulWay::kTiles, w, x, c.tokens, 1);
        ASSERT_EQ(
            std::memcmp(wide.data(), tiles.data(), wide.size() * sizeof(float)),
            0)
            << WeightKindName(kind) << " " << c.rows << " " << c.columns << " "
            << c.tokens;
      }
    }
  });
}

TEST(MatmulTest, WideTakesSeveralProductsAndAddsToWhatIsThere) {
  if (!HasWide()) GTEST_SKIP() << "this device has no wgmma";
  const int columns = 96;
  const int tokens = 5;
  const std::vector<float> x = RandomFloats(tokens * columns, 1);
  const PreparedRows prepared(x, tokens, columns, 1);
  const PackedMatrix a(WeightKind::kBf16, RandomFloats(140 * columns, 2), 140,
                       columns);
  const PackedMatrix b(WeightKind::kBf16, RandomFloats(7 * columns, 3), 7,
                       columns);
  const std::vector<float> bias = RandomFloats(140, 4);
  const Buffer<float> device_bias(bias);
  const auto sums = [&](MatmulWay way) {
    const Buffer<float> ya(std::vector<float>(tokens * 150, 2));
    const Buffer<float> yb(tokens * 7);
    const MatmulProduct products[] = {
        {a.get(), device_bias.get(), ya.get(), 150, true},
        {b.get(), nullptr, yb.get(), 7, false}};
    MatmulBy(way, TheStream(), products, 2, nullptr, prepared.get());
    std::vector<float> both = ya.Read();
    const std::vector<float> more = yb.Read();
    both.insert(both.end(), more.begin(), more.end());
    return both;
  };
  const std::vector<float> wide = sums(MatmulWay::kWide);
  const std::vector<float> tiles = sums(MatmulWay::kTiles);
  for (size_t i = 0; i < wide.size(); ++i) {
    ASSERT_NEAR(wide[i], tiles[i], 1e-5 * (1 + std::fabs(tiles[i]))) << i;
  }
}

TEST(MatmulTest, ProductsOfOneInputGoTogether) {
  const int columns = 96;
  const int tokens = 5;
  const std::vector<float> x = RandomFloats(tokens * columns, 1);
  const PreparedRows prepared(x, tokens, columns, 3);
  const PackedMatrix a(WeightKind::kBf16, RandomFloats(40 * columns, 2), 40,
                       columns);
  const PackedMatrix b(WeightKind::kInt8, RandomFloats(16 * columns, 3), 16,
                       columns);
  const PackedMatrix c(WeightKind::kBf16, RandomFloats(7 * columns, 4), 7,
                       columns);
  const std::vector<float> bias = RandomFloats(40, 5);
  const Buffer<float> device_bias(bias);
  const Buffer<float> ya(std::vector<float>(tokens * 50, 2));
  const Buffer<float> yb(tokens * 16);
  const Buffer<float> yc(tokens * 7);
  const MatmulProduct products[] = {
      {a.get(), device_bias.get(), ya.get(), 50, true},
      {b.get(), nullptr, yb.get(), 16, false},
      {c.get(), nullptr, yc.get(), 7, false}};
  Matmul(TheStream(), products, 3, prepared.floats(), prepared.get());
  ExpectProduct(b, x, tokens, 3, yb.Read());
  ExpectProduct(c, x, tokens, 3, yc.Read());
  const std::vector<float> found = ya.Read();
  std::vector<float> bare(tokens * 40);
  for (int t = 0; t < tokens; ++t) {
    for (int r = 0; r < 40; ++r)
      bare[t * 40 + r] = found[t * 50 + r] - 2 - bias[r];
    for (int r = 40; r < 50; ++r) EXPECT_EQ(found[t * 50 + r], 2);
  }
  for (float& value : bare) value += 0;
  const std::vector<float> alone =
      Product(MatmulWay::kByTokens, a, x, tokens, 3);
  for (size_t i = 0; i < bare.size(); ++i) {
    EXPECT_NEAR(bare[i], alone[i], 1e-5 * (1 + std::fabs(alone[i])));
  }
}

TEST(MatmulTest, TypesOfFilesKeepTheirNumbers) {
  std::mt19937 random(7);
  const struct {
    QuantType type;
    WeightKind kind;
    double error;  // of a weight, relative to the block's largest
  } kCases[] = {{QuantType::kQ8_0, WeightKind::kInt8, 0},
                {QuantType::kQ4_0, WeightKind::kInt4, 1e-6},
                {QuantType::kQ4_1, WeightKind::kInt4, 0},
                {QuantType::kQ4K, WeightKind::kInt4, 2e-3},
                {QuantType::kBf16, WeightKind::kBf16, 0},
                {QuantType::kQ6K, WeightKind::kInt8, 1e-2},
                {QuantType::kQ5K, WeightKind::kBf16, 4e-3}};
  for (const auto& c : kCases) {
    const int columns = 256;
    const int rows = 3;
    std::vector<uint8_t> bytes(QuantRowBytes(c.type, columns) * rows);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    // Scales that are numbers.
    const size_t block = QuantBlockBytes(c.type);
    for (size_t at = 0; at + block <= bytes.size(); at += block) {
      const bool last = c.type == QuantType::kQ6K;
      uint8_t* d = bytes.data() + at + (last ? block - 2 : 0);
      d[1] = 0x2c;
      if (c.type == QuantType::kQ4_1 || c.type == QuantType::kQ4K ||
          c.type == QuantType::kQ5K) {
        d[3] = 0x28;
      }
      if (c.type == QuantType::kBf16) d[1] = 0x3f;
    }
    const PackedMatrix w(c.kind, c.type, bytes.data(), rows, columns);
    for (int r = 0; r < rows; ++r) {
      std::vector<float> want(columns);
      DequantizeWeights(c.type,
                        bytes.data() + r * QuantRowBytes(c.type, columns),
                        columns, want.data());
      float most = 0;
      for (const float value : want) most = std::max(most, std::fabs(value));
      for (int i = 0; i < columns; ++i) {
        EXPECT_NEAR(w.At(r, i), want[i], c.error * most)
            << WeightKindName(c.kind) << " " << static_cast<int>(c.type);
      }
    }
  }
}

TEST(MatmulTest, Fp8RoundsToNearest) {
  for (int bits = 0; bits < 256; ++bits) {
    if ((bits & 0x7f) == 0x7f) continue;
    const float x = Fp8ToFloat(static_cast<uint8_t>(bits));
    EXPECT_EQ(FloatToFp8(x), bits) << x;
    if ((bits & 0x7f) >= 0x7e) continue;
    const float next = Fp8ToFloat(static_cast<uint8_t>(bits + 1));
    EXPECT_EQ(FloatToFp8(x + (next - x) * 0.49f), bits);
    EXPECT_EQ(FloatToFp8(x + (next - x) * 0.51f), bits + 1);
    EXPECT_EQ(FloatToFp8((x + next) / 2), bits + bits % 2);
  }
  EXPECT_EQ(Fp8ToFloat(FloatToFp8(1e6f)), 448);
  EXPECT_EQ(Fp8ToFloat(FloatToFp8(-1e6f)), -448);
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
