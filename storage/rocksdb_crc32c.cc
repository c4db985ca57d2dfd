// Debian compiles RocksDB for any x86-64, where its CRC-32C goes by tables: 3
// of 100 of the time of ingestion without vectors, for the log and the files of
// texts. Its calls are bound when the program starts, and meet this definition
// before RocksDB's own; the numbers are the same. Should they once not meet it,
// nothing but the time is lost.

#include <cstddef>
#include <cstdint>

#include "kernels/crc32c.h"

namespace rocksdb {
namespace crc32c {

// Of RocksDB's util/crc32c.h, which is not installed.
uint32_t Extend(uint32_t crc, const char* data, size_t size);

uint32_t Extend(uint32_t crc, const char* data, size_t size) {
  return footnote::Crc32c()(crc, data, size);
}

}  // namespace crc32c
}  // namespace rocksdb
