#include "kernels/scan_int8.h"

#include "kernels/dispatch.h"

namespace footnote {

#if defined(__x86_64__)
void ScanInt8Avx2(const int8_t* query, const int8_t* codes, size_t stride,
                  size_t rows, int32_t* out);
void ScanInt8Avx512(const int8_t* query, const int8_t* codes, size_t stride,
                    size_t rows, int32_t* out);
#endif

namespace {

void ScanInt8Scalar(const int8_t* query, const int8_t* codes, size_t stride,
                    size_t rows, int32_t* out) {
  for (size_t i = 0; i < rows; ++i) {
    int32_t sum = 0;
    for (size_t j = 0; j < stride; ++j) {
      sum += int32_t{query[j]} * codes[i * stride + j];
    }
    out[i] = sum;
  }
}

}  // namespace

ScanInt8Fn ScanInt8For(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return ScanInt8Avx512;
  if (isa == Isa::kAvx2) return ScanInt8Avx2;
#endif
  (void)isa;
  return ScanInt8Scalar;
}

void ScanInt8(const int8_t* query, const int8_t* codes, size_t stride,
              size_t rows, int32_t* out) {
  static const ScanInt8Fn fn = ScanInt8For(ActiveIsa());
  fn(query, codes, stride, rows, out);
}

}  // namespace footnote
