// kernels/crc32c.h for AVX-512.
#include "kernels/crc32c.h"

#define FOOTNOTE_CRC32C_KERNEL kCrc32cAvx512
#include "kernels/crc32c.inc"
