// CRC-32C (Castagnoli), the checksum of RocksDB's logs and files.
//
// Pure, safe from many threads, any alignment. Every instruction set gives the
// same number.
#ifndef FOOTNOTE_KERNELS_CRC32C_H_
#define FOOTNOTE_KERNELS_CRC32C_H_

#include <cstddef>
#include <cstdint>

namespace footnote {

enum class Isa;

// The checksum of some bytes, whose checksum is `crc`, and of these behind
// them; that of no bytes is 0.
using Crc32cKernel = uint32_t (*)(uint32_t crc, const char* data, size_t size);

// That of the instruction set in use.
Crc32cKernel Crc32c();

// REQUIRES: this machine can run `isa`.
Crc32cKernel Crc32cKernelFor(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CRC32C_H_
