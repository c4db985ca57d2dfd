// kernels/quant_matmul.h without vectors: what every other version must give.
#include <cstring>

#include "kernels/quant_matmul.h"

namespace footnote {
namespace {

// The four sums of a row of floats.
void MatmulFloats(QuantType type, const uint8_t* w, size_t k, size_t begin,
                  size_t end, const float* x, size_t rows, float* y,
                  size_t y_stride) {
  const size_t bytes = QuantRowBytes(type, 1);
  for (size_t j = begin; j < end; ++j) {
    const uint8_t* row = w + j * bytes * k;
    for (size_t i = 0; i < rows; ++i) {
      float sum[4] = {};
      for (size_t c = 0; c < k; ++c) {
        float weight;
        DequantizeWeights(type, row + c * bytes, 1, &weight);
        sum[c % 4] += x[i * k + c] * weight;
      }
      y[i * y_stride + j] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    }
  }
}

// Sum over a block of 256: the integers first, then one float.
float LargeBlock(const QuantParts& w, const QuantizedBlock& x) {
  int32_t sum = 0, lows = 0;
  for (int j = 0; j < 16; ++j) {
    int32_t part = 0;
    for (int c = 16 * j; c < 16 * j + 16; ++c) {
      part += (w.u[c] - w.zero) * x.q[c];
    }
    sum += part * w.scale[j];
    if (j % 2 == 0) lows += w.low[j] * x.sum32[j / 2];
  }
  if (w.zero != 0) return static_cast<float>(sum) * w.d;
  return static_cast<float>(sum) * w.d - static_cast<float>(lows) * w.dmin;
}

// Adds a block of 32, which is part `j` of x, to `sum`.
float AddSmallBlock(float sum, const QuantParts& w, const QuantizedBlock& x,
                    size_t j) {
  int32_t part = 0;
  for (size_t c = 0; c < 32; ++c) {
    part += (w.u[c] - w.zero) * x.q[32 * j + c];
  }
  sum += static_cast<float>(part) * w.d;
  if (w.zero == 0) sum += static_cast<float>(x.sum32[j]) * -w.dmin;
  return sum;
}

void MatmulBytes(QuantType type, const uint8_t* w, size_t k, size_t begin,
                 size_t end, const QuantizedBlock* x, size_t rows, float* y,
                 size_t y_stride) {
  const size_t block = QuantBlock(type), bytes = QuantBlockBytes(type);
  for (size_t j = begin; j < end; ++j) {
    for (size_t i = 0; i < rows; ++i) y[i * y_stride + j] = 0.0f;
    const uint8_t* p = w + j * QuantRowBytes(type, k);
    for (size_t c = 0; c < k; c += 256) {
      const size_t size = k - c < 256 ? k - c : 256;
      QuantParts parts[8];
      for (size_t b = 0; b < size / block; ++b, p += bytes) {
        TakeApart(type, p, &parts[b]);
      }
      for (size_t i = 0; i < rows; ++i) {
        const QuantizedBlock& xb = x[c / 256 * rows + i];
        float sum = 0.0f;
        if (block == 256) {
          sum = LargeBlock(parts[0], xb);
        } else {
          for (size_t b = 0; b < size / block; ++b) {
            sum = AddSmallBlock(sum, parts[b], xb, b);
          }
        }
        y[i * y_stride + j] += sum * xb.scale;
      }
    }
  }
}

}  // namespace

void QuantMatmulScalar(QuantType type, const void* w, size_t k, size_t begin,
                       size_t end, const void* prepared, size_t rows, float* y,
                       size_t y_stride) {
  const uint8_t* weights = static_cast<const uint8_t*>(w);
  if (QuantUsesBytes(type)) {
    MatmulBytes(type, weights, k, begin, end,
                static_cast<const QuantizedBlock*>(prepared), rows, y,
                y_stride);
  } else {
    MatmulFloats(type, weights, k, begin, end,
                 static_cast<const float*>(prepared), rows, y, y_stride);
  }
}

void QuantizeBlocksScalar(const float* x, size_t k, size_t step,
                          QuantizedBlock* out) {
  for (size_t c = 0; c < k; c += 256, out += step) {
    const size_t size = k - c < 256 ? k - c : 256;
    std::memset(out, 0, sizeof(*out));
    float most = 0.0f;
    for (size_t i = 0; i < size; ++i) {
      const float v = x[c + i] < 0.0f ? -x[c + i] : x[c + i];
      most = v > most ? v : most;
    }
    const float scale = most / 127.0f;
    // Below this 1 / scale is not finite: the block is as good as zero.
    if (!(scale > 1e-37f)) continue;
    const float inverse = 1.0f / scale;
    out->scale = scale;
    for (size_t i = 0; i < size; ++i) {
      // Adding 1.5 * 2^23 rounds to the nearest integer.
      const float shifted = x[c + i] * inverse + 12582912.0f;
      int32_t bits;
      std::memcpy(&bits, &shifted, sizeof(bits));
      const int32_t q = bits - 0x4b400000;
      out->q[i] = static_cast<int8_t>(q);
      out->minus16[i / 16] -= 32 * q;
      out->minus32[i / 32] -= 8 * q;
      out->sum32[i / 32] = static_cast<int16_t>(out->sum32[i / 32] + q);
    }
  }
}

}  // namespace footnote
