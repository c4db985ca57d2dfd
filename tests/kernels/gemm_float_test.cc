#include "kernels/gemm_float.h"

#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"

namespace footnote {
namespace {

std::vector<float> Noise(size_t size, uint32_t seed) {
  std::mt19937 noise(seed);
  std::uniform_real_distribution<float> unit(-1, 1);
  std::vector<float> v(size);
  for (float& x : v) x = unit(noise);
  return v;
}

TEST(GemmFloatTest, EveryInstructionSetIsTheDefinition) {
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    for (const size_t rows : {0, 1, 5, 6, 7, 13}) {
      for (const size_t columns :
           {0, 1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 100}) {
        for (const size_t inputs : {0, 1, 3, 64, 1000}) {
          const size_t a_stride = inputs + 1;
          const size_t b_stride = columns + 2;
          const size_t c_stride = columns + 3;
          const std::vector<float> a = Noise(rows * a_stride + 1, 1);
          const std::vector<float> b = Noise(inputs * b_stride + 1, 2);
          const std::vector<float> bias = Noise(columns + 1, 3);
          std::vector<float> c(rows * c_stride + 1, -77.0f);
          const bool with_bias = inputs != 3;
          GemmFloatFor(isa)({rows, inputs, columns, a.data() + 1, a_stride,
                             b.data() + 1, b_stride,
                             with_bias ? bias.data() : nullptr, c.data(),
                             c_stride});
          for (size_t i = 0; i < rows; ++i) {
            for (size_t j = 0; j < c_stride; ++j) {
              double want = -77.0;
              double size = 0;
              if (j < columns) {
                want = with_bias ? bias[j] : 0.0;
                for (size_t x = 0; x < inputs; ++x) {
                  const double product =
                      double{a[1 + i * a_stride + x]} * b[1 + x * b_stride + j];
                  want += product;
                  size += std::fabs(product);
                }
              }
              ASSERT_NEAR(c[i * c_stride + j], want, 1e-5 * (size + 0.1))
                  << IsaName(isa) << " " << rows << " x " << inputs << " x "
                  << columns << " at " << i << ", " << j;
            }
          }
        }
      }
    }
  }
}

TEST(GemmFloatTest, OverlappingRowsAreAConvolution) {
  const std::vector<float> a = Noise(40, 4);
  const std::vector<float> b = Noise(12 * 5, 5);
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    std::vector<float> c(8 * 5);
    GemmFloatFor(isa)(
        {8, 12, 5, a.data(), 4, b.data(), 5, nullptr, c.data(), 5});
    double want = 0;
    for (size_t x = 0; x < 12; ++x) want += double{a[7 * 4 + x]} * b[x * 5 + 2];
    EXPECT_NEAR(c[7 * 5 + 2], want, 1e-5) << IsaName(isa);
  }
}

// A text's vector must not depend on its neighbours in the batch.
TEST(GemmFloatTest, RowHasTheSameBitsAloneAndAmongOthers) {
  const std::vector<float> a = Noise(13 * 320, 6);
  const std::vector<float> b = Noise(320 * 512, 7);
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    std::vector<float> all(13 * 512);
    GemmFloatFor(isa)(
        {13, 320, 512, a.data(), 320, b.data(), 512, nullptr, all.data(), 512});
    for (size_t i = 0; i < 13; ++i) {
      std::vector<float> one(512);
      GemmFloatFor(isa)({1, 320, 512, a.data() + i * 320, 320, b.data(), 512,
                         nullptr, one.data(), 512});
      for (size_t j = 0; j < 512; ++j) {
        ASSERT_EQ(one[j], all[i * 512 + j]) << IsaName(isa);
      }
    }
  }
}

}  // namespace
}  // namespace footnote
