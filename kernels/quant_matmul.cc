#include "kernels/quant_matmul.h"

#include <cstring>

#include "kernels/dispatch.h"

namespace footnote {

#define FOOTNOTE_DECLARE(isa)                                                  \
  void QuantMatmul##isa(QuantType type, const void* w, size_t k, size_t begin, \
                        size_t end, const void* prepared, size_t rows,         \
                        float* y, size_t y_stride);                            \
  void QuantizeBlocks##isa(const float* x, size_t k, size_t step,              \
                           QuantizedBlock* out);                               \
  namespace {                                                                  \
  constexpr QuantMatmulKernels kKernels##isa = {&QuantizeBlocks##isa,          \
                                                &QuantMatmul##isa};            \
  }

FOOTNOTE_DECLARE(Scalar)
#if defined(__x86_64__)
FOOTNOTE_DECLARE(Avx2)
FOOTNOTE_DECLARE(Avx512)
#endif

namespace {

static_assert(sizeof(QuantizedBlock) == 384, "rows of whole cache lines");

size_t Blocks(size_t k) { return (k + 255) / 256; }

const QuantMatmulKernels& Active() {
  static const QuantMatmulKernels& kernels = QuantMatmulKernelsFor(ActiveIsa());
  return kernels;
}

}  // namespace

bool QuantUsesBytes(QuantType type) { return QuantBlock(type) > 1; }

size_t PreparedBytes(QuantType type, size_t rows, size_t k) {
  return QuantUsesBytes(type) ? Blocks(k) * rows * sizeof(QuantizedBlock)
                              : rows * k * sizeof(float);
}

void PrepareRows(QuantType type, const float* x, size_t x_stride, size_t rows,
                 size_t k, size_t begin, size_t end, void* prepared) {
  for (size_t i = begin; i < end; ++i) {
    if (QuantUsesBytes(type)) {
      Active().quantize(x + i * x_stride, k, rows,
                        static_cast<QuantizedBlock*>(prepared) + i);
    } else if (k > 0) {
      std::memcpy(static_cast<float*>(prepared) + i * k, x + i * x_stride,
                  k * sizeof(float));
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
