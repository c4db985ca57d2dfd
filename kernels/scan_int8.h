// Inner products of one 8-bit vector with many: the exact scan of a vector
// index.
//
// Pure, safe from many threads; every instruction set gives the same integers.
#ifndef FOOTNOTE_KERNELS_SCAN_INT8_H_
#define FOOTNOTE_KERNELS_SCAN_INT8_H_

#include <cstddef>
#include <cstdint>

namespace footnote {

enum class Isa;

// out[i] = sum of query[j] * codes[i * stride + j] over j in [0, stride), for
// i in [0, rows). Any alignment; a row is read at the speed of memory when it
// starts on a multiple of 64 bytes.
// REQUIRES: stride is a multiple of 64, below 2^16; no value is -128.
void ScanInt8(const int8_t* query, const int8_t* codes, size_t stride,
              size_t rows, int32_t* out);

using ScanInt8Fn = void (*)(const int8_t* query, const int8_t* codes,
                            size_t stride, size_t rows, int32_t* out);

// The same for one instruction set, for tests and measurements.
// REQUIRES: this machine can run `isa`.
ScanInt8Fn ScanInt8For(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_SCAN_INT8_H_
