// kernels/crc32c.h for any processor: eight tables, for eight bytes at once.
#include "kernels/crc32c.h"

namespace footnote {

extern const Crc32cKernel kCrc32cScalar;

namespace {

constexpr size_t kStep = 8;

struct Tables {
  constexpr Tables() : of() {
    for (uint32_t byte = 0; byte < 256; ++byte) {
      uint32_t crc = byte;
      for (int bit = 0; bit < 8; ++bit) {
        crc = crc >> 1 ^ (0x82f63b78 & -(crc & 1));
      }
      of[0][byte] = crc;
    }
    for (size_t i = 1; i < kStep; ++i) {
      for (size_t byte = 0; byte < 256; ++byte) {
        const uint32_t before = of[i - 1][byte];
        of[i][byte] = before >> 8 ^ of[0][before & 255];
      }
    }
  }

  // of[i][b]: the byte b with i zeros behind it.
  uint32_t of[kStep][256];
};
constexpr Tables kTables;

uint32_t Crc32cHere(uint32_t crc, const char* data, size_t size) {
  const auto* at = reinterpret_cast<const unsigned char*>(data);
  crc = ~crc;
  for (; size >= kStep; size -= kStep, at += kStep) {
    uint32_t next = 0;
    for (size_t i = 0; i < kStep; ++i) {
      const uint32_t of_crc = i < 4 ? crc >> (8 * i) & 255 : 0;
      next ^= kTables.of[kStep - 1 - i][at[i] ^ of_crc];
    }
    crc = next;
  }
  for (; size > 0; --size) crc = crc >> 8 ^ kTables.of[0][(crc ^ *at++) & 255];
  return ~crc;
}

}  // namespace

const Crc32cKernel kCrc32cScalar = &Crc32cHere;

}  // namespace footnote
