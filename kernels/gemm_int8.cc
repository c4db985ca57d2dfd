#include "kernels/gemm_int8.h"

#include <cmath>
#include <cstring>

#include "kernels/dispatch.h"

namespace footnote {

#if defined(__x86_64__)
void GemmInt8Avx2(const Int8Rows& a, const Int8Weights& w, const float* bias,
                  float* c, size_t c_stride);
void GemmInt8Avx512(const Int8Rows& a, const Int8Weights& w, const float* bias,
                    float* c, size_t c_stride);
#endif

namespace {

size_t Groups(size_t inputs) { return (inputs + kInt8Group - 1) / kInt8Group; }

void GemmInt8Scalar(const Int8Rows& a, const Int8Weights& w, const float* bias,
                    float* c, size_t c_stride) {
  const size_t padded = PaddedColumns(w.columns);
  const size_t groups = Groups(w.inputs);
  const size_t block = groups * kInt8Panel * kInt8Group;
  for (size_t i = 0; i < a.rows; ++i) {
    for (size_t j = 0; j < w.columns; ++j) {
      const size_t panel = j / kInt8Panel;
      float sum = bias != nullptr ? bias[j] : 0.0f;
      for (size_t s = 0; s < w.segments; ++s) {
        const uint8_t* row = a.a + i * a.stride + s * a.segment_step;
        const int8_t* column = w.w + (panel * w.segments + s) * block +
                               (j % kInt8Panel) * kInt8Group;
        int32_t total = w.start[s * padded + j];
        for (size_t g = 0; g < groups; ++g) {
          for (size_t x = 0; x < kInt8Group; ++x) {
            total += static_cast<int32_t>(row[g * kInt8Group + x]) *
                     column[g * kInt8Panel * kInt8Group + x];
          }
        }
        sum += static_cast<float>(total) * a.scale[i + s * a.scale_step] *
               w.scale[s * padded + j];
      }
      c[i * c_stride + j] = sum;
    }
  }
}

}  // namespace

size_t PaddedColumns(size_t columns) {
  return (columns + kInt8Panel - 1) / kInt8Panel * kInt8Panel;
}

size_t PackedInt8Bytes(size_t columns, size_t segments, size_t inputs) {
  return PaddedColumns(columns) * segments * Groups(inputs) * kInt8Group;
}

void PackInt8(const float* weights, size_t columns, size_t segments,
              size_t inputs, int zero, int8_t* packed, float* scale,
              int32_t* start) {
  const size_t padded = PaddedColumns(columns);
  const size_t block = Groups(inputs) * kInt8Panel * kInt8Group;
  std::memset(packed, 0, PackedInt8Bytes(columns, segments, inputs));
  std::memset(start, 0, padded * segments * sizeof(int32_t));
  std::memset(scale, 0, padded * segments * sizeof(float));
  for (size_t s = 0; s < segments; ++s) {
    const float* part = weights + s * inputs * columns;
    float* part_scale = scale + s * padded;
    // Row by row, because that is how the weights lie in memory.
    for (size_t x = 0; x < inputs; ++x) {
      for (size_t j = 0; j < columns; ++j) {
        const float size = std::fabs(part[x * columns + j]);
        part_scale[j] = size > part_scale[j] ? size : part_scale[j];
      }
    }
    for (size_t j = 0; j < columns; ++j) part_scale[j] /= 127.0f;
    for (size_t x = 0; x < inputs; ++x) {
      const float* row = part + x * columns;
      for (size_t j = 0; j < columns; ++j) {
        if (part_scale[j] == 0.0f) continue;
        // Adding and taking away 1.5 * 2^23 rounds to the nearest integer.
        const float shifted = row[j] / part_scale[j] + 12582912.0f;
        const int rounded = static_cast<int>(shifted - 12582912.0f);
        packed[((j / kInt8Panel) * segments + s) * block +
               (x / kInt8Group) * kInt8Panel * kInt8Group +
               (j % kInt8Panel) * kInt8Group + x % kInt8Group] =
            static_cast<int8_t>(rounded);
        start[s * padded + j] -= zero * rounded;
      }
    }
  }
}

GemmInt8Fn GemmInt8For(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return GemmInt8Avx512;
  if (isa == Isa::kAvx2) return GemmInt8Avx2;
#endif
  (void)isa;
  return GemmInt8Scalar;
}

void GemmInt8(const Int8Rows& a, const Int8Weights& w, const float* bias,
              float* c, size_t c_stride) {
  static const GemmInt8Fn fn = GemmInt8For(ActiveIsa());
  fn(a, w, bias, c, c_stride);
}

}  // namespace footnote
