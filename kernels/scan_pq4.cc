#include "kernels/scan_pq4.h"

#include "kernels/dispatch.h"

namespace footnote {

#if defined(__x86_64__)
void ScanPq4Avx2(const uint8_t* codes, const uint8_t* tables, size_t pairs,
                 size_t blocks, uint16_t* out);
void ScanPq4Avx512(const uint8_t* codes, const uint8_t* tables, size_t pairs,
                   size_t blocks, uint16_t* out);
#endif

namespace {

void ScanPq4Scalar(const uint8_t* codes, const uint8_t* tables, size_t pairs,
                   size_t blocks, uint16_t* out) {
  for (size_t b = 0; b < blocks; ++b) {
    for (size_t j = 0; j < kPq4Block; ++j) {
      unsigned sum = 0;
      for (size_t p = 0; p < pairs; ++p) {
        const uint8_t byte = codes[(b * pairs + p) * kPq4Block + j];
        sum += tables[32 * p + (byte & 15)] + tables[32 * p + 16 + (byte >> 4)];
      }
      out[kPq4Block * b + j] = static_cast<uint16_t>(sum);
    }
  }
}

}  // namespace

ScanPq4Fn ScanPq4For(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return ScanPq4Avx512;
  if (isa == Isa::kAvx2) return ScanPq4Avx2;
#endif
  (void)isa;
  return ScanPq4Scalar;
}

void ScanPq4(const uint8_t* codes, const uint8_t* tables, size_t pairs,
             size_t blocks, uint16_t* out) {
  static const ScanPq4Fn fn = ScanPq4For(ActiveIsa());
  fn(codes, tables, pairs, blocks, out);
}

}  // namespace footnote
