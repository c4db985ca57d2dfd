// kernels/quant_matmul.h without vectors: what every other version must give.
#include <cstring>

#include "kernels/quant_matmul.h"

namespace footnote {
namespace {

void MatmulFloats(QuantType type, const uint8_t* w, size_t k, size_t begin,
                  size_t end, const double* x, size_t rows, float* y,
                  size_t y_stride) {
  const size_t bytes = QuantRowBytes(type, 1);
  for (size_t j = begin; j < end; ++j) {
    const uint8_t* row = w + j * bytes * k;
    for (size_t i = 0; i < rows; ++i) {
      double sum = 0;
      for (size_t c = 0; c < k; ++c) {
        float weight;
        DequantizeWeights(type, row + c * bytes, 1, &weight);
        // Of two floats a double holds the product: fused or not is the same.
        sum += x[i * k + c] * static_cast<double>(weight);
      }
      y[i * y_stride + j] = static_cast<float>(sum);
    }
  }
}

// A block of 256 weights: the integers first, then one float.
float Product(const QuantParts& w, const Quantized256& x) {
  int32_t sum = 0, lows = 0;
  for (int j = 0; j < 16; ++j) {
    int32_t part = 0;
    for (int c = 16 * j; c < 16 * j + 16; ++c) {
      part += (w.u[c] - w.zero) * x.q[c];
    }
    sum += part * w.scale[j];
    if (j % 2 == 0) lows += w.low[j] * x.sum32[j / 2];
  }
  float product = static_cast<float>(sum) * w.d;
  if (w.zero == 0) product -= static_cast<float>(lows) * w.dmin;
  return product * x.scale;
}

// A block of 32 weights, which is part `b` of x.
float Product(const QuantParts& w, const Quantized32& x, size_t b) {
  int32_t sum = 0;
  for (size_t c = 0; c < 32; ++c) {
    sum += (w.u[c] - w.zero) * x.q[32 * b + c];
  }
  float product = static_cast<float>(sum) * (w.d * x.scale[b]);
  if (w.zero == 0) product += -w.dmin * x.sum[b];
  return product;
}

void MatmulBytes(QuantType type, const uint8_t* w, size_t k, size_t begin,
                 size_t end, const void* x, size_t rows, float* y,
                 size_t y_stride) {
  const bool large = QuantInputOf(type) == QuantInput::kBytes256;
  const size_t block = QuantBlock(type), bytes = QuantBlockBytes(type);
  for (size_t j = begin; j < end; ++j) {
    for (size_t i = 0; i < rows; ++i) y[i * y_stride + j] = 0.0f;
    const uint8_t* p = w + j * QuantRowBytes(type, k);
    for (size_t c = 0; c < k; c += block, p += bytes) {
      QuantParts parts;
      TakeApart(type, p, &parts);
      for (size_t i = 0; i < rows; ++i) {
        const size_t at = c / 256 * rows + i;
        y[i * y_stride + j] +=
            large ? Product(parts, static_cast<const Quantized256*>(x)[at])
                  : Product(parts, static_cast<const Quantized32*>(x)[at],
                            c % 256 / 32);
      }
    }
  }
}

// q and their sum; returns the scale of `size` numbers. Below 1e-37 1 / scale
// is not finite: they are as good as zero, q stays.
float Quantize(const float* x, size_t size, int8_t* q) {
  float most = 0.0f;
  for (size_t i = 0; i < size; ++i) {
    const float v = x[i] < 0.0f ? -x[i] : x[i];
    most = v > most ? v : most;
  }
  const float scale = most / 127.0f;
  if (!(scale > 1e-37f)) return 0.0f;
  const float inverse = 1.0f / scale;
  for (size_t i = 0; i < size; ++i) {
    // Adding 1.5 * 2^23 rounds to the nearest integer.
    const float shifted = x[i] * inverse + 12582912.0f;
    int32_t bits;
    std::memcpy(&bits, &shifted, sizeof(bits));
    q[i] = static_cast<int8_t>(bits - 0x4b400000);
  }
  return scale;
}

}  // namespace

void QuantMatmulScalar(QuantType type, const void* w, size_t k, size_t begin,
                       size_t end, const void* prepared, size_t rows, float* y,
                       size_t y_stride) {
  const uint8_t* weights = static_cast<const uint8_t*>(w);
  if (QuantUsesBytes(type)) {
    MatmulBytes(type, weights, k, begin, end, prepared, rows, y, y_stride);
  } else {
    MatmulFloats(type, weights, k, begin, end,
                 static_cast<const double*>(prepared), rows, y, y_stride);
  }
}

void Quantize32Scalar(const float* x, size_t k, size_t step, Quantized32* out) {
  for (size_t c = 0; c < k; c += 256, out += step) {
    std::memset(out, 0, sizeof(*out));
    for (size_t b = 0; b < 8 && c + 32 * b < k; ++b) {
      int8_t* q = out->q + 32 * b;
      out->scale[b] = Quantize(x + c + 32 * b, 32, q);
      int32_t sum = 0;
      for (size_t i = 0; i < 32; ++i) sum += q[i];
      out->minus32[b] = -8 * sum;
      out->sum[b] = static_cast<float>(sum) * out->scale[b];
    }
  }
}

void Quantize256Scalar(const float* x, size_t k, size_t step,
                       Quantized256* out) {
  for (size_t c = 0; c < k; c += 256, out += step) {
    std::memset(out, 0, sizeof(*out));
    out->scale = Quantize(x + c, k - c < 256 ? k - c : 256, out->q);
    for (size_t i = 0; i < 256; ++i) {
      out->minus16[i / 16] -= 32 * out->q[i];
      out->sum32[i / 32] = static_cast<int16_t>(out->sum32[i / 32] + out->q[i]);
    }
  }
}

}  // namespace footnote
