#include "kernels/quant_matmul.h"

#include <cstring>

#include "kernels/dispatch.h"

namespace footnote {

#define FOOTNOTE_DECLARE(isa)                                                  \
  void QuantMatmul##isa(QuantType type, const void* w, size_t k, size_t begin, \
                        size_t end, const void* prepared, size_t rows,         \
                        float* y, size_t y_stride);                            \
  void Quantize32##isa(const float* x, size_t k, size_t step,                  \
                       Quantized32* out);                                      \
  void Quantize256##isa(const float* x, size_t k, size_t step,                 \
                        Quantized256* out);                                    \
  namespace {                                                                  \
  constexpr QuantMatmulKernels kKernels##isa = {                               \
      &Quantize32##isa, &Quantize256##isa, &QuantMatmul##isa};                 \
  }

FOOTNOTE_DECLARE(Scalar)
#if defined(__x86_64__)
FOOTNOTE_DECLARE(Avx2)
FOOTNOTE_DECLARE(Avx512)
#endif

namespace {

static_assert(sizeof(Quantized32) == 384 && sizeof(Quantized256) == 384,
              "rows of whole cache lines");

size_t Blocks(size_t k) { return (k + 255) / 256; }

const QuantMatmulKernels& Active() {
  static const QuantMatmulKernels& kernels = QuantMatmulKernelsFor(ActiveIsa());
  return kernels;
}

}  // namespace

QuantInput QuantInputOf(QuantType type) {
  const size_t block = QuantBlock(type);
  if (block == 1) return QuantInput::kDoubles;
  return block == 32 ? QuantInput::kBytes32 : QuantInput::kBytes256;
}

bool QuantUsesBytes(QuantType type) { return QuantBlock(type) > 1; }

size_t PreparedBytes(QuantType type, size_t rows, size_t k) {
  return QuantUsesBytes(type) ? Blocks(k) * rows * sizeof(Quantized32)
                              : rows * k * sizeof(double);
}

void PrepareRows(QuantType type, const float* x, size_t x_stride, size_t rows,
                 size_t k, size_t begin, size_t end, void* prepared) {
  const QuantInput input = QuantInputOf(type);
  for (size_t i = begin; i < end; ++i) {
    const float* row = x + i * x_stride;
    if (input == QuantInput::kBytes32) {
      Active().quantize32(row, k, rows,
                          static_cast<Quantized32*>(prepared) + i);
    } else if (input == QuantInput::kBytes256) {
      Active().quantize256(row, k, rows,
                           static_cast<Quantized256*>(prepared) + i);
    } else {
      double* to = static_cast<double*>(prepared) + i * k;
      for (size_t c = 0; c < k; ++c) to[c] = static_cast<double>(row[c]);
    }
  }
}

void QuantMatmul(QuantType type, const void* w, size_t k, size_t begin,
                 size_t end, const void* prepared, size_t rows, float* y,
                 size_t y_stride) {
  Active().matmul(type, w, k, begin, end, prepared, rows, y, y_stride);
}

const QuantMatmulKernels& QuantMatmulKernelsFor(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return kKernelsAvx512;
  if (isa == Isa::kAvx2) return kKernelsAvx2;
#endif
  (void)isa;
  return kKernelsScalar;
}

}  // namespace footnote
