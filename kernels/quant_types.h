// Weights as GGUF files hold them: rows of blocks, used in place.
//
// A block is `QuantBlock` weights that share scales; a row is k / block of
// them, one after the other, and a matrix is its rows without gaps. Numbers
// are little-endian, nothing is aligned.
//
// Pure, safe from many threads.
#ifndef FOOTNOTE_KERNELS_QUANT_TYPES_H_
#define FOOTNOTE_KERNELS_QUANT_TYPES_H_

#include <cstddef>
#include <cstdint>

namespace footnote {

// d, m, dmin are halves; a number after a name is its bytes; u is a weight's
// bits, low first.
enum class QuantType : uint8_t {
  kF32,   // 1 weight a block
  kF16,   // IEEE half
  kBf16,  // upper half of a float
  kQ8_0,  // 32: d2 q32, w = d * q, q signed
  kQ4_0,  // 32: d2 q16, w = d * (u - 8); byte i holds weights i and i + 16
  kQ4_1,  // 32: d2 m2 q16, w = d * u + m
  kQ5_0,  // 32: d2 h4 q16, w = d * (u - 16); bit i of h is weight i's fifth
  kQ5_1,  // 32: d2 m2 h4 q16, w = d * u + m
  kQ4K,   // 256: d2 dmin2 s12 q128, w = d * scale * u - dmin * low, scale and
          // low 6 bits for each 32
  kQ5K,   // 256: d2 dmin2 s12 h32 q128, likewise
  kQ6K,   // 256: q128 h64 s16 d2, w = d * s * (u - 32), s signed for each 16
};

inline constexpr QuantType kAllQuantTypes[] = {
    QuantType::kF32,  QuantType::kF16,  QuantType::kBf16, QuantType::kQ8_0,
    QuantType::kQ4_0, QuantType::kQ4_1, QuantType::kQ5_0, QuantType::kQ5_1,
    QuantType::kQ4K,  QuantType::kQ5K,  QuantType::kQ6K};

// "F32", "Q4_K", ... as GGUF tools write it.
const char* QuantTypeName(QuantType type);

// The type with number `ggml` in a GGUF file; false, `*type` untouched, when
// it is none of these.
bool QuantTypeFromGgml(uint32_t ggml, QuantType* type);

// Weights of a block: 1, 32 or 256. A row's length is a multiple of it.
size_t QuantBlock(QuantType type);

// Bytes of a block.
size_t QuantBlockBytes(QuantType type);

// Bytes of a row of `k` weights. REQUIRES: k is a multiple of QuantBlock.
size_t QuantRowBytes(QuantType type, size_t k);

// A block of a type of fewer than 16 bits, taken apart:
//   w[i] = d * scale[i / 16] * (u[i] - zero) - dmin * low[i / 16]
// Types of 32 weights use the first 32 of u and have scale = low = 1; Q8_0's q
// stand here as u = q + 128.
struct QuantParts {
  uint8_t u[256];
  int zero;
  float d;
  float dmin;
  int scale[16];
  int low[16];
};

// REQUIRES: QuantBlock(type) > 1.
void TakeApart(QuantType type, const void* block, QuantParts* parts);

// The `k` weights of a row as floats. REQUIRES: k is a multiple of QuantBlock.
void DequantizeWeights(QuantType type, const void* row, size_t k, float* out);

// One number, exactly.
float HalfBitsToFloat(uint16_t half);
float Bf16BitsToFloat(uint16_t bits);

// To nearest, ties to even; too large becomes infinity, NaN stays NaN.
uint16_t FloatToHalfBits(float value);
uint16_t FloatToBf16Bits(float value);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_QUANT_TYPES_H_
