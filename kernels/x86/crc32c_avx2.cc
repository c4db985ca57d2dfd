// kernels/crc32c.h for AVX2.
#include "kernels/crc32c.h"

#define FOOTNOTE_CRC32C_KERNEL kCrc32cAvx2
#include "kernels/crc32c.inc"
