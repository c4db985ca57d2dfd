#include "kernels/cuda/scan.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/quant_types.h"
#include "kernels/scan_int8.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

std::vector<ScanBest> Best(const std::vector<float>& scores,
                           const std::vector<uint32_t>& allowed, int k) {
  std::vector<ScanBest> all;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (!allowed.empty() && (allowed[i / 32] >> (i % 32) & 1) == 0) continue;
    all.push_back({scores[i], static_cast<int32_t>(i)});
  }
  std::sort(all.begin(), all.end(), [](const ScanBest& a, const ScanBest& b) {
    return a.score != b.score ? a.score > b.score : a.id < b.id;
  });
  all.resize(k, {0, -1});
  return all;
}

TEST(ScanTest, Int8IsTheScalarScanSorted) {
  InBothOrders([] {
    const struct {
      int count, size, queries, k, blocks;
    } kCases[] = {{1, 64, 1, 1, 1},      {15, 64, 3, 10, 2},
                  {16, 128, 8, 32, 1},   {17, 64, 9, 5, 3},
                  {300, 64, 1, 10, 2},   {1000, 192, 20, 7, 2},
                  {3000, 640, 1, 10, 21}};
    for (const auto& c : kCases) {
      std::mt19937 random(c.count);
      std::vector<int8_t> vectors(c.count * c.size);
      std::vector<int8_t> queries(c.queries * c.size);
      // Few values, so that scores are often equal.
      for (int8_t& v : vectors) v = static_cast<int8_t>(random() % 3) - 1;
      for (int8_t& v : queries) v = static_cast<int8_t>(random() % 255) - 127;
      for (const bool filters : {false, true}) {
        std::vector<uint32_t> allowed;
        if (filters) {
          for (int i = 0; i < c.count + 32; i += 32)
            allowed.push_back(random());
        }
        const Buffer<int8_t> device_vectors(vectors);
        const Buffer<int8_t> device_queries(queries);
        const Buffer<uint32_t> device_allowed(allowed);
        const Buffer<ScanBest> scratch(ScanScratch(c.blocks, c.queries));
        const Buffer<ScanBest> best(c.queries * c.k);
        ScanTopInt8(TheStream(), device_vectors.get(), c.count, c.size,
                    device_queries.get(), c.queries,
                    filters ? device_allowed.get() : nullptr, c.k, c.blocks,
                    scratch.get(), best.get());
        const std::vector<ScanBest> found = best.Read();
        for (int q = 0; q < c.queries; ++q) {
          std::vector<int32_t> dots(c.count);
          ScanInt8(queries.data() + q * c.size, vectors.data(), c.size, c.count,
                   dots.data());
          const std::vector<ScanBest> want =
              Best({dots.begin(), dots.end()}, allowed, c.k);
          for (int i = 0; i < c.k; ++i) {
            ASSERT_EQ(found[q * c.k + i].id, want[i].id)
                << "query " << q << " place " << i << " of " << c.count;
            if (want[i].id >= 0) {
              ASSERT_EQ(found[q * c.k + i].score, want[i].score);
            }
          }
        }
      }
    }
  });
}

TEST(ScanTest, Bf16FindsTheNearest) {
  const int count = 200;
  const int size = 96;
  const int k = 10;
  std::vector<uint16_t> vectors;
  std::vector<uint16_t> queries;
  for (const float x : RandomFloats(count * size, 1)) {
    vectors.push_back(FloatToBf16Bits(x));
  }
  for (const float x : RandomFloats(2 * size, 2)) {
    queries.push_back(FloatToBf16Bits(x));
  }
  const Buffer<uint16_t> device_vectors(vectors);
  const Buffer<uint16_t> device_queries(queries);
  const Buffer<ScanBest> scratch(ScanScratch(2, 2));
  const Buffer<ScanBest> best(2 * k);
  ScanTopBf16(TheStream(), device_vectors.get(), count, size,
              device_queries.get(), 2, nullptr, k, 2, scratch.get(),
              best.get());
  const std::vector<ScanBest> found = best.Read();
  for (int q = 0; q < 2; ++q) {
    std::vector<float> scores(count);
    for (int i = 0; i < count; ++i) {
      double sum = 0;
      for (int d = 0; d < size; ++d) {
        sum += double{Bf16BitsToFloat(vectors[i * size + d])} *
               Bf16BitsToFloat(queries[q * size + d]);
      }
      scores[i] = static_cast<float>(sum);
    }
    const std::vector<ScanBest> want = Best(scores, {}, k);
    for (int i = 0; i < k; ++i) {
      EXPECT_EQ(found[q * k + i].id, want[i].id);
      EXPECT_NEAR(found[q * k + i].score, want[i].score, 1e-4);
    }
  }
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
