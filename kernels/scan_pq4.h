// Scan of 4-bit product codes: for each vector the sum of one table entry per
// code. The tables are one question's; each is 16 bytes, so that a whole table
// fits a register.
//
// Pure, safe from many threads; every instruction set gives the same integers.
#ifndef FOOTNOTE_KERNELS_SCAN_PQ4_H_
#define FOOTNOTE_KERNELS_SCAN_PQ4_H_

#include <cstddef>
#include <cstdint>

namespace footnote {

enum class Isa;

// Vectors of a block.
constexpr size_t kPq4Block = 32;

// out[32 * b + j] = sum over p of tables[32 * p + low nibble] +
// tables[32 * p + 16 + high nibble] of the byte codes[(b * pairs + p) * 32 +
// j], for b in [0, blocks) and j in [0, 32). Any alignment. REQUIRES: pairs <=
// 128, so that no sum passes 65,280
void ScanPq4(const uint8_t* codes, const uint8_t* tables, size_t pairs,
             size_t blocks, uint16_t* out);

using ScanPq4Fn = void (*)(const uint8_t* codes, const uint8_t* tables,
                           size_t pairs, size_t blocks, uint16_t* out);

// The same for one instruction set, for tests and measurements.
// REQUIRES: this machine can run `isa`.
ScanPq4Fn ScanPq4For(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_SCAN_PQ4_H_
